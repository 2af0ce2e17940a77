"""The last errors that functions wrote, for the table of a dashboard.

On AWS the table shows what Logs Insights finds; there is none on the emulator, so the log groups of
the widget are read instead, and judged as the saved query `errors` does
(terraform/modules/monitoring/queries.tf).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from lab.core.target import Target
from lab.shop import logs

LEVELS = {"ERROR", "CRITICAL"}
RAISED = re.compile(
    r"Task timed out|Runtime exited"
    r"|^\[ERROR\] (?!(InvalidCart|PriceChanged|OutOfStock|PaymentDeclined):)"
)
LINES = 20


@dataclass(frozen=True)
class Error:
    """A line that a function wrote, with a traceback perhaps below its first line."""

    at: datetime
    function: str
    message: str


def read(target: Target, groups: Collection[str], since: datetime) -> tuple[Error, ...]:
    """The last errors in these log groups of functions, the newest first."""
    names = [name for name in logs.functions() if logs.group_name(target, name) in groups]
    found = [
        Error(line.at, name, line.message)
        for name in names
        for line in logs.read(target, name, since)
        if _is_error(line.message)
    ]
    return tuple(sorted(found, key=lambda error: error.at, reverse=True)[:LINES])


def _is_error(message: str) -> bool:
    if RAISED.search(message):
        return True
    try:
        return json.loads(message).get("level") in LEVELS
    except (ValueError, AttributeError):
        return False
