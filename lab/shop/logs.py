"""Reads what a function wrote to CloudWatch Logs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target

POLL_S = 0.5
BOILERPLATE = frozenset(
    {"level", "message", "location", "timestamp", "service", "cold_start", "xray_trace_id"}
)


@dataclass(frozen=True)
class LogLine:
    """One log event: when, from which stream, and what."""

    at: datetime
    stream: str
    message: str
    event_id: str


def functions() -> list[str]:
    """The short names of the checkout's functions, from its sources: `cart-validator` and so on."""
    found = paths.FUNCTIONS.glob("*/handler.py")
    return sorted(handler.parent.name.replace("_", "-") for handler in found)


def short_name(target: Target, typed: str) -> str:
    """The function that was meant. Raises LabError (code 2) that lists the known ones."""
    name = typed.replace("_", "-").removeprefix(target.named(""))
    if name in functions():
        return name
    raise LabError(
        f"There is no function {typed!r}.", f"The functions are: {', '.join(functions())}.", code=2
    )


def group_name(target: Target, function: str) -> str:
    """The log group of a function: `/aws/lambda/checkout-dev-cart-validator`."""
    return f"/aws/lambda/{target.named(function)}"


def read(target: Target, function: str, since: datetime | None = None) -> list[LogLine]:
    """Every line of a function since a time (from the beginning if None), oldest first."""
    start = {"startTime": int(since.timestamp() * 1000)} if since else {}
    pages = target.client("logs").get_paginator("filter_log_events")
    try:
        found = pages.paginate(logGroupName=group_name(target, function), **start)
        lines = [_line(event) for page in found for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise _no_group(target, function) from None
        raise
    return sorted(lines, key=lambda line: line.at)


def _no_group(target: Target, function: str) -> LabError:
    return LabError(
        f"{function} has no log group at {target.place}: "
        f"{target.environment} is not deployed here.",
        f"Deploy it with `lab deploy {target.environment}`.",
    )


def _line(event: dict[str, Any]) -> LogLine:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    # The runtime writes a traceback as one event, with its lines separated by \r.
    message = event["message"].rstrip("\n").replace("\r", "\n")
    return LogLine(at, event.get("logStreamName", ""), message, event.get("eventId", ""))


def follow(target: Target, function: str) -> Iterator[LogLine]:
    """Yields a function's new lines as they come, until somebody stops it."""
    seen: set[str] = set()
    since = datetime.now(UTC)
    while True:
        for line in read(target, function, since):
            if line.event_id not in seen:
                seen.add(line.event_id)
                yield line
        time.sleep(POLL_S)


def readable(message: str) -> str:
    """A line as a person reads it: of a structured one the level, the message and its own keys."""
    try:
        record = json.loads(message)
    except ValueError:
        return message
    if not isinstance(record, dict):
        return message
    if "_aws" in record:
        return _metrics(record)
    own = (f"{key}={value}" for key, value in record.items() if not _is_boilerplate(key))
    return " ".join([str(record.get("level", "")), str(record.get("message", "")), *own]).strip()


def _is_boilerplate(key: str) -> bool:
    return key in BOILERPLATE or key.startswith("function_")


def _metrics(record: dict[str, Any]) -> str:
    sets = record["_aws"].get("CloudWatchMetrics", [])
    names = [metric["Name"] for one in sets for metric in one.get("Metrics", [])]
    return " ".join(["METRIC", *(f"{name}={record.get(name)}" for name in names)])
