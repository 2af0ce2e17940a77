"""The authorizers of methods: Lambda functions (TOKEN and REQUEST), and user pools of Cognito.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
A method whose requests are signed, AWS_IAM, is authorized with all other signatures:
`localstack_host.authentication`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstack_host.services.apigateway.authorizers import functions, user_pools
from localstack_host.services.apigateway.authorizers.errors import misconfigured

BY_TYPE: Mapping[str, Callable[[Mapping[str, Any], Any], None]] = {
    "COGNITO_USER_POOLS": user_pools.authorize,
    "CUSTOM": functions.authorize,
}


def authorize(_chain: Any, context: Any, _response: Any) -> None:
    """A handler of the gateway, before API keys are validated. Raises a gateway response."""
    method = context.resource_method
    authorizing = BY_TYPE.get(method.get("authorizationType") or "")
    if authorizing is None:
        return
    authorizer = context.deployment.rest_api.authorizers.get(method.get("authorizerId"))
    if authorizer is None:
        raise misconfigured()
    authorizing(authorizer, context)
