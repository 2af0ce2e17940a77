"""The functions' invocations for an order, from their log lines.

A line about an order has its id, and the id of its invocation; Lambda's own REPORT line of that
invocation says how long it took. The time of a line is the one that the function wrote into it: the
time of the log event is that of its arrival.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lab.core.target import Target
from lab.shop import logs

MOST_INVOCATIONS = 20
"""Of a function for one order; an order that is repeated more often needs no more to be seen."""

REPORT = re.compile(r"^REPORT RequestId: (\S+)\s+Duration: ([\d.]+) ms")
INIT = re.compile(r"Init Duration: ([\d.]+) ms")
WRITTEN = "%Y-%m-%d %H:%M:%S,%f%z"


@dataclass(frozen=True)
class Line:
    """A structured log line."""

    record: dict[str, Any]
    at: datetime

    @property
    def message(self) -> str:
        """What it says."""
        return self.text("message")

    @property
    def level(self) -> str:
        """INFO, WARNING or ERROR."""
        return self.text("level")

    @property
    def is_problem(self) -> bool:
        """Whether somebody should look at it."""
        return self.level in ("WARNING", "ERROR", "CRITICAL")

    def text(self, name: str) -> str:
        """A value as text; empty if there is none."""
        return str(self.record.get(name, ""))

    def moment(self, name: str) -> datetime | None:
        """A value in milliseconds since 1970 as a time."""
        value = self.record.get(name)
        return datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int) else None


@dataclass(frozen=True)
class Invocation:
    """One invocation with its lines about the order; `init_ms` is 0 unless it was a cold start."""

    function: str
    request_id: str
    started: datetime
    ended: datetime
    init_ms: float
    lines: tuple[Line, ...]


def about(target: Target, order_id: str, since: datetime, until: datetime) -> list[Invocation]:
    """The invocations of every function with a line about the order, oldest first."""
    found = [
        call
        for name in logs.functions()
        for call in _of_function(target, name, order_id, since, until)
    ]
    return sorted(found, key=lambda call: call.started)


def orders_of(target: Target, correlation_id: str, since: datetime) -> set[str]:
    """The ids of the orders that requests with this correlation id placed."""
    lines = _structured(logs.containing(target, "checkout-api", [correlation_id], since))
    matching = (line for line in lines if line.text("correlation_id") == correlation_id)
    return {line.text("order_id") for line in matching} - {""}


def _of_function(
    target: Target, function: str, order_id: str, since: datetime, until: datetime
) -> Iterator[Invocation]:
    lines = _structured(logs.containing(target, function, [order_id], since, until))
    by_request: dict[str, list[Line]] = {}
    for line in lines:
        if line.text("order_id") == order_id:
            by_request.setdefault(line.text("function_request_id"), []).append(line)
    requests = [request_id for request_id in by_request if request_id][:MOST_INVOCATIONS]
    reports = _reports(target, function, requests, since, until) if requests else {}
    for request_id in requests:
        duration, init_ms = reports.get(request_id, (timedelta(), 0.0))
        yield _invocation(function, request_id, by_request[request_id], duration, init_ms)


def _invocation(
    function: str, request_id: str, lines: list[Line], duration: timedelta, init_ms: float
) -> Invocation:
    """It ended with its last line, or a moment later: Lambda measures only how long it took."""
    ended = max(line.at for line in lines)
    started = min(ended - duration, *(line.at for line in lines))
    return Invocation(function, request_id, started, ended, init_ms, tuple(lines))


def _reports(
    target: Target, function: str, requests: list[str], since: datetime, until: datetime
) -> dict[str, tuple[timedelta, float]]:
    """The duration and the milliseconds of the cold start, by request id."""
    reports: dict[str, tuple[timedelta, float]] = {}
    for line in logs.containing(target, function, requests, since, until + timedelta(minutes=5)):
        if match := REPORT.search(line.message):
            init = INIT.search(line.message)
            duration = timedelta(milliseconds=float(match[2]))
            reports[match[1]] = (duration, float(init[1]) if init else 0.0)
    return reports


def _structured(lines: Iterable[logs.LogLine]) -> Iterator[Line]:
    for line in lines:
        try:
            record = json.loads(line.message)
            at = datetime.strptime(record["timestamp"], WRITTEN)
        except (ValueError, KeyError, TypeError):
            continue  # Lambda's own line, a metric, or a traceback.
        yield Line(record, at.astimezone(UTC))
