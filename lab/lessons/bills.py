"""What reading costs: DynamoDB's read units, and their price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from checkout.adapters.dynamodb import encode
from lab.measure.cost import prices
from lab.measure.cost.units import READ_BYTES, item_bytes

Item = Mapping[str, Any]


def size(item: Item) -> int:
    """The bytes that DynamoDB counts for an item of plain Python values, nearly."""
    return item_bytes(encode(item))


def read_units(items: Iterable[Item], fresh: bool = False) -> float:
    """What one Query or Scan that reads these items is billed; twice as much if `fresh`.

    All that is read counts, whether or not a filter lets it through: see
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html.
    """
    return units(sum(map(size, items)), fresh)


def units(read_bytes: int, fresh: bool = False) -> float:
    """Read units of so many bytes: steps of 4 KB, half price if the answer may be old."""
    return max(1, ceil(read_bytes / READ_BYTES)) * (1.0 if fresh else 0.5)


def usd(read: float) -> float:
    """The list price of so many read units, in US dollars (lab/measure/cost/prices.json)."""
    return read * prices.load().of("read_units").usd
