"""Routes, integrations and authorizers of an API: created, changed and deleted.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstack_host.services.apigatewayv2.apis import (
    find_api,
    require_new_route,
    require_route_key,
)
from localstack_host.services.apigatewayv2.deployments import deploy_automatically
from localstack_host.services.apigatewayv2.errors import bad_request, conflict, not_found
from localstack_host.services.apigatewayv2.models import Api, Resource
from localstack_host.services.apigatewayv2.resources import changed, created, new_id
from localstack_host.services.apigatewayv2.services import ACTIONS

Handler = Callable[[Any, Any], Any]
LONGEST_TIMEOUT_MS, SHORTEST_TIMEOUT_MS = 30_000, 50
KINDS = {"Route": "routes", "Integration": "integrations", "Authorizer": "authorizers"}


def resources_of(api: Api, kind: str) -> dict[str, Resource]:
    """The resources of a kind, by their IDs."""
    found: dict[str, Resource] = getattr(api, KINDS[kind])
    return found


def new_resource(api: Api, kind: str, request: Mapping[str, Any]) -> Resource:
    """Adds a resource to an API, without deploying it. Raises the API's errors."""
    made = created(kind, request, **{f"{kind}Id": new_id()})
    made = CHECKS[kind](api, made)
    resources_of(api, kind)[made[f"{kind}Id"]] = made
    return made


def _creation(kind: str) -> Handler:
    def create(context: Any, request: Any) -> Any:
        api = find_api(context, request)
        made = new_resource(api, kind, request)
        deploy_automatically(api)
        return made

    return create


def _named(api: Api, kind: str, request: Mapping[str, Any]) -> Resource:
    name = request.get(f"{kind}Id") or ""
    found = resources_of(api, kind).get(name)
    if found is None:
        raise not_found(kind, name)
    return found


def _description(kind: str) -> Handler:
    return lambda context, request: _named(find_api(context, request), kind, request)


def _listing(kind: str) -> Handler:
    def listed(context: Any, request: Any) -> Any:
        return {"Items": list(resources_of(find_api(context, request), kind).values())}

    return listed


def _change(kind: str) -> Handler:
    def change(context: Any, request: Any) -> Any:
        api = find_api(context, request)
        found = _named(api, kind, request)
        new = CHECKS[kind](api, changed(kind, found, request))
        resources_of(api, kind)[found[f"{kind}Id"]] = new
        deploy_automatically(api)
        return new

    return change


def _deletion(kind: str) -> Handler:
    def delete(context: Any, request: Any) -> Any:
        api = find_api(context, request)
        found = _named(api, kind, request)
        _require_unused(api, kind, found[f"{kind}Id"])
        del resources_of(api, kind)[found[f"{kind}Id"]]
        deploy_automatically(api)
        return {}

    return delete


def _require_unused(api: Api, kind: str, name: str) -> None:
    users = [
        route["RouteId"]
        for route in api.routes.values()
        if route.get("Target") == f"integrations/{name}" or route.get("AuthorizerId") == name
    ]
    if kind != "Route" and users:
        raise conflict(f"Cannot delete {kind} '{name}'. Referenced in Route(s): {users}.")


def delete_route_request_parameter(context: Any, request: Any) -> Any:
    """Refuses: HTTP APIs have no request parameters of routes."""
    _named(find_api(context, request), "Route", request)
    raise bad_request("RequestParameters are not supported for HTTP APIs")


def _checked_route(api: Api, route: dict[str, Any]) -> dict[str, Any]:
    key = route.get("RouteKey") or ""
    require_route_key(key)
    require_new_route(api, key, route["RouteId"])
    target = route.get("Target") or ""
    if target and target.removeprefix("integrations/") not in api.integrations:
        raise not_found("Integration", target.removeprefix("integrations/"))
    authorizer = route.get("AuthorizerId")
    if authorizer and authorizer not in api.authorizers:
        raise not_found("Authorizer", authorizer)
    kind = route.get("AuthorizationType") or "NONE"
    if kind in ("JWT", "CUSTOM") and not authorizer:
        raise bad_request(f"AuthorizerId is required for AuthorizationType {kind}")
    return {"ApiKeyRequired": False, **route, "AuthorizationType": kind}


def _checked_integration(_api: Api, integration: dict[str, Any]) -> dict[str, Any]:
    kind, subtype = integration.get("IntegrationType"), integration.get("IntegrationSubtype")
    if kind not in ("AWS_PROXY", "HTTP_PROXY"):
        raise bad_request(
            f"The integration type {kind} is not supported for HTTP APIs:"
            " it must be AWS_PROXY or HTTP_PROXY"
        )
    if subtype and subtype.partition("-")[0] == "AppConfig":
        raise bad_request(f"The emulator has no AppConfig: {subtype}")
    if subtype and subtype not in ACTIONS:
        raise bad_request(f"Invalid IntegrationSubtype specified: {subtype}")
    if subtype and not integration.get("CredentialsArn"):
        raise bad_request("CredentialsArn is required for an integration with a service")
    if not subtype and not integration.get("IntegrationUri"):
        raise bad_request("IntegrationUri is required")
    defaults = {
        "ConnectionType": "INTERNET",
        "PayloadFormatVersion": "1.0",
        "TimeoutInMillis": LONGEST_TIMEOUT_MS,
    }
    if kind == "AWS_PROXY" and not subtype:
        defaults["IntegrationMethod"] = "POST"
    complete = {**defaults, **integration}
    if not SHORTEST_TIMEOUT_MS <= complete["TimeoutInMillis"] <= LONGEST_TIMEOUT_MS:
        raise bad_request(
            f"Timeout should be between {SHORTEST_TIMEOUT_MS} ms and {LONGEST_TIMEOUT_MS} ms"
        )
    return complete


def _checked_authorizer(_api: Api, authorizer: dict[str, Any]) -> dict[str, Any]:
    kind = authorizer.get("AuthorizerType")
    if kind == "JWT":
        settings = authorizer.get("JwtConfiguration") or {}
        if not settings.get("Issuer") or not authorizer.get("IdentitySource"):
            raise bad_request("JwtConfiguration with an Issuer, and IdentitySource are required")
        return authorizer
    if kind != "REQUEST":
        raise bad_request("AuthorizerType must be JWT or REQUEST")
    if not authorizer.get("AuthorizerPayloadFormatVersion"):
        raise bad_request(
            "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer"
        )
    if not authorizer.get("AuthorizerUri"):
        raise bad_request("AuthorizerUri is required for REQUEST authorizer")
    ttl = authorizer.get("AuthorizerResultTtlInSeconds")
    if ttl is not None and not 0 <= ttl <= 3600:
        raise bad_request("AuthorizerResultTtlInSeconds must be between 0 and 3600")
    return authorizer


CHECKS: Mapping[str, Callable[[Api, dict[str, Any]], dict[str, Any]]] = {
    "Authorizer": _checked_authorizer,
    "Integration": _checked_integration,
    "Route": _checked_route,
}
HANDLERS: dict[str, Handler] = {
    "DeleteRouteRequestParameter": delete_route_request_parameter,
    **{f"Create{kind}": _creation(kind) for kind in KINDS},
    **{f"Delete{kind}": _deletion(kind) for kind in KINDS},
    **{f"Get{kind}": _description(kind) for kind in KINDS},
    **{f"Get{kind}s": _listing(kind) for kind in KINDS},
    **{f"Update{kind}": _change(kind) for kind in KINDS},
}
