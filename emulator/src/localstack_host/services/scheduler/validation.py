"""The checks of CreateSchedule and UpdateSchedule, with AWS's messages.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from localstack.aws.api.scheduler import ValidationException

from localstack_host.gateway import constraints
from localstack_host.services.scheduler.calls import UNIVERSAL
from localstack_host.services.scheduler.expressions import AT, TIME_ZONE, parsed
from localstack_host.services.scheduler.targets import TEMPLATED, Target, service_of

NAME = re.compile(r"[0-9a-zA-Z-_.]+")
LONGEST_NAME = 64
OLDEST_START = timedelta(minutes=5)
FIFO = ".fifo"
# The parameters of a templated target, by the service in its ARN; those that it requires.
PARAMETERS = {
    "ecs": "EcsParameters",
    "events": "EventBridgeParameters",
    "kinesis": "KinesisParameters",
    "sagemaker": "SageMakerPipelineParameters",
    "sqs": "SqsParameters",
}
REQUIRED = ("ecs", "events", "kinesis")
# What the names of operations begin with that only read.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
READING = (
    *("get", "describe", "list", "poll", "receive", "search", "scan", "query", "select", "read"),
    *("lookup", "discover", "validate", "batchGet", "batchDescribe", "batchRead", "transactGet"),
    *("adminGet", "adminList", "testMigration", "retrieve", "testConnection"),
    *("translateDocument", "isAuthorized", "invokeModel"),
)

Request = Mapping[str, Any]


def check(request: Request, region: str) -> None:
    """Checks a request. Raises ValidationException."""
    check_name("name", request["Name"])
    _check_expression(request)
    _check_window(request["FlexibleTimeWindow"])
    _check_dates(request)
    _check_target(request["Target"], region)


def check_name(member: str, name: str) -> None:
    """Checks the name of a schedule or a group."""
    broken = list(constraints.outside("length", len(name), None, LONGEST_NAME))
    if not broken and not NAME.fullmatch(name):
        broken = [constraints.mismatch(f"^{NAME.pattern}$")]
    if broken:
        found = [constraints.violation(member, one, name) for one in broken]
        raise ValidationException(constraints.detected(found))


def _check_expression(request: Request) -> None:
    expression, zone = request["ScheduleExpression"], request.get("ScheduleExpressionTimezone")
    try:
        ZoneInfo(zone or TIME_ZONE)
    except (KeyError, ValueError, OSError):
        text = f"Invalid Schedule Expression Timezone {zone}."
        raise ValidationException(text) from None
    try:
        parsed(expression, zone, datetime.now(UTC))
    except (ValueError, OverflowError):
        raise ValidationException(f"Invalid Schedule Expression {expression}.") from None


def _check_window(window: Request) -> None:
    flexible = window["Mode"] == "FLEXIBLE"
    if flexible == ("MaximumWindowInMinutes" in window):
        return
    must, mode = ("must", "FLEXIBLE") if flexible else ("must not", "OFF")
    raise ValidationException(
        f"MaximumWindowInMinutes {must} be provided when FlexibleTimeWindowMode is set to {mode}."
    )


def _check_dates(request: Request) -> None:
    """One-time schedules have no dates: what is set is not looked at."""
    if AT.fullmatch(request["ScheduleExpression"]):
        return
    start, end = request.get("StartDate"), request.get("EndDate")
    if start and end and start >= end:
        raise ValidationException("The StartDate you specify must come before the EndDate.")
    if start and start < datetime.now(UTC) - OLDEST_START:
        text = "The StartDate you specify cannot be earlier than 5 minutes ago."
        raise ValidationException(text)


def _check_target(target: Target, region: str) -> None:
    arn = target["Arn"]
    try:
        service = service_of(arn)
    except ValueError:
        text = f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        raise ValidationException(text) from None
    if arn.startswith(UNIVERSAL):
        _check_universal(target)
    elif service not in TEMPLATED:
        raise ValidationException(f"{service} is not a supported service for a target.")
    elif arn.split(":")[3] not in (region, ""):
        text = f"The target ARN provided does not match the current region {region}."
        raise ValidationException(text)
    else:
        _check_parameters(target, service)
        if service in ("events", "lambda", "states"):
            _check_json(target.get("Input"))


def _check_universal(target: Target) -> None:
    service, _, action = target["Arn"].removeprefix(UNIVERSAL).partition(":")
    if action.startswith(READING):
        raise ValidationException(f"{action} API is not supported.")
    if not target.get("Input"):
        text = "You must provide an input to set this target for your schedule."
        raise ValidationException(text)
    if not service or not action:
        raise ValidationException(f"{service} is not a supported service for a target.")
    _check_json(target["Input"])


def _check_json(text: str | None) -> None:
    try:
        json.loads(text or "{}")
    except ValueError:
        text = "JSON syntax error in input for the target."
        raise ValidationException(text) from None


def _check_parameters(target: Target, service: str) -> None:
    own = PARAMETERS.get(service)
    for name in PARAMETERS.values():
        if name in target and name != own:
            raise ValidationException(f"Parameters {name} not supported for the target.")
    fifo = service == "sqs" and target["Arn"].endswith(FIFO)
    if own not in target and (service in REQUIRED or fifo):
        raise ValidationException(f"Parameters {own} must be specified.")
    if not fifo and "MessageGroupId" in (target.get("SqsParameters") or {}):
        raise ValidationException("Parameters MessageGroupId not valid for the target.")
