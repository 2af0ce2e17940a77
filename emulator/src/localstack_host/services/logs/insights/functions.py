"""The functions of the query language: of one event, and of many.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
"""

from __future__ import annotations

import ipaddress
import math
import statistics
from collections.abc import Callable, Sequence
from contextlib import suppress

from localstack_host.services.logs.insights.values import Moment, Value, number, order, shown

Values = Sequence[Value]
TIMED = "timed"


def _numeric(function: Callable[..., float]) -> Callable[..., Value]:
    """A function of numbers: it has no value if one of them is missing, or has no result."""

    def call(*values: Value) -> Value:
        numbers = [number(value) for value in values]
        if None in numbers or not numbers:
            return None
        with suppress(ValueError, ZeroDivisionError, OverflowError):
            return function(*numbers)
        return None

    return call


def _textual(function: Callable[..., Value]) -> Callable[..., Value]:
    """A function of texts (and numbers): it has no value if the first is missing."""

    def call(*values: Value) -> Value:
        if not values or values[0] is None:
            return None
        return function(*("" if value is None else shown(value) for value in values))

    return call


def _substring(text: str, start: str, length: str | None = None) -> str:
    begin = int(float(start))
    return text[begin:] if length is None else text[begin : begin + int(float(length))]


def _is_address(*versions: int) -> Callable[[str], int]:
    def check(text: str) -> int:
        try:
            return int(ipaddress.ip_address(text).version in versions)
        except ValueError:
            return 0

    return check


def _is_in_subnet(text: str, subnet: str) -> int:
    try:
        return int(ipaddress.ip_address(text) in ipaddress.ip_network(subnet, strict=False))
    except ValueError:
        return 0


def _floored(time: float, period: float) -> Moment:
    return Moment(math.floor(time / period) * period)


def _ceiled(time: float, period: float) -> Moment:
    return Moment(math.ceil(time / period) * period)


def _is_blank(value: Value = None) -> Value:
    return int(value is None or not shown(value).strip())


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "abs": _numeric(abs),
    "ceil": _numeric(math.ceil),
    "floor": _numeric(math.floor),
    "greatest": _numeric(max),
    "least": _numeric(min),
    "log": _numeric(math.log),
    "sqrt": _numeric(math.sqrt),
    "concat": lambda *values: "".join("" if one is None else shown(one) for one in values),
    "ltrim": _textual(lambda text, marks=None: text.lstrip(marks)),
    "rtrim": _textual(lambda text, marks=None: text.rstrip(marks)),
    "trim": _textual(lambda text, marks=None: text.strip(marks)),
    "replace": _textual(lambda text, old, new: text.replace(old, new)),
    "strcontains": _textual(lambda text, part: int(part in text)),
    "strlen": _textual(len),
    "substr": _textual(_substring),
    "tolower": _textual(str.lower),
    "toupper": _textual(str.upper),
    "coalesce": lambda *values: next((one for one in values if one is not None), None),
    "isblank": _is_blank,
    "isempty": lambda value=None: int(value is None or value == ""),
    "ispresent": lambda value=None: int(value is not None),
    "isvalidip": _textual(_is_address(4, 6)),
    "isvalidipv4": _textual(_is_address(4)),
    "isvalidipv6": _textual(_is_address(6)),
    "isipinsubnet": _textual(_is_in_subnet),
    "isipv4insubnet": _textual(_is_in_subnet),
    "isipv6insubnet": _textual(_is_in_subnet),
    "datefloor": _numeric(_floored),
    "dateceil": _numeric(_ceiled),
    "frommillis": _numeric(Moment),
    "tomillis": _numeric(float),
    "unmask": lambda value=None: value,
}
"""By names in small letters. `bin(period)` is `datefloor(@timestamp, period)`."""


def _numbers(values: Values) -> list[float]:
    return [found for value in values if (found := number(value)) is not None]


def _of_numbers(function: Callable[[list[float]], float]) -> Callable[..., Value]:
    def call(values: Values, *_more: Value) -> Value:
        found = _numbers(values)
        return function(found) if found else None

    return call


def _present(values: Values) -> list[str | float]:
    return [value for value in values if value is not None]


def _percentile(values: Values, percent: Value = 50) -> Value:
    """The nearest rank."""
    found, wanted = sorted(_numbers(values)), number(percent)
    if not found or wanted is None:
        return None
    return found[min(max(math.ceil(wanted / 100 * len(found)), 1), len(found)) - 1]


def _extreme(choose: Callable[..., Value]) -> Callable[..., Value]:
    return lambda values, *_more: choose(_present(values), key=order, default=None)


AGGREGATES: dict[str, Callable[..., Value]] = {
    "avg": _of_numbers(statistics.fmean),
    "count": lambda values, *_more: len(_present(values)),
    "count_distinct": lambda values, *_more: len({shown(one) for one in _present(values)}),
    "max": _extreme(max),
    "median": _percentile,
    "min": _extreme(min),
    "pct": _percentile,
    "percentile": _percentile,
    "stddev": _of_numbers(statistics.pstdev),
    "sum": _of_numbers(math.fsum),
    "earliest": lambda values, *_more: next(iter(_present(values)), None),
    "latest": lambda values, *_more: next(iter(_present(values)[::-1]), None),
    "sortsfirst": _extreme(min),
    "sortslast": _extreme(max),
}
"""By names in small letters: they get the values of one field, in the order of time."""
