"""The entry point PROVIDER_OVERRIDE_SCHEDULER=host: LocalStack's Scheduler, which only stores.

- schedules invoke their targets (`occurrences.py`, `invocation.py`);
- CreateSchedule and UpdateSchedule check what AWS checks (`validation.py`), the role too;
- an update replaces what a schedule does after its completion;
- a group that exists is not made anew, and the default one is not deleted.

moto holds the schedules and answers the other operations.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api.scheduler import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from localstack.services.scheduler.provider import SchedulerProvider
from moto.scheduler.models import Schedule, scheduler_backends

from localstack_host.localstack_api import (
    RequestContext,
    Service,
    falling_back_to_moto,
    handler,
    provides,
)
from localstack_host.services.scheduler import occurrences
from localstack_host.services.scheduler.invocation import connect
from localstack_host.services.scheduler.validation import check, check_name
from localstack_host.services.simultaneous_requests import one_at_a_time
from localstack_host.services.timer import timer

DEFAULT_GROUP = "default"


@provides("scheduler")
def scheduler() -> Service:
    """LocalStack's Scheduler with the fixes above."""
    untyped: Any = Scheduler
    return falling_back_to_moto(untyped())


class Scheduler(SchedulerProvider):
    """Schedules that invoke their targets."""

    @handler("CreateSchedule", expand=False)
    def create_schedule(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Stores a schedule, and plans its first invocation."""
        check(request, context.region)
        with one_at_a_time("schedule", request["Name"]):
            return _created(context, request)

    @handler("UpdateSchedule", expand=False)
    def update_schedule(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Replaces a schedule: what is left out gets its default."""
        check(request, context.region)
        schedule = _schedule(context, request)
        _check_role(schedule.arn, request)
        described = _described(request)
        schedule.action_after_completion = described.pop("action_after_completion")
        schedule.completed = False
        schedule.update(**described)
        return _planned(schedule)

    @handler("DeleteSchedule", expand=False)
    def delete_schedule(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Deletes a schedule."""
        schedule = _schedule(context, request)
        _group(context, request.get("GroupName")).delete_schedule(schedule.name)
        timer().cancel(schedule.arn)
        return {}

    @handler("CreateScheduleGroup", expand=False)
    def create_schedule_group(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Creates a group. Raises ConflictException for one that exists."""
        name = request["Name"]
        check_name("name", name)
        _require_other_than_default(name)
        backend = _backend(context)
        if name in backend.schedule_groups:
            raise ConflictException(f"Schedule group {name} already exists.")
        return {"ScheduleGroupArn": backend.create_schedule_group(name, request.get("Tags")).arn}

    @handler("DeleteScheduleGroup", expand=False)
    def delete_schedule_group(  # type: ignore[override]
        self, context: RequestContext, request: Any
    ) -> Any:
        """Deletes a group with its schedules."""
        _require_other_than_default(request["Name"])
        group = _group(context, request["Name"])
        _backend(context).delete_schedule_group(group.name)
        for schedule in list(group.schedules.values()):
            timer().cancel(schedule.arn)
        return {}


def _backend(context: RequestContext) -> Any:
    return scheduler_backends[context.account_id][context.region]


def _group(context: RequestContext, name: str | None) -> Any:
    group = _backend(context).schedule_groups.get(name or DEFAULT_GROUP)
    if group is None:
        raise ResourceNotFoundException(f"Schedule group {name} does not exist.")
    return group


def _schedule(context: RequestContext, request: Any) -> Any:
    schedule = _group(context, request.get("GroupName")).schedules.get(request["Name"])
    if schedule is None:
        raise ResourceNotFoundException(f"Schedule {request['Name']} does not exist.")
    return schedule


def _created(context: RequestContext, request: Any) -> dict[str, str]:
    group = _group(context, request.get("GroupName"))
    token = request.get("ClientToken")
    existing = group.schedules.get(request["Name"])
    if existing is not None and token and existing.client_token == token:
        return {"ScheduleArn": existing.arn}  # the request was sent twice
    if existing is not None:
        raise ConflictException(f"Schedule {request['Name']} already exists.")
    schedule: Any = Schedule(
        region=context.region,
        account_id=context.account_id,
        group_name=group.name,
        name=request["Name"],
        **_described(request),
    )
    _check_role(schedule.arn, request)
    schedule.client_token = token
    group.add_schedule(schedule)
    return _planned(schedule)


def _require_other_than_default(name: str) -> None:
    if name == DEFAULT_GROUP:
        text = f"This operation cannot be performed on schedule group {name}."
        raise ValidationException(text)


def _check_role(schedule_arn: str, request: Any) -> None:
    try:
        connect(schedule_arn, request["Target"]["RoleArn"])
    except ClientError:
        text = (
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the"
            " role."
        )
        raise ValidationException(text) from None


def _described(request: Any) -> dict[str, Any]:
    """What moto's Schedule takes, with AWS's defaults."""
    return {
        "description": request.get("Description"),
        "schedule_expression": request["ScheduleExpression"],
        "schedule_expression_timezone": request.get("ScheduleExpressionTimezone"),
        "flexible_time_window": request["FlexibleTimeWindow"],
        "target": request["Target"],
        "state": request.get("State") or occurrences.ENABLED,
        "kms_key_arn": request.get("KmsKeyArn"),
        "start_date": _seconds(request.get("StartDate")),
        "end_date": _seconds(request.get("EndDate")),
        "action_after_completion": request.get("ActionAfterCompletion") or "NONE",
    }


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _planned(schedule: Any) -> dict[str, str]:
    modified = datetime.fromtimestamp(schedule.last_modified_date, UTC)
    occurrences.plan(schedule, modified)
    return {"ScheduleArn": schedule.arn}
