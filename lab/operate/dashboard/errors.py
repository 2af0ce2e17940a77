"""The latest errors of the functions, for the table of a dashboard.

On AWS the table shows the result of a Logs Insights query, which costs by the bytes that it reads,
each time that somebody looks. This module reads the log groups of the widget and applies the
conditions of the saved query `errors` (terraform/modules/monitoring/queries.tf).
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
MAX_ERRORS = 20


@dataclass(frozen=True)
class Error:
    """An error that a function logged; a traceback may follow the first line."""

    at: datetime
    function: str
    message: str


def read(target: Target, groups: Collection[str], since: datetime) -> tuple[Error, ...]:
    """The latest errors in these log groups, newest first."""
    names = [name for name in logs.functions() if logs.group_name(target, name) in groups]
    error_list = [
        Error(line.at, name, line.message)
        for name in names
        for line in logs.read(target, name, since)
        if _is_error(line.message)
    ]
    return tuple(sorted(error_list, key=lambda error: error.at, reverse=True)[:MAX_ERRORS])


def _is_error(message: str) -> bool:
    if RAISED.search(message):
        return True
    try:
        return json.loads(message).get("level") in LEVELS
    except (ValueError, AttributeError):
        return False
