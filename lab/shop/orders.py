"""Reads orders of all customers from the orders table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from lab.core.target import Target

_deserialize = TypeDeserializer().deserialize


@dataclass(frozen=True)
class OrderRow:
    """One row of a list of orders; `total` is None until the cart is priced."""

    order_id: str
    status: str
    customer: str
    created_at: str
    total: dict[str, Any] | None
    rejection: str


def newest(target: Target, customer: str = "", status: str = "", limit: int = 20) -> list[OrderRow]:
    """The newest orders, optionally of one customer or with one status."""
    items = _of_customer(target, customer) if customer else _all(target)
    rows = [_row(item) for item in items if not status or item["status"] == status]
    return list(islice(sorted(rows, key=lambda row: row.created_at, reverse=True), limit))


def unfinished(target: Target, customers: str) -> list[str]:
    """The ids of the orders in the index `open` whose customer ids start with `customers`."""
    pages = target.client("dynamodb").get_paginator("query")
    query = pages.paginate(
        TableName=target.table("orders"),
        IndexName="open",
        KeyConditionExpression="openStatus = :open",
        ExpressionAttributeValues={":open": {"S": "OPEN"}},
    )
    return [item["orderId"] for item in _items(query) if item["customerId"].startswith(customers)]


def _all(target: Target) -> Iterable[dict[str, Any]]:
    pages = target.client("dynamodb").get_paginator("scan")
    return _items(pages.paginate(TableName=target.table("orders")))


def _of_customer(target: Target, customer: str) -> Iterable[dict[str, Any]]:
    pages = target.client("dynamodb").get_paginator("query")
    query = pages.paginate(
        TableName=target.table("orders"),
        IndexName="by-customer",
        KeyConditionExpression="customerId = :customer",
        ExpressionAttributeValues={":customer": {"S": customer}},
    )
    return _items(query)


def _items(pages: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for page in pages:
        for item in page["Items"]:
            yield {name: _deserialize(value) for name, value in item.items()}


def _row(item: dict[str, Any]) -> OrderRow:
    return OrderRow(
        order_id=item["orderId"],
        status=item["status"],
        customer=item["customerId"],
        created_at=item["createdAt"],
        total=_total(item),
        rejection=str((item.get("rejection") or {}).get("code", "")),
    )


def _total(item: dict[str, Any]) -> dict[str, Any] | None:
    total = item.get("total")
    if isinstance(total, Decimal):
        return {"amount": int(total), "currency": item.get("currency", "")}
    return None
