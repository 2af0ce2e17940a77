"""The gateway responses of authorizers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    AccessDeniedError,
    AuthorizerConfigurationError,
    AuthorizerFailureError,
    BaseGatewayException,
    UnauthorizedError,
)

NOT_AUTHORIZED = "User is not authorized to access this resource"


def unauthorized(text: str = "Unauthorized") -> BaseGatewayException:
    """401: the request has no identity, or the authorizer does not know it."""
    return UnauthorizedError(text)


def denied(explicitly: bool) -> BaseGatewayException:
    """403: the authorizer's policy does not allow the method."""
    return AccessDeniedError(NOT_AUTHORIZED + (" with an explicit deny" if explicitly else ""))


def misconfigured() -> BaseGatewayException:
    """500: the authorizer is not there, may not be called, or its answer cannot be used."""
    return AuthorizerConfigurationError()


def failed() -> BaseGatewayException:
    """500: the function of an authorizer has not answered."""
    error = AuthorizerFailureError()
    error.message = None  # type: ignore[assignment] # AWS's body has null
    return error
