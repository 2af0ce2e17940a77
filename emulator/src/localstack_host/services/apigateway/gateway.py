"""The chain of handlers of APIs: authorizers, throttling, cache, access logs, gateway responses."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.apigateway.next_gen.execute_api import gateway_response as responses
from localstack.services.apigateway.next_gen.execute_api import handlers
from localstack.services.apigateway.next_gen.execute_api.gateway import RestApiGateway
from localstack.services.apigateway.next_gen.execute_api.handlers import gateway_exception_handler
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import (
    GatewayExceptionHandler,
)

from localstack_host.services.apigateway import access_logs, authorizers, metrics, throttling
from localstack_host.services.apigateway.authorizers.identity import value_of
from localstack_host.services.apigateway.cache import CachedIntegration
from localstack_host.services.apigateway.integration_failures import FAILED, in_time

LOG = logging.getLogger(__name__)
EXTENSION = "x-amazon-apigateway-gateway-responses"
HEADER = "gatewayresponse.header."


class GatewayResponses(GatewayExceptionHandler):
    """LocalStack's handler, with the headers and the template of the API's gateway response."""

    def __call__(self, chain: Any, exception: Exception, context: Any, response: Any) -> None:
        """Handles an exception. Escaped characters can make the event too large for Lambda.

        What LocalStack does not expect, such as a template that fails, is a failure of the server.
        """
        told: Exception = _too_large(exception) or exception
        if not isinstance(told, responses.BaseGatewayException):
            LOG.warning("A request to an API failed: %r", exception)
            told = responses.InternalServerError(FAILED)
        super().__call__(chain, told, context, response)

    def create_exception_response(self, exception: Any, context: Any) -> Any:
        """Creates the response: status, headers and body."""
        response = super().create_exception_response(exception, context)
        gateway_responses_of_api = context.deployment.rest_api.gateway_responses
        kind = "DEFAULT_5XX" if response.status_code >= 500 else "DEFAULT_4XX"
        template = gateway_responses_of_api.get(exception.type) or gateway_responses_of_api.get(
            kind
        )
        if template:
            response.data = _render(template, context.context_variables) or response.data
            for name, value in (template.get("responseParameters") or {}).items():
                response.headers[name.removeprefix(HEADER)] = _parameter(value, context)
        return response

    @staticmethod
    def _build_response_content(exception: Any) -> str:
        """The body without a template of the API's: AWS's has no spaces.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
        """
        name = "Message" if isinstance(exception, responses.AccessDeniedError) else "message"
        return json.dumps({name: exception.message}, separators=(",", ":"))


class Gateway(RestApiGateway):
    """LocalStack's chain of handlers, with what it lacks. Requests are counted and timed."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        original = self.exception_handlers.index(gateway_exception_handler)
        self.exception_handlers[original] = GatewayResponses()
        self._add_to_requests()
        responses_of_all: list[Any] = self.response_handlers
        responses_of_all.append(access_logs.log)

    def _add_to_requests(self) -> None:
        names: Any = handlers
        requests: list[Any] = self.request_handlers
        keys = requests.index(names.api_key_validation_handler)
        # An authorizer may say which API key it is.
        requests[keys : keys + 1] = [authorizers.authorize, requests[keys], throttling.throttle]
        first = requests.index(names.integration_request_handler)
        last = requests.index(names.integration_response_handler)
        integration = [
            _timed(in_time(handler)) if handler is names.integration_handler else handler
            for handler in requests[first : last + 1]
        ]
        requests[first : last + 1] = [CachedIntegration(integration)]

    def process_with_context(self, context: Any, response: Any) -> None:
        """Serves a request, and records its metrics."""
        began = time.perf_counter()
        super().process_with_context(context, response)
        latency_ms = (time.perf_counter() - began) * 1000
        integration_ms = getattr(context, "integration_latency", None)
        metrics.answered(context, response.status_code, latency_ms, integration_ms)


def _timed(handler: Any) -> Any:
    """Notes how long the integration takes, in milliseconds, for metrics and the access log."""

    def timed(chain: Any, context: Any, response: Any) -> None:
        began = time.monotonic()
        try:
            handler(chain, context, response)
        finally:
            context.integration_latency = int((time.monotonic() - began) * 1000)

    return timed


def _too_large(exception: Exception) -> Exception | None:
    """API Gateway's error for an event that Lambda refused as too large; None for others."""
    cause = exception.__cause__
    if not isinstance(cause, ClientError):
        return None
    refusal = cause.response["Error"]
    if refusal["Code"] != "RequestEntityTooLargeException":
        return None
    return responses.RequestTooLargeError(refusal["Message"])


def _parameter(value: str, context: Any) -> str:
    """A parameter of a gateway response: a text in quotes, or a value of the request or context.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
    """
    return value.strip("'") if value.startswith("'") else value_of(value, context)


def _render(template: Mapping[str, Any], variables: Mapping[str, Any]) -> bytes:
    """Renders a template. In gateway responses it has variables only, no other VTL."""
    text = (template.get("responseTemplates") or {}).get("application/json", "")
    error = variables.get("error") or {}
    message = error.get("message", "")
    quoted = dict(error) | {"message": message or "", "messageString": json.dumps(message)}
    rendered = access_logs.line_of(text, dict(variables) | {"error": quoted}, missing="")
    return rendered.encode()


def gateway_responses(document: Mapping[str, Any]) -> dict[str, Any]:
    """The gateway responses of an OpenAPI document, as PutGatewayResponse would store them."""
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
