"""The values of a query: texts, numbers and times, how they compare, and how they are shown.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

Value = str | float | None
Row = dict[str, Value]
DECIMALS = 4
# What a date can be of, in milliseconds since 1970: the years 1 to 9999.
FIRST_MS, LAST_MS = -62_135_596_800_000, 253_402_300_800_000
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_DURATION = re.compile(r"(\d+)([a-z]+)")
_SECONDS = {
    "ms": 0.001,
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86_400,
    "w": 604_800,
    "mo": 2_592_000,
    "q": 7_776_000,
    "y": 31_536_000,
}


class Moment(float):
    """A time in milliseconds since 1970, which is shown as a date."""


def number(value: Value) -> float | None:
    """The number that a value is, or that its text is; None if it is none, or not finite."""
    if value is None:
        return None
    try:
        found = float(value) if isinstance(value, str) else value
        return found if math.isfinite(found) else None
    except (ValueError, OverflowError):  # an integer of JSON has any number of digits
        return None


def compare(name: str, left: Value, right: Value) -> bool:
    """Compares numbers as numbers, anything else as texts. What is missing equals nothing."""
    if left is None or right is None:
        return name == "!="
    numbers = number(left), number(right)
    if None not in numbers:
        return _COMPARED[name](*numbers)
    return _COMPARED[name](shown(left), shown(right))


def truth(value: Value) -> bool:
    """Whether a value counts as true in a filter."""
    return value is not None and value not in (0, "")


def duration(text: str) -> float:
    """The milliseconds of a period such as `5m`."""
    match = _DURATION.fullmatch(text)
    if match is None or match[2] not in _SECONDS:
        raise ValueError(text)
    return int(match[1]) * _SECONDS[match[2]] * 1000


def shown(value: str | float) -> str:
    """A value as the results have it: times as dates, numbers with up to four decimals."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Moment) and FIRST_MS <= value < LAST_MS:
        moment = datetime.fromtimestamp(value / 1000, UTC)
        return f"{moment:%Y-%m-%d %H:%M:%S}.{int(value) % 1000:03}"
    if value == int(value):
        return str(int(value))
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


def order(value: Value) -> tuple[int, float, str]:
    """A key to sort by: numbers first, then texts."""
    found = number(value)
    return (0, found, "") if found is not None else (1, 0, str(value))


def in_order(rows: Iterable[Row], key: Callable[[Row], Value], descending: bool) -> list[Row]:
    """Sorts rows. Those without a value are the last, in either direction."""
    having: list[Row] = []
    lacking: list[Row] = []
    for row in rows:
        (lacking if key(row) is None else having).append(row)
    return sorted(having, key=lambda row: order(key(row)), reverse=descending) + lacking
