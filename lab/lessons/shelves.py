"""Adds products for a lesson, and restores catalogue and stock afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from checkout.adapters.item_mapping import shard_key
from lab import seed
from lab.core import tables
from lab.core.target import Target
from lab.seed import items

MARK = "LESSON-"
INACTIVE = frozenset({"RELEASED"})


class Shelves:
    """The stored catalogue and stock of a target."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._dynamodb = tables.resource(target)

    def table(self, name: str) -> Any:
        """A boto3 table: `products` is products-dev."""
        return self._dynamodb.Table(self._target.table(name))

    def add(self, lesson: str, pieces: int, price: int, category: str) -> str:
        """Adds a product, and returns its SKU. `price` is in cents."""
        sku = f"{MARK}{lesson}-{uuid.uuid4().hex[:6].upper()}"
        row = {"sku": sku, "initial": pieces, "lowStockThreshold": 0}
        for item in items.stock(row):
            self.table("inventory").put_item(Item=item)
        self.table("products").put_item(Item=items.product(_product(sku, price, category)))
        return sku

    def available(self, sku: str) -> int:
        """The available pieces over all shards. Raises KeyError for an unknown SKU."""
        first = self._stock(sku)
        others = (self._stock(shard_key(sku, n)) for n in range(1, int(first.get("shards", 1))))
        return sum(int(item["available"]) for item in (first, *others))

    def _stock(self, key: str) -> dict[str, Any]:
        response = self.table("inventory").get_item(Key={"sku": key}, ConsistentRead=True)
        if "Item" not in response:
            raise KeyError(f"the inventory has no {key}")
        item: dict[str, Any] = response["Item"]
        return item

    def restore(self) -> seed.SeedReport:
        """Removes the products of lessons, and loads `seed/` again."""
        taken = self._taken()
        for sku in self._own():
            self._clear(sku, taken.get(sku, 0))
        return seed.load(self._target)

    def _own(self) -> list[str]:
        """The SKUs of products that lessons have added."""
        stock = self._all("inventory")
        return [item["sku"] for item in stock if item["sku"].startswith(MARK)]

    def _taken(self) -> dict[str, int]:
        """The pieces of each SKU that orders hold or have bought."""
        taken: dict[str, int] = {}
        for item in self._all("reservations"):
            for line in item.get("lines", []) if item["status"] not in INACTIVE else []:
                taken[line["sku"]] = taken.get(line["sku"], 0) + int(line["quantity"])
        return taken

    def _all(self, table: str) -> Iterator[dict[str, Any]]:
        """Every item of a table, page by page."""
        pages = self._dynamodb.meta.client.get_paginator("scan").paginate(
            TableName=self._target.table(table), ConsistentRead=True
        )
        return (item for page in pages for item in page["Items"])

    def _clear(self, sku: str, taken: int) -> None:
        """Deletes a product. Keeps the stock record of sold pieces, which the audit needs."""
        self.table("products").delete_item(Key={"sku": sku})
        if not taken:
            self.table("inventory").delete_item(Key={"sku": sku})
            return
        self.table("inventory").update_item(
            Key={"sku": sku},
            UpdateExpression="SET available = :none, #i = :taken",
            ExpressionAttributeNames={"#i": "initial"},
            ExpressionAttributeValues={":none": Decimal(0), ":taken": Decimal(taken)},
        )


def _product(sku: str, price: int, category: str) -> dict[str, Any]:
    return {
        "sku": sku,
        "name": f"A lesson's own product {sku[-6:]}",
        "description": "Added by a lesson and removed after it.",
        "category": category,
        "price": {"amount": price, "currency": "USD"},
    }
