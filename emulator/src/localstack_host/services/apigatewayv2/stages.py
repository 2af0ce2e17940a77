"""Stages and deployments of an API: created, changed and deleted.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.apigatewayv2 import deployments
from localstack_host.services.apigatewayv2.apis import find_api
from localstack_host.services.apigatewayv2.authorizers.functions import RESULTS
from localstack_host.services.apigatewayv2.errors import bad_request, conflict, not_found
from localstack_host.services.apigatewayv2.models import DEFAULT_STAGE, Api, Deployment, Resource
from localstack_host.services.apigatewayv2.resources import changed, created

NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
DEFAULTS = {"DefaultRouteSettings": {"DetailedMetricsEnabled": False}}


def _stage(api: Api, request: Mapping[str, Any]) -> Resource:
    found = api.stages.get(request.get("StageName") or "")
    if found is None:
        raise not_found("stage")
    return found


def create_stage(context: Any, request: Any) -> Any:
    """Creates a stage, and deploys to it if its deployment is automatic."""
    api, name = find_api(context, request), request.get("StageName") or ""
    if name in api.stages:
        raise conflict("Stage already exists")
    if name != DEFAULT_STAGE and not NAME.fullmatch(name):
        raise bad_request(
            "Stage name only allows alphanumeric characters, hyphens, underscores, and $default"
        )
    _require_deployment(api, request)
    now = datetime.now(UTC).replace(microsecond=0)
    own = {"CreatedDate": now, "LastUpdatedDate": now}
    empty: dict[str, Any] = {"RouteSettings": {}, "StageVariables": {}, "Tags": {}}
    api.stages[name] = created("Stage", request, **own, **empty, **DEFAULTS)
    if request.get("AutoDeploy"):
        deployments.deploy_automatically(api)
    return api.stages[name]


def _require_deployment(api: Api, request: Mapping[str, Any]) -> None:
    name = request.get("DeploymentId")
    if name and request.get("AutoDeploy"):
        raise bad_request("Deployment ID cannot be set on a stage when AutoDeploy is enabled")
    if name and name not in api.deployments:
        raise not_found("Deployment", name)


def get_stage(context: Any, request: Any) -> Any:
    """A stage."""
    return _stage(find_api(context, request), request)


def get_stages(context: Any, request: Any) -> Any:
    """All stages."""
    return {"Items": list(find_api(context, request).stages.values())}


def update_stage(context: Any, request: Any) -> Any:
    """Changes a stage."""
    api = find_api(context, request)
    stage = _stage(api, request)
    _require_deployment(api, request)
    if (
        request.get("DeploymentId")
        and stage.get("AutoDeploy")
        and request.get("AutoDeploy") is None
    ):
        raise bad_request("Deployment ID cannot be set on a stage when AutoDeploy is enabled")
    new = changed("Stage", stage, request)
    new["LastUpdatedDate"] = datetime.now(UTC).replace(microsecond=0)
    api.stages[stage["StageName"]] = new
    if new.get("AutoDeploy"):
        deployments.deploy_automatically(api)
    return api.stages[stage["StageName"]]


def delete_stage(context: Any, request: Any) -> Any:
    """Deletes a stage."""
    api = find_api(context, request)
    del api.stages[_stage(api, request)["StageName"]]
    deployments.deploy_automatically(api)
    return {}


def delete_access_log_settings(context: Any, request: Any) -> Any:
    """Ends the access log of a stage."""
    api = find_api(context, request)
    stage = _stage(api, request)
    kept = {name: value for name, value in stage.items() if name != "AccessLogSettings"}
    api.stages[stage["StageName"]] = kept
    return {}


def delete_route_settings(context: Any, request: Any) -> Any:
    """Removes the settings of a stage for one route."""
    api = find_api(context, request)
    stage = _stage(api, request)
    settings = dict(stage.get("RouteSettings") or {})
    if settings.pop(request.get("RouteKey"), None) is None:
        raise not_found("RouteSettings", request.get("RouteKey") or "")
    api.stages[stage["StageName"]] = {**stage, "RouteSettings": settings}
    return {}


def create_deployment(context: Any, request: Any) -> Any:
    """Deploys an API, to a stage if the request names one."""
    api = find_api(context, request)
    stage = _stage(api, request) if request.get("StageName") else None
    if stage and stage.get("AutoDeploy"):
        raise bad_request("Deployment cannot be created for a stage with AutoDeploy enabled")
    made = deployments.deploy(api, request.get("Description"))
    if stage:
        deployments.serve(api, stage["StageName"], made.settings["DeploymentId"])
    return made.settings


def _deployment(api: Api, request: Mapping[str, Any]) -> Deployment:
    found = api.deployments.get(request.get("DeploymentId") or "")
    if found is None:
        raise not_found("Deployment", request.get("DeploymentId") or "")
    return found


def get_deployment(context: Any, request: Any) -> Any:
    """A deployment."""
    return _deployment(find_api(context, request), request).settings


def get_deployments(context: Any, request: Any) -> Any:
    """All deployments."""
    found = find_api(context, request).deployments.values()
    return {"Items": [deployment.settings for deployment in found]}


def update_deployment(context: Any, request: Any) -> Any:
    """Changes the description of a deployment."""
    found = _deployment(find_api(context, request), request)
    found.settings = changed("Deployment", found.settings, request)
    return found.settings


def delete_deployment(context: Any, request: Any) -> Any:
    """Deletes a deployment that no stage serves."""
    api = find_api(context, request)
    name = _deployment(api, request).settings["DeploymentId"]
    if any(stage.get("DeploymentId") == name for stage in api.stages.values()):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[name]
    return {}


def reset_authorizers_cache(context: Any, request: Any) -> Any:
    """Forgets what functions of authorizers have said for a stage."""
    api = find_api(context, request)
    RESULTS.flush(api.account, api.region, api.id, _stage(api, request)["StageName"])
    return {}


HANDLERS = {
    "CreateDeployment": create_deployment,
    "CreateStage": create_stage,
    "DeleteAccessLogSettings": delete_access_log_settings,
    "DeleteDeployment": delete_deployment,
    "DeleteRouteSettings": delete_route_settings,
    "DeleteStage": delete_stage,
    "GetDeployment": get_deployment,
    "GetDeployments": get_deployments,
    "GetStage": get_stage,
    "GetStages": get_stages,
    "ResetAuthorizersCache": reset_authorizers_cache,
    "UpdateDeployment": update_deployment,
    "UpdateStage": update_stage,
}
