"""The entry point PROVIDER_OVERRIDE_APIGATEWAYV2=host: HTTP APIs.

moto has a backend for this API, without deployments, changes of stages and most of an import, and
with members in other spellings than the API's model. So they are stored here, by the model.
Requests to the APIs themselves are served by `gateway.py`, at the addresses that REST APIs have.
WebSocket APIs are refused: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
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
LOCK = Lock()
ONLY_WEBSOCKET = ("Model", "IntegrationResponse", "RouteResponse")


@provides(SERVICE)
def apigatewayv2() -> Service:
    """HTTP APIs. API Gateway's REST APIs are loaded too: they have the addresses of both."""
    from localstack.aws.skeleton import Skeleton
    from localstack.services.plugins import SERVICE_PLUGINS

    SERVICE_PLUGINS.require("apigateway")
    handlers = {
        name: _one_at_a_time(HANDLERS[name]) if name in HANDLERS else _refusal(name)
        for name in model().operation_names
    }
    return Service(SERVICE, skeleton=Skeleton(model(), handlers))


def _one_at_a_time(handler: Handler) -> Handler:
    """Several changes of an API at a time, as Terraform makes them, would undo one another."""

    def handle(context: Any, request: Any) -> Any:
        with LOCK:
            return _page(handler(context, request), request)

    return handle


def _page(response: Any, request: Any) -> Any:
    """A list of as many items as the request wants, from its token on, and the next token."""
    size, token = request.get("MaxResults"), request.get("NextToken")
    items = response.get("Items")
    if items is None or not (size or token):
        return response
    if not str(size or 1).isdigit() or not str(token or 0).isdigit():
        raise bad_request("Invalid MaxResults or NextToken")
    start = int(token or 0)
    end = start + int(size or len(items))
    more = {"NextToken": str(end)} if end < len(items) else {}
    return {"Items": items[start:end], **more}


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
