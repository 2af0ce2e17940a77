"""Changes stored stock: deliveries, corrections, and another number of shards.

All updates are relative, so customers may buy meanwhile. Only a shard that is deleted must still
hold what was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checkout.adapters.item_mapping import shard_key
from lab.core.errors import LabError
from lab.seed import items

Row = Mapping[str, Any]
Step = dict[str, Any]

ALERT_ATTRIBUTES = ("lowStockWarnedBy", "lowStockClaimUntil", "lowStockUntold")


@dataclass(frozen=True)
class Restock:
    """A change of a product's stock; `before` and `after` have the pieces of each shard."""

    sku: str
    was_initial: int
    initial: int
    threshold: int
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def resets_alert(self) -> bool:
        """Whether the stock is no longer low, so that the next low stock raises an alert."""
        return sum(self.after) > self.threshold


def shard_keys(item: Row) -> list[str]:
    """The keys of all shards of a product, given the item of the first one."""
    return [shard_key(item["sku"], n) for n in range(int(item.get("shards", 1)))]


def difference(row: Row, stored: Sequence[Row]) -> Restock | None:
    """The change from the stored shards of a product to a row; None if there is none.

    Raises LabError if more pieces are sold or held than the row's `initial`.
    """
    first, was, count = stored[0], int(stored[0]["initial"]), row.get("shards", 1)
    threshold = row.get("lowStockThreshold", 0)
    if (row["initial"], threshold, count) == (was, first.get("lowStockThreshold"), len(stored)):
        return None
    before = tuple(int(shard["available"]) for shard in stored)
    left = sum(before) + row["initial"] - was
    if left < 0:
        raise _oversold(row, was - sum(before))
    return Restock(row["sku"], was, row["initial"], threshold, before, items.even(left, count))


def _oversold(row: Row, sold: int) -> LabError:
    return LabError(
        f"inventory.json sets {row['sku']} to {row['initial']} pieces, "
        f"but {sold} are sold or held.",
        f"Set `initial` to {sold} or more.",
    )


def steps(table: str, change: Restock) -> list[Step]:
    """The steps of the transaction that applies a change to all shards or to none."""
    kept = min(len(change.before), len(change.after))
    return [
        _update_first(table, change),
        *(_update(table, change, n) for n in range(1, kept)),
        *(_add(table, change, n) for n in range(kept, len(change.after))),
        *(_remove(table, change, n) for n in range(kept, len(change.before))),
    ]


def if_absent(table: str, item: items.Item) -> Step:
    """A step that writes an item if there is none."""
    condition = "attribute_not_exists(sku)"
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": condition}}


def _update_first(table: str, change: Restock) -> Step:
    """Shard 0 also has the attributes of the whole product."""
    step = _update(table, change, 0)
    update = step["Update"]
    removed = list(ALERT_ATTRIBUTES) if change.resets_alert else []
    removed += ["shards"] if len(change.after) == 1 else []
    sets = f"{update['UpdateExpression']}, #i = :initial, lowStockThreshold = :threshold"
    update["UpdateExpression"] = f"{sets} REMOVE {', '.join(removed)}" if removed else sets
    update["ConditionExpression"] += " AND #i = :was_initial"
    update["ExpressionAttributeNames"] = {"#i": "initial"}
    update["ExpressionAttributeValues"] |= {
        ":initial": change.initial,
        ":was_initial": change.was_initial,
        ":threshold": change.threshold,
    }
    return step


def _update(table: str, change: Restock, number: int) -> Step:
    more = change.after[number] - change.before[number]
    values: dict[str, int] = {":more": more, ":least": max(0, -more)}
    sets, condition = "SET available = available + :more", "available >= :least"
    if len(change.after) > 1:
        sets += ", shards = :shards"
        values[":shards"] = len(change.after)
    if len(change.before) > 1:
        condition += " AND shards = :were"
        values[":were"] = len(change.before)
    else:
        condition += " AND attribute_not_exists(shards)"
    return {
        "Update": {
            "TableName": table,
            "Key": {"sku": shard_key(change.sku, number)},
            "UpdateExpression": sets,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
    }


def _add(table: str, change: Restock, number: int) -> Step:
    pieces, count = change.after[number], len(change.after)
    return if_absent(table, items.shard(change.sku, number, pieces, count))


def _remove(table: str, change: Restock, number: int) -> Step:
    return {
        "Delete": {
            "TableName": table,
            "Key": {"sku": shard_key(change.sku, number)},
            "ConditionExpression": "available = :was",
            "ExpressionAttributeValues": {":was": change.before[number]},
        }
    }
