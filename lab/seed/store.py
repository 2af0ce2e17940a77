"""Writes a catalogue to the tables. Idempotent, even after sales."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from lab.core import tables
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.seed import items, restock
from lab.seed.files import Catalogue, Row
from lab.seed.restock import Restock

Item = items.Item
"""Called with progress messages, such as `products: 200 of 10,000`."""

PAGE = 100  # keys in one BatchGetItem, and writes in one TransactWriteItems


@dataclass(frozen=True)
class StockPlan:
    """The changes of the inventory: new rows, changed rows, and the number of unchanged ones."""

    new: tuple[Row, ...]
    restocks: tuple[Restock, ...]
    unchanged: int


class Store:
    """The tables that the seed writes to."""

    def __init__(self, target: Target, on_progress: Progress) -> None:
        self._target = target
        self._dynamodb = tables.resource(target)
        self._client = self._dynamodb.meta.client
        self._on_progress = on_progress

    def plan(self, rows: Sequence[Row]) -> StockPlan:
        """Compares the rows with the stored stock. Raises LabError if a row is impossible."""
        stored = self._stored({row["sku"] for row in rows})
        new = tuple(row for row in rows if row["sku"] not in stored)
        changed = tuple(
            change
            for row in rows
            if row["sku"] in stored and (change := restock.difference(row, stored[row["sku"]]))
        )
        return StockPlan(new, changed, len(rows) - len(new) - len(changed))

    def write(self, catalogue: Catalogue, plan: StockPlan) -> None:
        """Writes stock first and products last, so that every listed product can be bought."""
        self._add_stock(plan.new)
        for change in plan.restocks:
            self._restock(change)
        self._put_promotions(catalogue.promotions)
        self._put_products(catalogue.products)

    def others(self, rows: Sequence[Row]) -> list[str]:
        """The SKUs of products that are for sale and not in `rows`, sorted."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._target.table("products"),
            ProjectionExpression="sku",
            FilterExpression=Attr("active").eq(True),
            ConsistentRead=True,
        )
        stored = {item["sku"] for page in pages for item in page["Items"]}
        return sorted(stored - {row["sku"] for row in rows})

    def take_off_sale(self, skus: Sequence[str]) -> None:
        """Deletes products, but not their stock: orders may hold or have bought some of it."""
        with self._dynamodb.Table(self._target.table("products")).batch_writer() as batch:
            for sku in skus:
                batch.delete_item(Key={"sku": sku})

    def _stored(self, skus: Iterable[str]) -> dict[str, list[Item]]:
        """The stored items of each product, shard by shard."""
        first = self._get(skus)
        keys = {sku: restock.shard_keys(item) for sku, item in first.items()}
        others = self._get(key for shard_keys in keys.values() for key in shard_keys[1:])
        shards = first | others
        return {sku: [shards[key] for key in shard_keys] for sku, shard_keys in keys.items()}

    def _get(self, keys: Iterable[str]) -> dict[str, Item]:
        table = self._target.table("inventory")
        items_by_key: dict[str, Item] = {}
        for page in batched(sorted(keys), PAGE, strict=False):
            request = {table: {"Keys": [{"sku": key} for key in page], "ConsistentRead": True}}
            while request:
                response = self._client.batch_get_item(RequestItems=request)
                items_by_key |= {item["sku"]: item for item in response["Responses"].get(table, [])}
                request = response["UnprocessedKeys"]
        return items_by_key

    def _add_stock(self, rows: Sequence[Row]) -> None:
        """Uses transactions: a batch write could overwrite a row that another seed just added."""
        done = 0
        for page in _pages(rows):
            table = self._target.table("inventory")
            puts = [restock.if_absent(table, item) for row in page for item in items.stock(row)]
            self._unless_changed(self._client.transact_write_items, TransactItems=puts)
            done += len(page)
            self._report("inventory", done, len(rows))

    def _restock(self, change: Restock) -> None:
        steps = restock.steps(self._target.table("inventory"), change)
        self._unless_changed(self._client.transact_write_items, TransactItems=steps)

    def _put_promotions(self, rows: Sequence[Row]) -> None:
        for done, row in enumerate(rows, 1):
            self._client.update_item(
                TableName=self._target.table("promotions"), **_put_keeping_counter(row)
            )
            self._report("promotions", done, len(rows))

    def _put_products(self, rows: Sequence[Row]) -> None:
        table = self._dynamodb.Table(self._target.table("products"))
        with table.batch_writer() as batch:
            for done, row in enumerate(rows, 1):
                batch.put_item(Item=items.product(row))
                self._report("products", done, len(rows))

    def _report(self, table: str, done: int, total: int) -> None:
        if done % PAGE == 0 or done == total:
            self._on_progress(f"{table}: {done:,} of {total:,}")

    def _unless_changed(self, write: Callable[..., object], **request: Any) -> None:
        changed = ("ConditionalCheckFailedException", "TransactionCanceledException")
        try:
            write(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] not in changed:
                raise
            message = "The stock changed while it was being loaded."
            raise LabError(message, "Run `lab seed` again: it continues from here.") from error


def _pages(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yields as many products as fit into one transaction, with all their shards."""
    page: list[Row] = []
    capacity = PAGE
    for row in rows:
        shards = row.get("shards", 1)
        if shards > capacity:
            yield page
            page, capacity = [], PAGE
        page.append(row)
        capacity -= shards
    if page:
        yield page


OPTIONAL = (
    "basisPoints",
    "amount",
    "buyQuantity",
    "freeQuantity",
    "minimumSubtotal",
    "categories",
    "startsAt",
    "endsAt",
    "redemptionLimit",
    "perCustomerLimit",
    "firstOrderOnly",
)


def _put_keeping_counter(row: Row) -> dict[str, Any]:
    """The update that replaces a promotion and keeps the count of its redemptions."""
    item = items.promotion(row)
    key = {name: item.pop(name) for name in ("code", "scope")}
    sets = [f"#{name} = :{name}" for name in item]
    removes = [f"#{name}" for name in OPTIONAL if name not in item]
    update = "SET " + ", ".join([*sets, "redemptions = if_not_exists(redemptions, :none)"])
    return {
        "Key": key,
        "UpdateExpression": update + (" REMOVE " + ", ".join(removes) if removes else ""),
        "ExpressionAttributeNames": {f"#{name}": name for name in {*item, *OPTIONAL}},
        "ExpressionAttributeValues": {":none": 0, **{f":{k}": v for k, v in item.items()}},
    }
