"""What an API answers by itself: gateway responses, and the limit of what a function is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.apigateway.next_gen.execute_api import gateway_response as responses
from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway
from localstack.services.apigateway.next_gen.execute_api.handlers import gateway_exception_handler
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import (
    GatewayExceptionHandler,
)

EXTENSION = "x-amazon-apigateway-gateway-responses"
HEADER = "gatewayresponse.header."


class GatewayResponses(GatewayExceptionHandler):
    """LocalStack's, with headers and template of the response that the API has for this error."""

    def __call__(self, chain: Any, exception: Exception, context: Any, response: Any) -> None:
        """Characters that JSON escapes make the function's event larger than the body was."""
        super().__call__(chain, _too_large(exception) or exception, context, response)

    def create_exception_response(self, exception: Any, context: Any) -> Any:
        """Status, headers and body."""
        response = super().create_exception_response(exception, context)
        own = context.deployment.rest_api.gateway_responses
        kind = "DEFAULT_5XX" if response.status_code >= 500 else "DEFAULT_4XX"
        wanted = own.get(exception.type) or own.get(kind)
        if wanted:
            response.data = _render(wanted, context.context_variables) or response.data
            for name, value in (wanted.get("responseParameters") or {}).items():
                response.headers[name.removeprefix(HEADER)] = value.strip("'")
        return response


class Gateway(RestApiGateway):
    """LocalStack's chain of handlers, with the one above for what is raised in it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        original = self.exception_handlers.index(gateway_exception_handler)
        self.exception_handlers[original] = GatewayResponses()


def _too_large(exception: Exception) -> Exception | None:
    """Lambda's refusal of a request, in the words of API Gateway."""
    cause = exception.__cause__
    if not isinstance(cause, ClientError):
        return None
    refusal = cause.response["Error"]
    if refusal["Code"] != "RequestEntityTooLargeException":
        return None
    return responses.RequestTooLargeError(refusal["Message"])


def _render(wanted: Mapping[str, Any], variables: Mapping[str, Any]) -> bytes:
    """Gateway responses know variables and nothing else of the templates' language."""
    text = (wanted.get("responseTemplates") or {}).get("application/json", "")
    error = variables.get("error") or {}
    known = {
        "$context.requestId": variables["requestId"],
        "$context.error.messageString": json.dumps(error.get("message", "")),
        "$context.error.responseType": str(error.get("responseType", "")),
    }
    for name, value in known.items():
        text = text.replace(name, value)
    return str(text).encode()


def gateway_responses(document: Mapping[str, Any]) -> dict[str, Any]:
    """Those of an OpenAPI document, as PutGatewayResponse would have stored them."""
    return {
        name: {
            "responseType": name,
            "statusCode": str(response["statusCode"]) if "statusCode" in response else None,
            "responseParameters": response.get("responseParameters", {}),
            "responseTemplates": response.get("responseTemplates", {}),
            "defaultResponse": False,
        }
        for name, response in document.get(EXTENSION, {}).items()
    }
