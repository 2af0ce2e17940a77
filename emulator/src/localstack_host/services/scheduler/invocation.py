"""The invocations of targets: retries, and the dead-letter queue.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
Retries that are due when the emulator stops are lost.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from localstack_host.localstack_api import connect_for
from localstack_host.services import retrying
from localstack_host.services.scheduler.calls import Call, RefusedEntry
from localstack_host.services.scheduler.metrics import counted
from localstack_host.services.scheduler.targets import (
    Target,
    call_of,
    default_input,
    queue_url,
    timestamp,
)
from localstack_host.services.timer import timer

LOG = logging.getLogger(__name__)
SERVICE = "scheduler"
# What a dead letter says of an error that is no answer of the target's.
INTERNAL_ERROR = "AWS.Scheduler.InternalServerError"
UNEXPECTED = "Unexpected error occurred while processing the request"


def group_arn(schedule_arn: str) -> str:
    """The ARN of a schedule's group, for which Scheduler assumes roles.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    place, _, resource = schedule_arn.rpartition(":")
    return f"{place}:schedule-group/{resource.split('/')[1]}"


def connect(schedule_arn: str, role: str) -> Any:
    """A factory of clients for the role of a schedule. Raises ClientError if it cannot be had."""
    region = schedule_arn.split(":")[3]
    return connect_for(group_arn(schedule_arn), role, region, SERVICE)


def _new_id() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Invocation:
    """One attempt to invoke the target of a schedule (its ARN) for an occurrence.

    `began` is when the first one began (monotonic clock, in seconds). `ended` is called after the
    last one.
    """

    schedule: str
    target: Target
    scheduled: datetime
    began: float
    ended: Callable[[], None]
    retries: int = 0
    execution_id: str = field(default_factory=_new_id)

    def attempt(self) -> None:
        """Calls the target. If that fails, it is tried again later, or is a dead letter."""
        counted(self.schedule, "InvocationAttemptCount")
        call = call_of(self.target, self._input())
        try:
            call.send(connect(self.schedule, self.target["RoleArn"]))
        except Exception as error:
            self._failed(call, error)
        else:
            self.ended()

    def _failed(self, call: Call, error: Exception) -> None:
        LOG.info("The target of %s failed: %s", self.schedule, error)
        code, retried = retrying.classified(error)
        throttled = ("TargetErrorThrottledCount",) if code == retrying.THROTTLING else ()
        counted(self.schedule, "TargetErrorCount", *throttled)
        age_s = time.monotonic() - self.began
        policy = self.target.get("RetryPolicy")
        exhausted = retrying.exhausted(policy, self.retries, age_s) if retried else ""
        if retried and not exhausted:
            timer().after(retrying.pause_s(self.retries), self._next().attempt)
            return
        counted(self.schedule, "InvocationDroppedCount")
        self._bury(call, self._letter(call, error, exhausted))
        self.ended()

    def _next(self) -> Invocation:
        return replace(self, retries=self.retries + 1, execution_id=_new_id())

    def _input(self) -> str:
        """The configured input, in which the context attributes have their values."""
        text: str = self.target.get("Input") or default_input(self.schedule, self.scheduled)
        attributes = {
            "schedule-arn": self.schedule,
            "scheduled-time": timestamp(self.scheduled),
            "execution-id": self.execution_id,
            "attempt-number": str(self.retries + 1),
        }
        for name, value in attributes.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text

    def _letter(self, call: Call, error: Exception, exhausted: str) -> dict[str, str]:
        """The attributes of a dead letter."""
        code, message = _described(error)
        return {
            "ERROR_CODE": code,
            "ERROR_MESSAGE": message,
            "EXECUTION_ID": self.execution_id,
            **({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted else {}),
            "IS_PAYLOAD_TRUNCATED": "false",
            "RETRY_ATTEMPTS": str(self.retries),
            "SCHEDULED_TIME": timestamp(self.scheduled),
            "SCHEDULE_ARN": self.schedule,
            "TARGET_ARN": call.arn,
        }

    def _bury(self, call: Call, letter: dict[str, str]) -> None:
        """Sends a dead letter to the target's queue, if it has one to which its role may send."""
        queue = (self.target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue:
            return
        try:
            self._send(queue, json.dumps(call.request), letter)
        except Exception as error:
            name = "InvocationsFailedToBeSentToDeadLetterCount"
            counted(self.schedule, name, f"{name}_{_described(error)[0]}")
            LOG.warning("The dead-letter queue %s takes nothing: %s", queue, error)
        else:
            counted(self.schedule, "InvocationsSentToDeadLetterCount")

    def _send(self, queue: str, body: str, letter: dict[str, str]) -> None:
        sqs = connect(self.schedule, self.target["RoleArn"]).sqs
        attributes = {
            name: {"DataType": "String", "StringValue": value} for name, value in letter.items()
        }
        sqs.send_message(QueueUrl=queue_url(queue), MessageBody=body, MessageAttributes=attributes)


def _described(error: Exception) -> tuple[str, str]:
    """The code and the message of an error, as the target's service has them."""
    if isinstance(error, ClientError):
        return error.response["Error"].get("Code") or INTERNAL_ERROR, retrying.message(error)
    if isinstance(error, RefusedEntry):
        return error.code, str(error)
    return INTERNAL_ERROR, UNEXPECTED
