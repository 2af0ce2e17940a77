"""Turns rows of the seed's files into items of the tables (money in minor units)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def stock(row: Row) -> Item:
    """An item of `inventory`, with everything still on the shelf."""
    return {
        "sku": row["sku"],
        "initial": row["initial"],
        "available": row["initial"],
        "lowStockThreshold": row.get("lowStockThreshold", 0),
    }


def promotion(row: Row) -> Item:
    """An item of `promotions`, without the counter of its redemptions."""
    item = {name: _amount(value) for name, value in row.items()}
    return item | {"scope": "PROMOTION"}


def _tier(tier: Row) -> Item:
    return {"minQuantity": tier["minQuantity"], "unitPrice": tier["unitPrice"]["amount"]}


def _amount(value: Any) -> Any:
    return value["amount"] if isinstance(value, dict) else value
