"""Fills the tables with copies of a real order.

Each copy has its own order id and idempotency key. Its rows are in `orders`, `reservations`,
`payments` and `idempotency`; its stock counts as delivered and sold. Executions and mails are not
copied.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import batched
from typing import Any

from lab.core.progress import Progress
from lab.core.target import Target

BATCH = 25  # BatchWriteItem's limit
Item = dict[str, Any]


@contextmanager
def stored(target: Target, order_id: str, count: int, on_progress: Progress) -> Iterator[None]:
    """Writes `count` copies of an order, and deletes them afterwards."""
    client = target.client("dynamodb")
    rows = list(_rows(client, target, order_id))
    copies = [row for number in range(count) for row in _copy(rows, order_id, number)]
    keys = {name: _key_names(client, name) for name, _ in rows}
    try:
        on_progress(f"storing {count} orders")
        _write(client, [(table, {"PutRequest": {"Item": item}}) for table, item in copies])
        _count_as_sold(client, target, rows, count)
        yield
    finally:
        on_progress(f"removing {count} orders")
        deletes = [(table, _pick(item, keys[table])) for table, item in copies]
        _write(client, [(table, {"DeleteRequest": {"Key": key}}) for table, key in deletes])
        _count_as_sold(client, target, rows, -count)


def _rows(client: Any, target: Target, order_id: str) -> Iterator[tuple[str, Item]]:
    """Yields every row that contains the order's id, with its table."""
    for name in ("orders", "reservations", "payments", "idempotency"):
        table = target.table(name)
        for page in client.get_paginator("scan").paginate(TableName=table):
            yield from ((table, item) for item in page["Items"] if order_id in json.dumps(item))


def _key_names(client: Any, table: str) -> list[str]:
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    return [key["AttributeName"] for key in schema]


def _pick(item: Item, names: list[str]) -> Item:
    return {name: item[name] for name in names}


def _copy(rows: list[tuple[str, Item]], order_id: str, number: int) -> Iterator[tuple[str, Item]]:
    order = next(item for table, item in rows if "items" in item)
    changes = {
        order_id: f"ord_{uuid.uuid4().hex}",
        order["idempotencyKey"]["S"]: uuid.uuid4().hex,
    }
    for table, item in rows:
        text = json.dumps(item)
        for old, new in changes.items():
            text = text.replace(old, new)
        copy = json.loads(text)
        if "customerId" in copy:
            copy["customerId"]["S"] += f"-{number // 2}"
        yield table, copy


def _write(client: Any, writes: list[tuple[str, Any]]) -> None:
    """Writes one table after the other."""
    for table in {name: None for name, _ in writes}:
        for batch in batched((w for name, w in writes if name == table), BATCH, strict=False):
            requests = {table: list(batch)}
            while requests:
                response = client.batch_write_item(RequestItems=requests)
                requests = response.get("UnprocessedItems", {})


def _count_as_sold(client: Any, target: Target, rows: list[tuple[str, Item]], count: int) -> None:
    order = next(item for table, item in rows if "items" in item)
    for line in order["items"]["L"]:
        client.update_item(
            TableName=target.table("inventory"),
            Key={"sku": line["M"]["sku"]},
            UpdateExpression="ADD initial :sold",
            ExpressionAttributeValues={
                ":sold": {"N": str(count * int(line["M"]["quantity"]["N"]))}
            },
        )
