"""Converts rows of the seed files into DynamoDB items (money in minor units)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checkout.adapters.item_mapping import shard_key

Row = Mapping[str, Any]
Item = dict[str, Any]


def product(row: Row) -> Item:
    """An item of `products`. Only active products are in the listing index."""
    active = row.get("active", True)
    item = {
        "sku": row["sku"],
        "name": row["name"],
        "description": row["description"],
        "category": row["category"],
        "price": row["price"]["amount"],
        "currency": row["price"]["currency"],
        "active": active,
        "tiers": [_tier(tier) for tier in row.get("tiers", [])],
    }
    if "sale" in row:
        item["sale"] = {**row["sale"], "price": row["sale"]["price"]["amount"]}
    if active:
        item |= {"listing": "ACTIVE", "listingKey": f"{row['category']}#{row['sku']}"}
    return item


def stock(row: Row) -> list[Item]:
    """The items of `inventory` of one product, one for each shard, with the initial stock."""
    first, *others = even(row["initial"], row.get("shards", 1))
    count = 1 + len(others)
    level = {"initial": row["initial"], "lowStockThreshold": row.get("lowStockThreshold", 0)}
    return [
        shard(row["sku"], 0, first, count) | level,
        *(shard(row["sku"], n, pieces, count) for n, pieces in enumerate(others, 1)),
    ]


def shard(sku: str, number: int, pieces: int, count: int) -> Item:
    """The item of one shard. Only products with several shards have the attribute `shards`."""
    item: Item = {"sku": shard_key(sku, number), "available": pieces}
    return item | {"shards": count} if count > 1 else item


def even(pieces: int, count: int) -> tuple[int, ...]:
    """Distributes `pieces` evenly over `count` shards."""
    return tuple(pieces // count + (n < pieces % count) for n in range(count))


def promotion(row: Row) -> Item:
    """An item of `promotions`, without the counter of its redemptions."""
    item = {name: _amount(value) for name, value in row.items()}
    return item | {"scope": "PROMOTION"}


def _tier(tier: Row) -> Item:
    return {"minQuantity": tier["minQuantity"], "unitPrice": tier["unitPrice"]["amount"]}


def _amount(value: Any) -> Any:
    return value["amount"] if isinstance(value, dict) else value
