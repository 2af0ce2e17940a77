"""The fields of a log event: those that every event has, and those that are discovered.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from localstack_host.services.logs.insights.values import Moment, Row, Value

MOST_FIELDS = 1000
_FUNCTIONS = "/aws/lambda/"
_PLATFORM_LINE = re.compile(r"(START|END|REPORT) RequestId: (\S+)")
_MEASURES = (
    # The field, its name in the line, and what its unit is in the field's: bytes for megabytes.
    ("@duration", re.compile(r"\tDuration: ([\d.]+) ms"), 1),
    ("@billedDuration", re.compile(r"\tBilled Duration: ([\d.]+) ms"), 1),
    ("@memorySize", re.compile(r"\tMemory Size: ([\d.]+) MB"), 1_000_000),
    ("@maxMemoryUsed", re.compile(r"\tMax Memory Used: ([\d.]+) MB"), 1_000_000),
    ("@initDuration", re.compile(r"\tInit Duration: ([\d.]+) ms"), 1),
)
_TRACE = re.compile(r"XRAY TraceId: (\S+)\tSegmentId: (\S+)")


@dataclass(frozen=True)
class Source:
    """Where an event is from."""

    account: str
    group: str
    stream: str


def fields(event: Any, source: Source) -> Row:
    """The fields of an event (moto's LogEvent)."""
    row: Row = {
        "@timestamp": Moment(event.timestamp),
        "@ingestionTime": Moment(event.ingestion_time),
        "@message": event.message,
        "@log": f"{source.account}:{source.group}",
        "@logStream": source.stream,
        "@ptr": str(event.event_id),
    }
    if source.group.startswith(_FUNCTIONS) and (line := _PLATFORM_LINE.match(event.message)):
        return row | {"@type": line[1], "@requestId": line[2]} | dict(_measures(event.message))
    document = _document(event.message, embedded=source.group.startswith(_FUNCTIONS))
    for number, (name, value) in enumerate(_flat(document)):
        if number == MOST_FIELDS:
            break
        row.setdefault(name, value)
    return row


def _measures(message: str) -> Iterator[tuple[str, Value]]:
    for name, pattern, factor in _MEASURES:
        if found := pattern.search(message):
            yield name, float(found[1]) * factor
    if trace := _TRACE.search(message):
        yield from (("@xrayTraceId", trace[1]), ("@xraySegmentId", trace[2]))


def _document(message: str, embedded: bool) -> dict[str, Any]:
    """The message as JSON; of a function's, the first object in it."""
    start = message.find("{") if embedded else 0
    if start < 0 or not message.startswith("{", start):
        return {}
    try:
        found, _ = json.JSONDecoder().raw_decode(message, start)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Value]]:
    """The scalars of a document, `a.b` in an object and `a.0` in a list; true is 1, false 0."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, bool):
        yield name, int(value)
    elif value is not None:
        yield name, value
