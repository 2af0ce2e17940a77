"""Rules across fields, rows and files of the seed, which JSON Schema cannot express."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from lab.seed.problems import Problem

Row = Mapping[str, Any]
Violation = tuple[str, str]
"""A field, and the message about it."""


def catalogue(
    products: Sequence[Row], inventory: Sequence[Row], promotions: Sequence[Row]
) -> list[Problem]:
    """The problems of the three files taken together. Each file must match its schema."""
    skus = {row["sku"] for row in products}
    stocked = {row["sku"] for row in inventory}
    categories = {row["category"] for row in products}
    currency = products[0]["price"]["currency"]
    return [
        *_duplicates("catalogue.json", "products", "sku", products),
        *_duplicates("inventory.json", "inventory", "sku", inventory),
        *_duplicates("promotions.json", "promotions", "code", promotions),
        *_in_rows("catalogue.json", "products", products, lambda r: _product(r, stocked, currency)),
        *_in_rows("inventory.json", "inventory", inventory, lambda r: _stock(r, skus)),
        *_in_rows(
            "promotions.json",
            "promotions",
            promotions,
            lambda r: _promotion(r, categories, currency),
        ),
    ]


def cart(file: str, content: Row, products: Sequence[Row]) -> list[Problem]:
    """The problems of a sample cart that matches its schema."""
    if "expect" not in content:
        return [Problem(file, "", "expect", "is missing: it has the expected result of the cart")]
    if content["expect"].get("rejection") == "INVALID_CART" or "status" not in content["expect"]:
        return []
    skus = {row["sku"] for row in products}
    return [
        Problem(file, f"items[{index}]", "sku", f"{item['sku']} is not in catalogue.json")
        for index, item in enumerate(content["request"]["items"])
        if item["sku"] not in skus
    ]


def _in_rows(file: str, name: str, rows: Sequence[Row], rules: Any) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        label = row.get("sku") or row.get("code")
        for field, message in rules(row):
            yield Problem(file, f"{name}[{index}] ({label})", field, message)


def _duplicates(file: str, name: str, key: str, rows: Sequence[Row]) -> Iterator[Problem]:
    counts = Counter(row[key] for row in rows)
    seen: set[str] = set()
    for index, row in enumerate(rows):
        value = row[key]
        if value in seen:
            message = f"{value} is in the file {counts[value]} times"
            yield Problem(file, f"{name}[{index}] ({value})", key, message)
        seen.add(value)


def _product(row: Row, stocked: set[str], currency: str) -> Iterator[Violation]:
    if row["sku"] not in stocked:
        yield "sku", "has no row in inventory.json"
    yield from _currencies(row, currency)
    yield from _tiers(row)
    if "sale" in row:
        yield from _sale(row["sale"], row["price"]["amount"])


def _tiers(row: Row) -> Iterator[Violation]:
    tiers = row.get("tiers", [])
    if tiers and tiers[0]["unitPrice"]["amount"] >= row["price"]["amount"]:
        yield "tiers[0].unitPrice", "must be below the list price"
    for index, (lower, higher) in enumerate(pairwise(tiers), 1):
        if higher["minQuantity"] <= lower["minQuantity"]:
            yield f"tiers[{index}].minQuantity", "must be above the one before"
        if higher["unitPrice"]["amount"] >= lower["unitPrice"]["amount"]:
            yield f"tiers[{index}].unitPrice", "must be below the one before"


def _sale(sale: Row, list_price: int) -> Iterator[Violation]:
    if sale["price"]["amount"] >= list_price:
        yield "sale.price", "must be below the list price"
    yield from (("sale." + field, message) for field, message in _period(sale))


def _period(row: Row) -> Iterator[Violation]:
    if "startsAt" not in row or "endsAt" not in row:
        return
    if datetime.fromisoformat(row["endsAt"]) <= datetime.fromisoformat(row["startsAt"]):
        yield "endsAt", f"{row['endsAt']} is not after startsAt, {row['startsAt']}"


def _stock(row: Row, skus: set[str]) -> Iterator[Violation]:
    if row["sku"] not in skus:
        yield "sku", "is not in catalogue.json"


def _promotion(row: Row, categories: set[str], currency: str) -> Iterator[Violation]:
    yield from _currencies(row, currency)
    yield from _period(row)
    yield from _description(row)
    for index, category in enumerate(row.get("categories", [])):
        if category not in categories:
            yield f"categories[{index}]", f"no product is in the category {category!r}"


DESCRIPTION_RULES = (
    (r"\bfirst order\b|\bnew customers?\b", ("firstOrderOnly",)),
    (r"\b(each|per|every) customer\b", ("perCustomerLimit", "firstOrderOnly")),
    (r"\bfirst \w+( \w+)? orders\b", ("redemptionLimit",)),
    (r"\bfrom \d+ \w+ on\b", ("minimumSubtotal",)),
)
"""Phrases of a description, and the fields of which at least one must be set."""


def _description(row: Row) -> Iterator[Violation]:
    """Customers read the description, but only the fields are enforced."""
    for words, fields in DESCRIPTION_RULES:
        match = re.search(words, row["description"], re.IGNORECASE)
        if match and not any(row.get(field) for field in fields):
            yield "description", f"promises {match[0]!r}, which needs {' or '.join(fields)}"


def _currencies(row: Row, currency: str) -> Iterator[Violation]:
    for field, money in _amounts(row, ""):
        if money["currency"] != currency:
            yield field, f"is in {money['currency']}, but the first product is in {currency}"


def _amounts(value: Any, path: str) -> Iterable[tuple[str, Row]]:
    """Yields every amount of money below a value, with its path."""
    if isinstance(value, dict) and "currency" in value:
        yield path.removeprefix("."), value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _amounts(child, f"{path}.{key}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _amounts(child, f"{path}[{index}]")
