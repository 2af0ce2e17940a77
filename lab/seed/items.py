"""Turns rows of the seed's files into items of the tables (money in minor units)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checkout.adapters.item_mapping import shard_key

Row = Mapping[str, Any]
Item = dict[str, Any]


def product(row: Row) -> Item:
    """An item of `products`. Only an active one is in the index that lists the shop."""
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
    """The items of `inventory` of one product, with everything still there: one for each shard."""
    first, *others = even(row["initial"], row.get("shards", 1))
    count = 1 + len(others)
    level = {"initial": row["initial"], "lowStockThreshold": row.get("lowStockThreshold", 0)}
    return [
        shard(row["sku"], 0, first, count) | level,
        *(shard(row["sku"], n, pieces, count) for n, pieces in enumerate(others, 1)),
    ]


def shard(sku: str, number: int, pieces: int, count: int) -> Item:
    """What every shard's item has. Only a product with several says how many."""
    item: Item = {"sku": shard_key(sku, number), "available": pieces}
    return item | {"shards": count} if count > 1 else item


def even(pieces: int, count: int) -> tuple[int, ...]:
    """The pieces spread over so many shards."""
    return tuple(pieces // count + (n < pieces % count) for n in range(count))


def promotion(row: Row) -> Item:
    """An item of `promotions`, without the counter of its redemptions."""
    item = {name: _amount(value) for name, value in row.items()}
    return item | {"scope": "PROMOTION"}


def _tier(tier: Row) -> Item:
    return {"minQuantity": tier["minQuantity"], "unitPrice": tier["unitPrice"]["amount"]}


def _amount(value: Any) -> Any:
    return value["amount"] if isinstance(value, dict) else value
