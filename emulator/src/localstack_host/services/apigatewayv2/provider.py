"""The entry point PROVIDER_OVERRIDE_APIGATEWAYV2=host: HTTP APIs.

moto has a backend for this API, without deployments, changes of stages and most of an import, and
with members in other spellings than the API's model. So they are stored here, by the model.
Requests to the APIs themselves are served by `gateway.py`, at the addresses that REST APIs have.
WebSocket APIs are refused: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstack_host.localstack_api import Service, provides
from localstack_host.services.apigatewayv2 import apis, domains, imports, routes, stages, tags
from localstack_host.services.apigatewayv2.errors import bad_request
from localstack_host.services.apigatewayv2.resources import SERVICE, model

Handler = Callable[[Any, Any], Any]  # (RequestContext, request) -> response
HANDLERS: Mapping[str, Handler] = {
    **apis.HANDLERS,
    **routes.HANDLERS,
    **stages.HANDLERS,
    **domains.HANDLERS,
    **imports.HANDLERS,
    **tags.HANDLERS,
}
ONLY_WEBSOCKET = ("Model", "IntegrationResponse", "RouteResponse")


@provides(SERVICE)
def apigatewayv2() -> Service:
    """HTTP APIs. API Gateway's REST APIs are loaded too: they have the addresses of both."""
    from localstack.aws.skeleton import Skeleton
    from localstack.services.plugins import SERVICE_PLUGINS

    SERVICE_PLUGINS.require("apigateway")
    handlers = {name: HANDLERS.get(name) or _refusal(name) for name in model().operation_names}
    return Service(SERVICE, skeleton=Skeleton(model(), handlers))


def _refusal(operation: str) -> Handler:
    """Refuses an operation in words: SDKs would try one that is not implemented again."""
    websocket = any(kind in operation for kind in ONLY_WEBSOCKET)
    reason = (
        "is for WebSocket APIs, which the emulator does not have"
        if websocket
        else "is not in the emulator"
    )

    def refuse(_context: Any, _request: Any) -> Any:
        raise bad_request(f"{operation} {reason}.")

    return refuse
