"""Routes whose requests have to be signed (AWS_IAM).

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
"""

from __future__ import annotations

from localstack_host.authentication.internal_resources import known_credentials
from localstack_host.authentication.signed import Place, identity, is_allowed
from localstack_host.services.apigatewayv2.errors import forbidden
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.iam.required_permissions import Permission

INVOKE = "execute-api:Invoke"


def authorize(invocation: Invocation) -> None:
    """Requires a signature of somebody who may invoke the route. Raises Refused, 403."""
    request = invocation.request
    signed = known_credentials(request.headers, request.args)
    place = Place(request, invocation.api.region)
    need = Permission(INVOKE, invocation.method_arn())
    if signed is None or not is_allowed(signed, need, place):
        raise forbidden()
    known = identity(signed, place)
    invocation.authorizer = {
        "iam": {
            "accessKey": known["accessKey"],
            "accountId": known["accountId"],
            "callerId": known["caller"],
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": known["userArn"],
            "userId": known["user"],
        }
    }
