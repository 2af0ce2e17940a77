"""APIs: created, imported, changed and deleted.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack_host.localstack_api import config
from localstack_host.services.apigatewayv2 import deployments
from localstack_host.services.apigatewayv2.errors import bad_request, conflict, not_found
from localstack_host.services.apigatewayv2.models import (
    ANY_ACCOUNT,
    ANY_REGION,
    DEFAULT_ROUTE,
    DEFAULT_STAGE,
    Api,
    HttpApiStore,
    store_of,
)
from localstack_host.services.apigatewayv2.resources import changed, created, new_id

HTTP = "HTTP"
ROUTE_KEY = re.compile(r"(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /\S*")
DEFAULTS = {
    "ApiKeySelectionExpression": "$request.header.x-api-key",
    "DisableExecuteApiEndpoint": False,
    "IpAddressType": "ipv4",
    "RouteSelectionExpression": "$request.method $request.path",
}
MANAGED = {"ApiGatewayManaged": True}


def find_store(context: Any) -> HttpApiStore:
    """The store of a request's account and region."""
    return store_of(context.account_id, context.region)


def find_api(context: Any, request: Mapping[str, Any]) -> Api:
    """The API that a request names. Raises NotFoundException."""
    api_id = request.get("ApiId") or ""
    api = find_store(context).apis.get(api_id)
    if api is None:
        raise not_found("API", f"{context.account_id}:{api_id}")
    return api


def create_api(context: Any, request: Any) -> Any:
    """Creates an API; with a target also a route to it, and a stage (quick create)."""
    if request.get("ProtocolType") != HTTP:
        raise bad_request(
            "The emulator has HTTP APIs only: ProtocolType must be HTTP. It has no WebSocket APIs."
        )
    require_cors(request.get("CorsConfiguration"))
    if request.get("RouteKey"):
        require_route_key(request["RouteKey"])
    api = new_api(context, request)
    if request.get("Target"):
        _create_quickly(api, request)
    return api.settings


def new_api(context: Any, request: Mapping[str, Any]) -> Api:
    """Stores a new API without routes."""
    api_id = new_id(10)
    own = {
        "ApiId": api_id,
        "ApiEndpoint": config.external_service_url(subdomains=f"{api_id}.execute-api"),
        "CreatedDate": datetime.now(UTC).replace(microsecond=0),
        "Tags": {},
    }
    settings = created("Api", {**request, "ProtocolType": HTTP}, **DEFAULTS, **own)
    api = Api(context.account_id, context.region, settings)
    find_store(context).apis[api_id] = api
    store_of(ANY_ACCOUNT, ANY_REGION).places[api_id] = (context.account_id, context.region)
    return api


def _create_quickly(api: Api, request: Mapping[str, Any]) -> None:
    integration = created("Integration", integration_of(request), IntegrationId=new_id(), **MANAGED)
    api.integrations[integration["IntegrationId"]] = integration
    route: dict[str, Any] = {
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "RouteId": new_id(),
        "RouteKey": request.get("RouteKey") or DEFAULT_ROUTE,
        "Target": f"integrations/{integration['IntegrationId']}",
    }
    api.routes[route["RouteId"]] = {**route, **MANAGED}
    now = datetime.now(UTC).replace(microsecond=0)
    stage = {"StageName": DEFAULT_STAGE, "AutoDeploy": True}
    times = {"CreatedDate": now, "LastUpdatedDate": now}
    empty: dict[str, Any] = {"RouteSettings": {}, "StageVariables": {}, "Tags": {}}
    settings = {"DefaultRouteSettings": {"DetailedMetricsEnabled": False}}
    api.stages[DEFAULT_STAGE] = {**stage, **times, **empty, **settings, **MANAGED}
    deployments.deploy_automatically(api)


def integration_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """The integration of quick create: with a function, or with a URL."""
    is_function = str(request["Target"]).startswith("arn:")
    found = {
        "ConnectionType": "INTERNET",
        "CredentialsArn": request.get("CredentialsArn"),
        "IntegrationMethod": "POST" if is_function else "ANY",
        "IntegrationType": "AWS_PROXY" if is_function else "HTTP_PROXY",
        "IntegrationUri": request["Target"],
        "PayloadFormatVersion": "2.0" if is_function else "1.0",
        "TimeoutInMillis": 30_000,
    }
    return {name: value for name, value in found.items() if value is not None}


def get_api(context: Any, request: Any) -> Any:
    """An API."""
    return find_api(context, request).settings


def get_apis(context: Any, _request: Any) -> Any:
    """All APIs."""
    return {"Items": [api.settings for api in find_store(context).apis.values()]}


def update_api(context: Any, request: Any) -> Any:
    """Changes an API; a target or route key those that quick create has made."""
    api = find_api(context, request)
    require_cors(request.get("CorsConfiguration"))
    if request.get("RouteKey"):
        require_route_key(request["RouteKey"])
        own = (name for name, route in api.routes.items() if route.get("ApiGatewayManaged"))
        require_new_route(api, request["RouteKey"], next(own, ""))
    api.settings = changed("Api", api.settings, request)
    for name, kept in (("Target", api.integrations), ("RouteKey", api.routes)):
        for key, managed in list(kept.items()):
            if request.get(name) and managed.get("ApiGatewayManaged"):
                change = integration_of(request) if name == "Target" else {name: request[name]}
                kept[key] = {**managed, **change}
    deployments.deploy_automatically(api)
    return api.settings


def delete_api(context: Any, request: Any) -> Any:
    """Deletes an API with everything in it."""
    api = find_api(context, request)
    del find_store(context).apis[api.id]
    store_of(ANY_ACCOUNT, ANY_REGION).places.pop(api.id, None)
    return {}


def delete_cors_configuration(context: Any, request: Any) -> Any:
    """Removes the CORS configuration of an API."""
    api = find_api(context, request)
    kept = {name: v for name, v in api.settings.items() if name != "CorsConfiguration"}
    api.settings = kept
    return {}


def require_cors(configuration: Mapping[str, Any] | None) -> None:
    """Raises BadRequestException for credentials from any origin, as browsers ignore that.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
    """
    settings = configuration or {}
    if settings.get("AllowCredentials") and "*" in (settings.get("AllowOrigins") or ()):
        raise bad_request("AllowCredentials is not supported with AllowOrigins *")


def require_route_key(key: str) -> None:
    """Raises BadRequestException for a key that is neither a method with a path nor `$default`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    """
    if key != DEFAULT_ROUTE and not ROUTE_KEY.fullmatch(key):
        raise bad_request(
            "The provided route key is not formatted properly for HTTP protocol."
            ' Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        )


def require_new_route(api: Api, key: str, route_id: str) -> None:
    """Raises ConflictException if another route than that of this ID has the key."""
    if any(route["RouteKey"] == key for name, route in api.routes.items() if name != route_id):
        raise conflict(f"Route with key {key} already exists for this API")


HANDLERS = {
    "CreateApi": create_api,
    "DeleteApi": delete_api,
    "DeleteCorsConfiguration": delete_cors_configuration,
    "GetApi": get_api,
    "GetApis": get_apis,
    "UpdateApi": update_api,
}
