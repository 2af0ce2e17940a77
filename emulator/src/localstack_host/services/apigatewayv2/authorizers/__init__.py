"""The authorizers of routes: tokens (JWT), functions (CUSTOM), and signatures (AWS_IAM).

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
"""

from __future__ import annotations

from collections.abc import Mapping

from localstack_host.services.apigatewayv2.authorizers import functions, signatures, tokens
from localstack_host.services.apigatewayv2.errors import failed
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.models import Resource


def authorize(invocation: Invocation, authorizers: Mapping[str, Resource]) -> None:
    """Requires what the route of a request wants of its sender. Raises Refused.

    What is known of the sender is in the invocation then.
    """
    kind = invocation.route.get("AuthorizationType") or "NONE"
    if kind == "NONE":
        return
    if kind == "AWS_IAM":
        signatures.authorize(invocation)
        return
    authorizer = authorizers.get(invocation.route.get("AuthorizerId") or "")
    if authorizer is None:
        raise failed("The authorizer of the route is not there")
    if authorizer["AuthorizerType"] == "JWT":
        tokens.authorize(authorizer, invocation)
    else:
        functions.authorize(authorizer, invocation)
