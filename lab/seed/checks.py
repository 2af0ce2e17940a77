"""What a JSON Schema cannot say: rules between the fields, rows and files of the seed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from lab.seed.problems import Problem

Row = Mapping[str, Any]
Fault = tuple[str, str]
"""A field, and what is wrong with it."""


def catalogue(
    products: Sequence[Row], inventory: Sequence[Row], promotions: Sequence[Row]
) -> list[Problem]:
    """What is wrong with the three files, taken together. Each must match its schema already."""
    skus = {row["sku"] for row in products}
    stocked = {row["sku"] for row in inventory}
    categories = {row["category"] for row in products}
    currency = products[0]["price"]["currency"]
    return [
        *_twice("catalogue.json", "products", "sku", products),
        *_twice("inventory.json", "inventory", "sku", inventory),
        *_twice("promotions.json", "promotions", "code", promotions),
        *_each("catalogue.json", "products", products, lambda r: _product(r, stocked, currency)),
        *_each("inventory.json", "inventory", inventory, lambda r: _shelf(r, skus)),
        *_each(
            "promotions.json", "promotions", promotions, lambda r: _code(r, categories, currency)
        ),
    ]


def cart(file: str, content: Row, products: Sequence[Row]) -> list[Problem]:
    """What is wrong with a sample cart that matches its schema."""
    if "expect" not in content:
        return [Problem(file, "", "expect", "is missing: what must become of this cart?")]
    if content["expect"].get("rejection") == "INVALID_CART" or "status" not in content["expect"]:
        return []
    skus = {row["sku"] for row in products}
    return [
        Problem(file, f"items[{index}]", "sku", f"{item['sku']} is not in catalogue.json")
        for index, item in enumerate(content["request"]["items"])
        if item["sku"] not in skus
    ]


def _each(file: str, name: str, rows: Sequence[Row], faults: Any) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        label = row.get("sku") or row.get("code")
        for field, message in faults(row):
            yield Problem(file, f"{name}[{index}] ({label})", field, message)


def _twice(file: str, name: str, key: str, rows: Sequence[Row]) -> Iterator[Problem]:
    counts = Counter(row[key] for row in rows)
    seen: set[str] = set()
    for index, row in enumerate(rows):
        value = row[key]
        if value in seen:
            message = f"{value} stands in the file {counts[value]} times"
            yield Problem(file, f"{name}[{index}] ({value})", key, message)
        seen.add(value)


def _product(row: Row, stocked: set[str], currency: str) -> Iterator[Fault]:
    if row["sku"] not in stocked:
        yield "sku", "has no row in inventory.json"
    yield from _currencies(row, currency)
    yield from _tiers(row)
    if "sale" in row:
        yield from _sale(row["sale"], row["price"]["amount"])


def _tiers(row: Row) -> Iterator[Fault]:
    tiers = row.get("tiers", [])
    if tiers and tiers[0]["unitPrice"]["amount"] >= row["price"]["amount"]:
        yield "tiers[0].unitPrice", "must be below the list price"
    for index, (lower, higher) in enumerate(pairwise(tiers), 1):
        if higher["minQuantity"] <= lower["minQuantity"]:
            yield f"tiers[{index}].minQuantity", "must be above the one before"
        if higher["unitPrice"]["amount"] >= lower["unitPrice"]["amount"]:
            yield f"tiers[{index}].unitPrice", "must be below the one before"


def _sale(sale: Row, list_price: int) -> Iterator[Fault]:
    if sale["price"]["amount"] >= list_price:
        yield "sale.price", "must be below the list price"
    yield from (("sale." + field, message) for field, message in _period(sale))


def _period(row: Row) -> Iterator[Fault]:
    if "startsAt" not in row or "endsAt" not in row:
        return
    if datetime.fromisoformat(row["endsAt"]) <= datetime.fromisoformat(row["startsAt"]):
        yield "endsAt", f"{row['endsAt']} is not after startsAt, {row['startsAt']}"


def _shelf(row: Row, skus: set[str]) -> Iterator[Fault]:
    if row["sku"] not in skus:
        yield "sku", "is not in catalogue.json"


def _code(row: Row, categories: set[str], currency: str) -> Iterator[Fault]:
    yield from _currencies(row, currency)
    yield from _period(row)
    yield from _promises(row)
    for index, category in enumerate(row.get("categories", [])):
        if category not in categories:
            yield f"categories[{index}]", f"no product is in the category {category!r}"


PROMISES = (
    (r"\bfirst order\b|\bnew customers?\b", ("firstOrderOnly",)),
    (r"\b(each|per|every) customer\b", ("perCustomerLimit", "firstOrderOnly")),
    (r"\bfirst \w+( \w+)? orders\b", ("redemptionLimit",)),
    (r"\bfrom \d+ \w+ on\b", ("minimumSubtotal",)),
)
"""Words of a description, and the fields of which one must stand behind them."""


def _promises(row: Row) -> Iterator[Fault]:
    """Customers read the description; nothing but the fields is enforced."""
    for words, fields in PROMISES:
        found = re.search(words, row["description"], re.IGNORECASE)
        if found and not any(row.get(field) for field in fields):
            yield "description", f"promises {found[0]!r}, which needs {' or '.join(fields)}"


def _currencies(row: Row, currency: str) -> Iterator[Fault]:
    for field, money in _moneys(row, ""):
        if money["currency"] != currency:
            yield field, f"is in {money['currency']}, but the first product is in {currency}"


def _moneys(value: Any, path: str) -> Iterable[tuple[str, Row]]:
    """Every amount of money below a value, with the path to it."""
    if isinstance(value, dict) and "currency" in value:
        yield path.removeprefix("."), value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _moneys(below, f"{path}.{key}")
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _moneys(below, f"{path}[{index}]")
