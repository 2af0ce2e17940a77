"""CloudWatch Logs: the resource is a log stream, with an empty name for a log group."""

from __future__ import annotations

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)

# Of several log groups. A query definition is no resource, whatever groups it names.
READING = ("StartLiveTail", "StartQuery")


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the log stream of the request, or on each group that a query names."""
    groups = params.get("logGroupNames") or params.get("logGroupIdentifiers")
    if groups and operation in READING:
        return [_permission(operation, _name(group), "", place) for group in groups]
    group = params.get("logGroupName")
    if not group:
        return None
    stream = params.get("logStreamName", "") if operation != "CreateLogStream" else ""
    return [_permission(operation, group, stream, place)]


def _permission(operation: str, group: str, stream: str, place: Place) -> Permission:
    resource = f"log-group:{group}:log-stream:{stream}"
    return Permission(f"logs:{operation}", place.arn("logs", resource))


def _name(group: str) -> str:
    """The name of a log group, which may be its ARN."""
    return group.partition(":log-group:")[2].removesuffix(":*") or group
