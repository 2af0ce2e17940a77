"""Deployments: what the stages of an API serve.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
A stage with automatic deployment gets one with each change of its API.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from localstack_host.services.apigatewayv2.models import Api, Deployment
from localstack_host.services.apigatewayv2.resources import new_id


def deploy(api: Api, description: str | None = None, automatically: bool = False) -> Deployment:
    """Makes a deployment of what an API has now."""
    settings: dict[str, Any] = {
        "AutoDeployed": automatically,
        "CreatedDate": datetime.now(UTC).replace(microsecond=0),
        "DeploymentId": new_id(6),
        "DeploymentStatus": "DEPLOYED",
    }
    if description:
        settings["Description"] = description
    made = Deployment(settings, dict(api.routes), dict(api.integrations), dict(api.authorizers))
    api.deployments[settings["DeploymentId"]] = made
    return made


def deploy_automatically(api: Api) -> None:
    """Deploys what an API has now to its stages with automatic deployment.

    One that no stage serves any more is forgotten, where AWS lists it on.
    """
    names = [name for name, stage in api.stages.items() if stage.get("AutoDeploy")]
    if names:
        text = "Automatic deployment triggered by changes to the Api configuration"
        made = deploy(api, text, automatically=True)
        for name in names:
            serve(api, name, made.settings["DeploymentId"])
    served = {stage.get("DeploymentId") for stage in api.stages.values()}
    for key, deployment in list(api.deployments.items()):
        if deployment.settings["AutoDeployed"] and key not in served:
            del api.deployments[key]


def serve(api: Api, stage: str, deployment_id: str) -> None:
    """Makes a stage serve a deployment."""
    now = datetime.now(UTC).replace(microsecond=0)
    times = {"LastUpdatedDate": now, "DeploymentId": deployment_id}
    done = f"Successfully deployed stage with deployment ID '{deployment_id}'"
    api.stages[stage] = {**api.stages[stage], **times, "LastDeploymentStatusMessage": done}
