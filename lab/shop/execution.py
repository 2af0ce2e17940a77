"""Follows an order through the Step Functions workflow, from the execution's history."""

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
    """One attempt of a step: when, how long (seconds), and whether it failed."""

    started: datetime
    duration: float
    failed: bool = False


@dataclass(frozen=True)
class Step:
    """One visit to a state: when, how long (seconds), and how it ended.

    `outcome` is `running`, `ok`, `caught` (it failed and the workflow took the way for that
    error) or `failed`. `retries` counts the attempts after the first. `errors` names what the
    failed attempts said, in order, with the last one's `cause`. Between the `tries` it waited.
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
    """An execution as far as its history goes: its status and the steps it took."""

    status: str
    steps: tuple[Step, ...]
    started: datetime | None = None
    duration: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status != RUNNING

    @property
    def tasks(self) -> tuple[Step, ...]:
        """The steps that do work: no choices, no end states."""
        return tuple(step for step in self.steps if step.kind == "Task")

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the states that do work, in the order they were entered."""
        return tuple(step.name for step in self.tasks)


Event = dict[str, Any]


def read_history(events: Sequence[Event], now: datetime) -> Execution:
    """The execution that GetExecutionHistory's `events` (oldest first) describe, seen at `now`."""
    if not events:
        return Execution(RUNNING, ())
    status = next((END_STATUS[e["type"]] for e in events if e["type"] in END_STATUS), RUNNING)
    until = events[-1]["timestamp"] if status != RUNNING else now
    started = events[0]["timestamp"]
    steps = tuple(_step(visit, status, until) for visit in _visits(events))
    return Execution(status, steps, started, _seconds(started, until))


def _visits(events: Sequence[Event]) -> list[list[Event]]:
    """The events of each visit to a state; previousEventId says whose an event is."""
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
    began: datetime | None = None
    for event in visit:
        if event["type"].endswith("Scheduled"):
            began = event["timestamp"]
        elif began and event["type"].endswith((*FAILURE_SUFFIXES, "Succeeded")):
            failed = not event["type"].endswith("Succeeded")
            yield Try(began, _seconds(began, event["timestamp"]), failed)
            began = None
    if began:
        yield Try(began, _seconds(began, until))


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
    """The ARN of the execution that carries `order_id`: its name is the order's id."""
    account = target.client("sts").get_caller_identity()["Account"]
    machine = target.prefix
    return f"arn:aws:states:{target.region}:{account}:execution:{machine}:{order_id}"


def follow(client: Any, arn: str, timeout_s: float = 120.0) -> Iterator[Execution]:
    """Yields the execution every time there is something new, the last time when it has ended.

    Raises LabError when it has not ended after `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    seen = -1
    while time.monotonic() < deadline:
        events = _history(client, arn)
        if len(events) != seen:
            seen = len(events)
            execution = read_history(events, datetime.now().astimezone())
            yield execution
            if execution.ended:
                return
        time.sleep(POLL_S)
    raise LabError(
        f"The execution {arn.rsplit(':', 1)[-1]} has not ended after {timeout_s:.0f} s.",
        "`lab logs order-generator` and `lab status` show what its functions say.",
    )


def _history(client: Any, arn: str) -> list[Event]:
    """All events so far, oldest first; none yet if the execution is only just being started."""
    pages = client.get_paginator("get_execution_history")
    try:
        found = pages.paginate(executionArn=arn, includeExecutionData=False)
        return [event for page in found for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            return []
        raise


def finish(target: Target, order_id: str, timeout_s: float = 120.0) -> Execution:
    """Waits for the end of an order's execution and gives all of it."""
    *_, last = follow(target.client("stepfunctions"), arn_of(target, order_id), timeout_s)
    return last
