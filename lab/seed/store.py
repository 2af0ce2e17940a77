"""Writes a catalogue into the tables. Doing it twice changes nothing, also after sales."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from botocore.exceptions import ClientError

from lab import tables
from lab.errors import LabError
from lab.seed import items
from lab.seed.files import Catalogue, Row
from lab.target import Target

Say = Callable[[str], None]
"""Called with what goes on, such as `products: 200 of 10,000`."""

PAGE = 100  # keys in one BatchGetItem, and writes in one TransactWriteItems


@dataclass(frozen=True)
class Restock:
    """A delivery, or with a negative `delta` a correction, of a product that is stored already."""

    sku: str
    initial: int
    delta: int
    threshold: int


@dataclass(frozen=True)
class StockPlan:
    """What the inventory needs: rows that are new, rows that change, how many stay as they are."""

    new: tuple[Row, ...]
    restocks: tuple[Restock, ...]
    unchanged: int


class Store:
    """The tables that the seed fills."""

    def __init__(self, target: Target, say: Say) -> None:
        self._target = target
        self._dynamodb = tables.resource(target)
        self._client = self._dynamodb.meta.client
        self._say = say

    def plan(self, rows: Sequence[Row]) -> StockPlan:
        """Compares the rows with what is stored; raises a `LabError` if one cannot be reached."""
        stored = self._stored({row["sku"] for row in rows})
        new = tuple(row for row in rows if row["sku"] not in stored)
        changed = tuple(
            restock
            for row in rows
            if row["sku"] in stored and (restock := _restock(row, stored[row["sku"]]))
        )
        return StockPlan(new, changed, len(rows) - len(new) - len(changed))

    def write(self, catalogue: Catalogue, plan: StockPlan) -> None:
        """Stock first and products last: what a customer can see, he can buy."""
        self._add_stock(plan.new)
        for restock in plan.restocks:
            self._restock(restock)
        self._put_promotions(catalogue.promotions)
        self._put_products(catalogue.products)

    def _stored(self, skus: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for page in batched(sorted(skus), PAGE, strict=False):
            found |= {item["sku"]: item for item in self._get(page)}
        return found

    def _get(self, skus: Iterable[str]) -> list[Mapping[str, Any]]:
        table = self._target.table("inventory")
        wanted = {table: {"Keys": [{"sku": sku} for sku in skus], "ConsistentRead": True}}
        got: list[Mapping[str, Any]] = []
        while wanted:
            answer = self._client.batch_get_item(RequestItems=wanted)
            got += answer["Responses"].get(table, [])
            wanted = answer["UnprocessedKeys"]
        return got

    def _add_stock(self, rows: Sequence[Row]) -> None:
        """In transactions: a plain batch could overwrite a row that another seed just made."""
        for page in batched(enumerate(rows, 1), PAGE, strict=False):
            puts = [{"Put": self._if_absent(items.stock(row))} for _, row in page]
            self._unless_changed(self._client.transact_write_items, TransactItems=puts)
            self._tell("inventory", page[-1][0], len(rows))

    def _if_absent(self, item: items.Item) -> dict[str, Any]:
        return {
            "TableName": self._target.table("inventory"),
            "Item": item,
            "ConditionExpression": "attribute_not_exists(sku)",
        }

    def _restock(self, restock: Restock) -> None:
        """Moves `initial` and `available` together: stock is conserved, and may run low again."""
        update = {
            "TableName": self._target.table("inventory"),
            "Key": {"sku": restock.sku},
            "UpdateExpression": "SET #i = :new, available = available + :delta, "
            "lowStockThreshold = :threshold REMOVE lowStockWarned",
            "ConditionExpression": "#i = :old AND available >= :least",
            "ExpressionAttributeNames": {"#i": "initial"},
            "ExpressionAttributeValues": {
                ":new": restock.initial,
                ":old": restock.initial - restock.delta,
                ":delta": restock.delta,
                ":least": max(0, -restock.delta),
                ":threshold": restock.threshold,
            },
        }
        self._unless_changed(self._client.update_item, **update)

    def _put_promotions(self, rows: Sequence[Row]) -> None:
        for done, row in enumerate(rows, 1):
            self._client.update_item(
                TableName=self._target.table("promotions"), **_put_keeping_counter(row)
            )
            self._tell("promotions", done, len(rows))

    def _put_products(self, rows: Sequence[Row]) -> None:
        table = self._dynamodb.Table(self._target.table("products"))
        with table.batch_writer() as batch:
            for done, row in enumerate(rows, 1):
                batch.put_item(Item=items.product(row))
                self._tell("products", done, len(rows))

    def _tell(self, table: str, done: int, total: int) -> None:
        if done % PAGE == 0 or done == total:
            self._say(f"{table}: {done:,} of {total:,}")

    def _unless_changed(self, write: Callable[..., object], **request: Any) -> None:
        changed = ("ConditionalCheckFailedException", "TransactionCanceledException")
        try:
            write(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] not in changed:
                raise
            message = "The stock changed while it was being loaded."
            raise LabError(message, "Run `lab seed` again: it goes on from here.") from error


def _restock(row: Row, stored: Mapping[str, Any]) -> Restock | None:
    wanted = items.stock(row)
    delta = wanted["initial"] - int(stored["initial"])
    threshold = wanted["lowStockThreshold"]
    if delta == 0 and threshold == stored.get("lowStockThreshold"):
        return None
    if int(stored["available"]) + delta < 0:
        gone = int(stored["initial"]) - int(stored["available"])
        raise LabError(
            f"inventory.json sets {row['sku']} to {row['initial']} pieces, "
            f"but {gone} are sold or held.",
            f"Set `initial` to {gone} or more.",
        )
    return Restock(row["sku"], wanted["initial"], delta, threshold)


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
)


def _put_keeping_counter(row: Row) -> dict[str, Any]:
    """The update that replaces a promotion, all but the count of its redemptions."""
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
