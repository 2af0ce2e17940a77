"""Reads the logs of the functions from CloudWatch Logs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target

POLL_S = 0.5
MOST_LINES = 1_000
BOILERPLATE = frozenset(
    {"level", "message", "location", "timestamp", "service", "cold_start", "xray_trace_id"}
)


@dataclass(frozen=True)
class LogLine:
    """One log event."""

    at: datetime
    stream: str
    message: str
    event_id: str


def functions() -> list[str]:
    """The short names of the functions, such as `cart-validator`, from the source tree."""
    handlers = paths.FUNCTIONS.glob("*/handler.py")
    return sorted(handler.parent.name.replace("_", "-") for handler in handlers)


def short_name(target: Target, function: str) -> str:
    """The short name of a function. Raises LabError (code 2) if there is no such function."""
    name = function.replace("_", "-").removeprefix(target.named(""))
    if name in functions():
        return name
    raise LabError(
        f"There is no function {function!r}.",
        f"The functions are: {', '.join(functions())}.",
        code=2,
    )


def group_name(target: Target, function: str) -> str:
    """The log group of a function: `/aws/lambda/checkout-dev-cart-validator`."""
    return f"/aws/lambda/{target.named(function)}"


def read(target: Target, function: str, since: datetime | None = None) -> list[LogLine]:
    """All lines of a function since a time, or since its first, oldest first.

    Raises LabError if the function has no log group.
    """
    start = {"startTime": int(since.timestamp() * 1000)} if since else {}
    paginator = target.client("logs").get_paginator("filter_log_events")
    try:
        pages = paginator.paginate(logGroupName=group_name(target, function), **start)
        lines = [_line(event) for page in pages for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise _no_group(target, function) from None
        raise
    return sorted(lines, key=lambda line: line.at)


def containing(
    target: Target,
    function: str,
    texts: Sequence[str],
    since: datetime,
    until: datetime | None = None,
) -> list[LogLine]:
    """The lines of a function with any of these texts, at most `MOST_LINES`, oldest first.

    A text has letters, digits, - and _ only. A function without a log group has no lines.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """
    sign = "" if len(texts) == 1 else "?"
    query: dict[str, Any] = {
        "logGroupName": group_name(target, function),
        "filterPattern": " ".join(f'{sign}"{text}"' for text in texts),
        "startTime": int(since.timestamp() * 1000),
        "PaginationConfig": {"MaxItems": MOST_LINES},
    }
    if until:
        query["endTime"] = int(until.timestamp() * 1000)
    try:
        pages = target.client("logs").get_paginator("filter_log_events").paginate(**query)
        lines = [_line(event) for page in pages for event in page["events"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
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
    """Yields the new lines of a function as they arrive. Never returns."""
    seen: set[str] = set()
    since = datetime.now(UTC)
    while True:
        for line in read(target, function, since):
            if line.event_id not in seen:
                seen.add(line.event_id)
                yield line
        time.sleep(POLL_S)


def readable(message: str) -> str:
    """Formats a structured line: level, message and its own keys. Returns other lines unchanged."""
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
