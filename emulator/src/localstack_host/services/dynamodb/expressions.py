"""What DynamoDB says about a request's expressions and moto does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from localstack_host.services.dynamodb.values import invalid

EXPRESSIONS = (
    "ConditionExpression",
    "UpdateExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)
VALUES, NAMES = "ExpressionAttributeValues", "ExpressionAttributeNames"
PLACEHOLDERS = re.compile(r"[:#]\w+")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
LONGEST = 4 * 1024
MOST_OPERATORS = 300
UPDATE_OPERATORS = re.compile(r"[+-]|\w+\s*\(")
CONDITION_OPERATORS = re.compile(
    r"<>|[<>]=?|=|\w+\s*\(|\b(?:AND|OR|NOT|BETWEEN|IN)\b", re.IGNORECASE
)
DOUBLE_BRACKETS = re.compile(r"\(\s*\(")


def check_expressions(request: Mapping[str, Any]) -> None:
    """Raises ValidationException for an expression that cannot be meant, in any part."""
    for part in _parts(request):
        written = {name: part[name] for name in EXPRESSIONS if part.get(name) is not None}
        for name, text in written.items():
            _check_size(name, text)
            _check_operators(name, text)
            _check_brackets(name, text)
        mentioned = {name: set(PLACEHOLDERS.findall(text)) for name, text in written.items()}
        _require_used(part, set().union(*mentioned.values()))
        for name, found in mentioned.items():
            _require_defined(part, name, found)


def _check_size(name: str, text: str) -> None:
    if not text.strip():
        raise invalid(f"Invalid {name}: The expression can not be empty;")
    if (size := len(text.encode())) > LONGEST:
        raise invalid(
            f"Invalid {name}: Expression size has exceeded the maximum allowed size;"
            f" expression size: {size}"
        )


def _check_operators(name: str, text: str) -> None:
    if len(text) <= MOST_OPERATORS:
        return
    operators = UPDATE_OPERATORS if name == "UpdateExpression" else CONDITION_OPERATORS
    count = len(operators.findall(text))
    if count > MOST_OPERATORS:
        raise invalid(
            f"Invalid {name}: The expression contains too many operators and functions:"
            f" {count}, and {MOST_OPERATORS} are allowed"
        )


def _check_brackets(name: str, text: str) -> None:
    """Brackets around nothing but brackets."""
    if not DOUBLE_BRACKETS.search(text):
        return
    opened: list[int] = []
    last = (-2, -2)
    dense = "".join(text.split())
    for place, letter in enumerate(dense):
        if letter == "(":
            opened.append(place)
        elif letter == ")" and opened:
            pair = (opened.pop(), place)
            if pair == (last[0] - 1, last[1] + 1):
                raise invalid(f"Invalid {name}: The expression has redundant parentheses;")
            last = pair


def _require_used(part: Mapping[str, Any], mentioned: set[str]) -> None:
    for kind in (VALUES, NAMES):
        if unused := set(part.get(kind) or {}) - mentioned:
            raise invalid(
                f"Value provided in {kind} unused in expressions:"
                f" keys: {{{', '.join(sorted(unused))}}}"
            )


def _require_defined(part: Mapping[str, Any], name: str, mentioned: set[str]) -> None:
    given = {*(part.get(VALUES) or {}), *(part.get(NAMES) or {})}
    for missing in sorted(mentioned - given):
        kind = "name used in the document path" if missing[0] == "#" else "value used in expression"
        which = "name" if missing[0] == "#" else "value"
        raise invalid(
            f"Invalid {name}: An expression attribute {kind} is not defined;"
            f" attribute {which}: {missing}"
        )


def _parts(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The request itself, each operation of a transaction, or each table of a batch."""
    yield request
    for item in request.get("TransactItems") or ():
        yield from item.values()
    for table in (request.get("RequestItems") or {}).values():
        if isinstance(table, Mapping):
            yield table
