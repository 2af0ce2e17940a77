"""DynamoDB's read units, and their price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from checkout.adapters.dynamodb import encode
from lab.measure.cost import prices
from lab.measure.cost.units import READ_BYTES, item_bytes

Item = Mapping[str, Any]


def size(item: Item) -> int:
    """The approximate size in bytes of an item of plain Python values."""
    return item_bytes(encode(item))


def read_units(items: Iterable[Item], fresh: bool = False) -> float:
    """The read units of one Query or Scan of these items; twice as many if `fresh`.

    Items that a filter removes count, too: see
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html.
    """
    return units(sum(map(size, items)), fresh)


def units(read_bytes: int, fresh: bool = False) -> float:
    """The read units of this many bytes: one for each 4 KB, half if eventually consistent."""
    return max(1, ceil(read_bytes / READ_BYTES)) * (1.0 if fresh else 0.5)


def usd(read: float) -> float:
    """The list price of read units in US dollars (lab/measure/cost/prices.json)."""
    return read * prices.load().of("read_units").usd
