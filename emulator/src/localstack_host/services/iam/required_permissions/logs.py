"""CloudWatch Logs: the resource is a log stream, with an empty name for a log group."""

from __future__ import annotations

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the log stream of the request."""
    group = params.get("logGroupName")
    if not group:
        return None
    stream = params.get("logStreamName", "") if operation != "CreateLogStream" else ""
    return [
        Permission(f"logs:{operation}", place.arn("logs", f"log-group:{group}:log-stream:{stream}"))
    ]
