"""A catalogue of any size for load tests: the same one on every machine."""

from __future__ import annotations

import random
from typing import Any

from lab.core import naming
from lab.seed.files import Catalogue

CATEGORIES = ("tea", "coffee", "brewing", "tableware", "kitchen", "books", "stationery", "gifts")
QUALITIES = ("Amber", "Coastal", "Everyday", "Fine", "Garden", "Quiet", "Rustic", "Winter")
THINGS = {
    "tea": "Leaf Tea",
    "coffee": "Coffee Beans",
    "brewing": "Dripper",
    "tableware": "Cup",
    "kitchen": "Spoon",
    "books": "Reader",
    "stationery": "Notebook",
    "gifts": "Gift Box",
}
STOCK = 100_000  # more than any load test sells


def generate(count: int) -> Catalogue:
    """`count` products, `GEN-000001` and up, each with 100,000 pieces; no promotions."""
    dice = random.Random(2026)  # noqa: S311 - repeatable, not secret
    products = tuple(_product(number, dice) for number in range(1, count + 1))
    shelves = tuple({"sku": p["sku"], "initial": STOCK, "lowStockThreshold": 0} for p in products)
    return Catalogue(products, shelves)


def _product(number: int, dice: random.Random) -> dict[str, Any]:
    category = dice.choice(CATEGORIES)
    price = dice.randrange(200, 20_000, 5)
    name = f"{dice.choice(QUALITIES)} {THINGS[category]} No. {number}"
    row: dict[str, Any] = {
        "sku": f"GEN-{number:06d}",
        "name": name,
        "description": f"{name}, made up for load tests.",
        "category": category,
        "price": _money(price),
    }
    if dice.random() < 0.2:
        row["tiers"] = [{"minQuantity": 5, "unitPrice": _money(price * 9 // 10)}]
    return row


def _money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": naming.shop().currency}
