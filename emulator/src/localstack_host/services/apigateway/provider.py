"""The entry point PROVIDER_OVERRIDE_APIGATEWAY=host: LocalStack's API Gateway, mended in places.

Each repair is something that AWS does and LocalStack 4.14 does not:

- gateway responses of an OpenAPI body are kept, and are rendered with their headers and template;
- a body reaches the integration as it was sent, even if it says that it is a form;
- a body that only says that it is compressed is passed on, and is not an error of the server;
- a request that is larger than a function may be given is the client's error, 413;
- the settings of one method can be removed (`method_settings.py`).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from localstack.services.plugins import Service, aws_provider
from werkzeug.routing import PathConverter

HANDLERS = "localstack.services.apigateway.next_gen.execute_api.handlers"
INTEGRATIONS = "localstack.services.apigateway.next_gen.execute_api.integrations"
EXTENSION = "x-amazon-apigateway-gateway-responses"
HEADER = "gatewayresponse.header."
NOT_TEXT = b"\xff"


@aws_provider(api="apigateway", name="host")  # type: ignore[untyped-decorator]
def apigateway() -> Service:
    """LocalStack's API Gateway with the repairs above."""
    from localstack.services.moto import MotoFallbackDispatcher

    from localstack_host.services.apigateway.method_settings import Gateway

    patch_paths()
    patch_parsing()
    patch_gateway_responses()
    patch_import()
    patch_large_requests()
    return Service.for_provider(Gateway(), dispatch_table_factory=MotoFallbackDispatcher)


def patch_paths() -> None:
    """A path may have a line feed in it (%0A): werkzeug's pattern for paths stops there."""
    PathConverter.regex = "(?s:[^/].*?)"


def module(name: str) -> Any:
    """A module of LocalStack's, to change what is in it."""
    return import_module(name)


def patch_parsing() -> None:
    """The body as it was sent: what is not a form must not be parsed as one."""
    module(f"{HANDLERS}.parse").restore_payload = _sent_body


def _sent_body(request: Any) -> bytes:
    if request.shallow:
        return b""
    try:
        return bytes(request.get_data(cache=True, parse_form_data=False))
    except (OSError, EOFError, zlib.error):
        # It says that it is compressed, and is not. AWS would pass it on as it is: not text.
        return NOT_TEXT


def patch_gateway_responses() -> None:
    """Status, headers and body of the response that the API has for this error."""
    handler = module(f"{HANDLERS}.gateway_exception").GatewayExceptionHandler
    original = handler.create_exception_response

    def rendered(self: Any, exception: Any, context: Any) -> Any:
        response = original(self, exception, context)
        own = context.deployment.rest_api.gateway_responses
        kind = "DEFAULT_5XX" if response.status_code >= 500 else "DEFAULT_4XX"
        wanted = own.get(exception.type) or own.get(kind)
        if wanted:
            response.data = _render(wanted, context.context_variables) or response.data
            for name, value in (wanted.get("responseParameters") or {}).items():
                response.headers[name.removeprefix(HEADER)] = value.strip("'")
        return response

    handler.create_exception_response = rendered


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


def patch_import() -> None:
    """Gateway responses of an OpenAPI body, as PutGatewayResponse would have stored them."""
    provider = module("localstack.services.apigateway.legacy.provider")
    original = provider.import_api_from_openapi_spec

    def imported(rest_api: Any, context: Any, open_api_spec: Any, mode: Any) -> Any:
        result = original(rest_api, context=context, open_api_spec=open_api_spec, mode=mode)
        store = provider.get_apigateway_store(context=context)
        kept = store.rest_apis[rest_api.id].gateway_responses
        kept.update(_gateway_responses(open_api_spec))
        return result

    provider.import_api_from_openapi_spec = imported


def patch_large_requests() -> None:
    """Characters that JSON escapes make the function's event larger than the body was."""
    responses = module("localstack.services.apigateway.next_gen.execute_api.gateway_response")
    integration = module(f"{INTEGRATIONS}.aws").RestApiAwsProxyIntegration
    original = integration.invoke

    def invoke(self: Any, context: Any) -> Any:
        try:
            return original(self, context)
        except responses.IntegrationFailureError as failure:
            refusal = getattr(failure.__cause__, "response", {}).get("Error", {})
            if refusal.get("Code") != "RequestEntityTooLargeException":
                raise
            raise responses.RequestTooLargeError(refusal["Message"]) from failure

    integration.invoke = invoke


def _gateway_responses(document: Mapping[str, Any]) -> dict[str, Any]:
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
