"""Follows an order through the Step Functions workflow by its execution history."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target

POLL_S = 0.15
RUNNING = "RUNNING"
END_STATUS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
FAILURE_SUFFIXES = ("Failed", "TimedOut")


@dataclass(frozen=True)
class Try:
    """One attempt of a step: its start, its duration in seconds, and whether it failed."""

    started: datetime
    duration: float
    failed: bool = False


@dataclass(frozen=True)
class Step:
    """One visit to a state; `duration` is in seconds.

    `outcome` is `running`, `ok`, `caught` (the state failed and a Catch handled the error) or
    `failed`. `retries` counts the attempts after the first, `tries` has all of them. `errors` are
    the error names of the failed attempts in order, `cause` is the cause of the last one.
    """

    name: str
    kind: str
    started: datetime
    duration: float
    outcome: str
    retries: int = 0
    errors: tuple[str, ...] = ()
    cause: str = ""
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True)
class Execution:
    """The status and the steps of an execution so far; `duration` is in seconds."""

    status: str
    steps: tuple[Step, ...]
    started: datetime | None = None
    duration: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether the execution is no longer running."""
        return self.status != RUNNING

    @property
    def tasks(self) -> tuple[Step, ...]:
        """The Task states that were entered, in order."""
        return tuple(step for step in self.steps if step.kind == "Task")

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the Task states, in the order they were entered."""
        return tuple(step.name for step in self.tasks)


Event = dict[str, Any]


def read_history(events: Sequence[Event], now: datetime) -> Execution:
    """Builds an Execution from the events of GetExecutionHistory, oldest first, as of `now`."""
    if not events:
        return Execution(RUNNING, ())
    status = next((END_STATUS[e["type"]] for e in events if e["type"] in END_STATUS), RUNNING)
    end = events[-1]["timestamp"] if status != RUNNING else now
    started = events[0]["timestamp"]
    steps = tuple(_step(visit, status, end) for visit in _visits(events))
    return Execution(status, steps, started, _seconds(started, end))


def _visits(events: Sequence[Event]) -> list[list[Event]]:
    """The events of each visit to a state, grouped by previousEventId."""
    owners: dict[int, list[Event]] = {}
    visits: list[list[Event]] = []
    for event in events:
        if event["type"].endswith("StateEntered"):
            visits.append([])
            owners[event["id"]] = visits[-1]
        elif event["previousEventId"] in owners and event["type"] not in END_STATUS:
            owners[event["id"]] = owners[event["previousEventId"]]
        if event["id"] in owners:
            owners[event["id"]].append(event)
    return visits


def _step(visit: Sequence[Event], status: str, until: datetime) -> Step:
    entered = visit[0]
    exited = next((e for e in visit if e["type"].endswith("StateExited")), None)
    failures = [e for e in visit if e["type"].endswith(FAILURE_SUFFIXES)]
    details = [_details(event) for event in failures]
    kind = entered["type"].removesuffix("StateEntered")
    return Step(
        name=entered["stateEnteredEventDetails"]["name"],
        kind=kind,
        started=entered["timestamp"],
        duration=_seconds(entered["timestamp"], exited["timestamp"] if exited else until),
        outcome="failed" if kind == "Fail" else _outcome(visit, exited, status),
        retries=max(0, sum(e["type"].endswith("Scheduled") for e in visit) - 1),
        errors=tuple(str(detail.get("error", "?")) for detail in details),
        cause=str(details[-1].get("cause", "")) if details else "",
        tries=tuple(_tries(visit, until)),
    )


def _tries(visit: Sequence[Event], until: datetime) -> Iterator[Try]:
    started: datetime | None = None
    for event in visit:
        if event["type"].endswith("Scheduled"):
            started = event["timestamp"]
        elif started and event["type"].endswith((*FAILURE_SUFFIXES, "Succeeded")):
            failed = not event["type"].endswith("Succeeded")
            yield Try(started, _seconds(started, event["timestamp"]), failed)
            started = None
    if started:
        yield Try(started, _seconds(started, until))


def _outcome(visit: Sequence[Event], exited: Event | None, status: str) -> str:
    if exited is None:
        return "running" if status == RUNNING else "failed"
    ends = [e for e in visit if e["type"].endswith((*FAILURE_SUFFIXES, "Succeeded"))]
    return "caught" if ends and ends[-1]["type"].endswith(FAILURE_SUFFIXES) else "ok"


def _details(event: Event) -> dict[str, Any]:
    return next((value for key, value in event.items() if key.endswith("EventDetails")), {})


def _seconds(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds())


def arn_of(target: Target, order_id: str) -> str:
    """The ARN of the execution of an order. The execution's name is the order's id."""
    account = target.client("sts").get_caller_identity()["Account"]
    machine = target.prefix
    return f"arn:aws:states:{target.region}:{account}:execution:{machine}:{order_id}"


def follow(client: Any, arn: str, timeout_s: float = 120.0) -> Iterator[Execution]:
    """Yields the execution each time that its history grows, until it has ended.

    Raises LabError if it has not ended after `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    seen = -1
    while time.monotonic() < deadline:
        events = history(client, arn)
        if len(events) != seen:
            seen = len(events)
            execution = read_history(events, datetime.now().astimezone())
            yield execution
            if execution.ended:
                return
        time.sleep(POLL_S)
    raise LabError(
        f"The execution {arn.rsplit(':', 1)[-1]} has not ended after {timeout_s:.0f} s.",
        "`lab logs order-generator` and `lab status` show why.",
    )


def history(client: Any, arn: str) -> list[Event]:
    """All events so far, oldest first; none if the execution has not started yet."""
    paginator = client.get_paginator("get_execution_history")
    try:
        pages = paginator.paginate(executionArn=arn, includeExecutionData=False)
        return [event for page in pages for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            return []
        raise


def finish(target: Target, order_id: str, timeout_s: float = 120.0) -> Execution:
    """Waits until the execution of an order has ended, and returns it. Raises like `follow`."""
    *_, last = follow(target.client("stepfunctions"), arn_of(target, order_id), timeout_s)
    return last
