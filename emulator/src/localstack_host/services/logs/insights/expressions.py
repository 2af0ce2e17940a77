"""The expressions of a query, as functions of an event's fields or of a group of events."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localstack_host.services.logs.insights import values
from localstack_host.services.logs.insights.functions import AGGREGATES, FUNCTIONS
from localstack_host.services.logs.insights.values import Row, Value, number
from localstack_host.services.regular_expressions import (
    IGNORE_CASE,
    InvalidExpression,
    RegularExpression,
)

Scope = Mapping[str, Value]
Evaluate = Callable[[Scope], Value]


class Malformed(Exception):
    """What is wrong with a query, in words."""


class Group(dict[str, Value]):
    """The events with the same values of some expressions, which are its own fields."""

    def __init__(self, keys: Row) -> None:
        super().__init__(keys)
        self.rows: list[Row] = []


@dataclass(frozen=True)
class Expression:
    """A part of a query. `text` is as it was written, and names its column."""

    text: str
    value: Evaluate
    is_aggregate: bool = False


def literal(text: str, value: Value) -> Expression:
    """A number or a text."""
    return Expression(text, lambda _scope: value)


def field(text: str) -> Expression:
    """The value of a field, missing or not."""
    name = text.strip("`")
    return Expression(text, lambda scope: scope.get(name))


def arithmetic(text: str, sign: str, left: Expression, right: Expression) -> Expression:
    """Two numbers and a sign; no value if one of them is none, or the result is."""

    def value(scope: Scope) -> Value:
        first, second = number(left.value(scope)), number(right.value(scope))
        if first is None or second is None:
            return None
        try:
            return number(_ARITHMETIC[sign](first, second))
        except (ArithmeticError, ValueError):
            return None

    return Expression(text, value, left.is_aggregate or right.is_aggregate)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda first, second: first + second,
    "-": lambda first, second: first - second,
    "*": lambda first, second: first * second,
    "/": lambda first, second: first / second,
    "%": math.fmod,
    "^": math.pow,
}


def compared(text: str, sign: str, left: Expression, right: Expression) -> Expression:
    """1 if the comparison holds, else 0."""
    return Expression(
        text, lambda scope: int(values.compare(sign, left.value(scope), right.value(scope)))
    )


def member(text: str, left: Expression, choices: list[Expression], wanted: bool) -> Expression:
    """Whether a value is one of several."""

    def value(scope: Scope) -> Value:
        found = left.value(scope)
        return int(any(values.compare("=", found, one.value(scope)) for one in choices) == wanted)

    return Expression(text, value)


def like(text: str, left: Expression, pattern: RegularExpression | str, wanted: bool) -> Expression:
    """Whether a text has a part, or a part that matches an expression."""

    def value(scope: Scope) -> Value:
        found = left.value(scope)
        if found is None:
            return int(not wanted)
        shown = values.shown(found)
        has = pattern in shown if isinstance(pattern, str) else bool(pattern.search(shown))
        return int(has == wanted)

    return Expression(text, value)


def logical(text: str, parts: list[Expression], every: bool) -> Expression:
    """`and` or `or`."""
    test = all if every else any
    return Expression(
        text, lambda scope: int(test(values.truth(part.value(scope)) for part in parts))
    )


def negated(text: str, part: Expression) -> Expression:
    """`not`."""
    return Expression(text, lambda scope: int(not values.truth(part.value(scope))))


def call(text: str, name: str, arguments: list[Any]) -> Expression:
    """A function of an event, or an aggregate of a group.

    After `stats`, the call as it was written is a field. Raises Malformed if there is no such
    function.
    """
    key = name.lower()
    if key in AGGREGATES:
        return _aggregate(text, key, arguments)
    if key == "bin":
        key, arguments = "datefloor", [field("@timestamp"), *arguments]
    if key not in FUNCTIONS:
        raise Malformed(f"unknown function {name}")
    function = FUNCTIONS[key]

    def value(scope: Scope) -> Value:
        if text in scope:
            return scope[text]
        found = [argument.value(scope) for argument in arguments]
        try:
            return function(*found)
        except TypeError as error:
            raise Malformed(f"{name} has not these arguments: {text}") from error
        except (ValueError, OverflowError):  # a text where a number is wanted, or no such number
            return None

    return Expression(text, value, any(argument.is_aggregate for argument in arguments))


def _aggregate(text: str, name: str, arguments: list[Expression]) -> Expression:
    if not arguments and name != "count":
        raise Malformed(f"{name} needs a field")
    of, *more = arguments or [everything()]

    def value(scope: Scope) -> Value:
        if text in scope:
            return scope[text]
        if not isinstance(scope, Group):
            raise Malformed(f"{name} is of use in stats only")
        found = [of.value(row) for row in scope.rows]
        try:
            return AGGREGATES[name](found, *(argument.value(scope) for argument in more))
        except ArithmeticError:  # the result is too large
            return None

    return Expression(text, value, is_aggregate=True)


def everything() -> Expression:
    """`*` in `count(*)`: each event has it."""
    return literal("*", 1)


def pattern(text: str) -> RegularExpression:
    """A regular expression between slashes. Raises Malformed if it is none."""
    body, _, flags = text[1:].rpartition("/")
    try:
        named = re.sub(r"\(\?<(?![=!])", "(?P<", body)
        return RegularExpression(named, IGNORE_CASE if "i" in flags else 0)
    except InvalidExpression as error:
        raise Malformed(f"{text} is no regular expression: {error}") from error


def unquoted(text: str) -> str:
    """The text between quotation marks."""
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def period(text: str) -> Expression:
    """A period such as `5m`, in milliseconds."""
    try:
        return literal(text, values.duration(text))
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{text} is no period") from error
