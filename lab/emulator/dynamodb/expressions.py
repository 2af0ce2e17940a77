"""What DynamoDB says about a request's expressions and moto does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from localstack.aws.api import CommonServiceException

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


def check_expressions(request: Mapping[str, Any]) -> None:
    """Raises ValidationException for an expression that cannot be meant, in any part."""
    for part in _parts(request):
        written = {name: part[name] for name in EXPRESSIONS if part.get(name) is not None}
        for name, text in written.items():
            _check_size(name, text)
        mentioned = {name: set(PLACEHOLDERS.findall(text)) for name, text in written.items()}
        _require_used(part, set().union(*mentioned.values()))
        for name, found in mentioned.items():
            _require_defined(part, name, found)


def _check_size(name: str, text: str) -> None:
    if not text.strip():
        raise _invalid(f"Invalid {name}: The expression can not be empty;")
    if (size := len(text.encode())) > LONGEST:
        raise _invalid(
            f"Invalid {name}: Expression size has exceeded the maximum allowed size;"
            f" expression size: {size}"
        )


def _require_used(part: Mapping[str, Any], mentioned: set[str]) -> None:
    for kind in (VALUES, NAMES):
        if unused := set(part.get(kind) or {}) - mentioned:
            raise _invalid(
                f"Value provided in {kind} unused in expressions:"
                f" keys: {{{', '.join(sorted(unused))}}}"
            )


def _require_defined(part: Mapping[str, Any], name: str, mentioned: set[str]) -> None:
    given = {*(part.get(VALUES) or {}), *(part.get(NAMES) or {})}
    for missing in sorted(mentioned - given):
        kind = "name used in the document path" if missing[0] == "#" else "value used in expression"
        which = "name" if missing[0] == "#" else "value"
        raise _invalid(
            f"Invalid {name}: An expression attribute {kind} is not defined;"
            f" attribute {which}: {missing}"
        )


def _invalid(said: str) -> CommonServiceException:
    return CommonServiceException("ValidationException", said, sender_fault=True)


def _parts(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The request itself, each operation of a transaction, or each table of a batch."""
    yield request
    for item in request.get("TransactItems") or ():
        yield from item.values()
    for table in (request.get("RequestItems") or {}).values():
        if isinstance(table, Mapping):
            yield table
