"""CloudWatch Logs: AWS asks for the log stream, whose name is empty where a group is meant."""

from __future__ import annotations

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """The stream of the request's group."""
    group = params.get("logGroupName")
    if not group:
        return None
    stream = params.get("logStreamName", "") if operation != "CreateLogStream" else ""
    return [
        Permission(f"logs:{operation}", place.arn("logs", f"log-group:{group}:log-stream:{stream}"))
    ]
