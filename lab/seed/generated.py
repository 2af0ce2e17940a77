"""Generates a catalogue of any size for load tests, the same one on every machine."""

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
    """`count` products, from `GEN-000001` on, each with 100,000 pieces; no promotions."""
    rng = random.Random(2026)  # noqa: S311 - repeatable, not secret
    products = tuple(_product(number, rng) for number in range(1, count + 1))
    inventory = tuple({"sku": p["sku"], "initial": STOCK, "lowStockThreshold": 0} for p in products)
    return Catalogue(products, inventory)


def _product(number: int, rng: random.Random) -> dict[str, Any]:
    category = rng.choice(CATEGORIES)
    price = rng.randrange(200, 20_000, 5)
    name = f"{rng.choice(QUALITIES)} {THINGS[category]} No. {number}"
    row: dict[str, Any] = {
        "sku": f"GEN-{number:06d}",
        "name": name,
        "description": f"{name}, made up for load tests.",
        "category": category,
        "price": _money(price),
    }
    if rng.random() < 0.2:
        row["tiers"] = [{"minQuantity": 5, "unitPrice": _money(price * 9 // 10)}]
    return row


def _money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": naming.shop().currency}
