"""Counts the data events of CloudTrail: calls of the tables that the audit trail records.

One request is one event, regardless of its number of items or tables and even if it fails:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/understanding-ddb-log-entries.html
(its TransactWriteItems of four items is one record).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Call = Mapping[str, Any]

WATCHED = ("orders", "payments")
"""As in terraform/modules/checkout/main.tf; a test compares them."""


def data_events(calls: Iterable[Call], watched: Iterable[str]) -> int:
    """The number of recorded DynamoDB calls of a watched table; `watched` are full names."""
    names = set(watched)
    return sum(not names.isdisjoint(_tables(call["request"])) for call in calls)


def _tables(request: Mapping[str, Any]) -> set[str]:
    if "TransactItems" in request:
        return {one["TableName"] for step in request["TransactItems"] for one in step.values()}
    return set(request.get("RequestItems") or [request.get("TableName", "")])
