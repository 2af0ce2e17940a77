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
PLACEHOLDERS = ("ExpressionAttributeValues", "ExpressionAttributeNames")


def require_used(request: Mapping[str, Any]) -> None:
    """Raises ValidationException if a name or value was given that no expression mentions."""
    for part in _parts(request):
        mentioned = set(re.findall(r"[:#]\w+", " ".join(part.get(e) or "" for e in EXPRESSIONS)))
        for kind in PLACEHOLDERS:
            if unused := set(part.get(kind) or {}) - mentioned:
                raise CommonServiceException(
                    "ValidationException",
                    f"Value provided in {kind} unused in expressions:"
                    f" keys: {{{', '.join(sorted(unused))}}}",
                )


def _parts(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The request itself, or each operation of a transaction."""
    yield request
    for item in request.get("TransactItems", ()):
        yield from item.values()
