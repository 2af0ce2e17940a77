"""The settings of a stage for one route: its own and, for what they leave out, the default ones.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.apigateway.throttling import has_token
from localstack_host.services.apigatewayv2.errors import Refused
from localstack_host.services.apigatewayv2.invocation import Invocation


def settings_of(invocation: Invocation) -> dict[str, Any]:
    """The settings for the route of a request."""
    own = (invocation.stage.get("RouteSettings") or {}).get(invocation.route_key) or {}
    return {**(invocation.stage.get("DefaultRouteSettings") or {}), **own}


def throttle(invocation: Invocation) -> None:
    """Raises Refused, 429, for more requests to a route than its rate and burst allow."""
    settings = settings_of(invocation)
    rate, burst = settings.get("ThrottlingRateLimit"), settings.get("ThrottlingBurstLimit")
    if rate is None and burst is None:
        return
    api = invocation.api
    place = (api.account, api.region, api.id, invocation.stage_name, invocation.route_key)
    if not has_token(("http", *place), rate, burst):
        raise Refused(429, "Too Many Requests")
