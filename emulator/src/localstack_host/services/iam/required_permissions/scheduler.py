"""EventBridge Scheduler: a schedule without a group is in the default one."""

from __future__ import annotations

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)

ON_SCHEDULE = ("CreateSchedule", "DeleteSchedule", "GetSchedule", "UpdateSchedule")


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the schedule."""
    if operation not in ON_SCHEDULE:
        return None
    group = params.get("GroupName") or "default"
    resource = place.arn("scheduler", f"schedule/{group}/{params['Name']}")
    return [Permission(f"scheduler:{operation}", resource)]
