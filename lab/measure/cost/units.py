"""Computes the read and write units of recorded DynamoDB calls.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html: a write
unit is 1 KB, a read unit 4 KB; transactions cost twice, eventually consistent reads half.

The numbers are upper bounds: an update counts the size of the whole item as it is at the end, and a
write counts for every index of its table, whether or not the item is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

Item = Mapping[str, Any]
Call = Mapping[str, Any]

READ_BYTES = 4096
WRITE_BYTES = 1024
WRITES = ("Put", "Update", "Delete", "ConditionCheck")


@dataclass(frozen=True)
class Table:
    """A table: a function from a key to the item's current bytes, and the number of indexes."""

    size_of: Callable[[Item], int]
    indexes: int


Tables = Callable[[str], Table]


def item_bytes(item: Item) -> int:
    """The approximate size of an item in DynamoDB: its names and values as UTF-8.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Item) -> int:
    ((kind, content),) = value.items()
    if kind == "M":
        return 3 + item_bytes(content) + len(content)
    if kind == "L":
        return 3 + sum(_value_bytes(entry) + 1 for entry in content)
    if kind == "N":
        return ceil(len(content.strip("-")) / 2) + 1
    if kind in ("BOOL", "NULL"):
        return 1
    texts = content if kind in ("SS", "NS", "BS") else [content]
    return sum(len(text.encode()) for text in texts)


def read_units(call: Call) -> float:
    """The read units of a recorded call; 0 for other operations."""
    request, response = call["request"], call["response"]
    name = call["operation"]
    if name == "TransactGetItems":
        return sum(2 * _item_read_units(entry.get("Item", {})) for entry in response["Responses"])
    if name == "BatchGetItem":
        return sum(_batch_reads(request, response))
    if name == "GetItem":
        return _item_read_units(response.get("Item", {})) * _consistency_factor(request)
    if name in ("Query", "Scan"):
        size = sum(map(item_bytes, response["Items"]))
        return max(1, ceil(size / READ_BYTES)) * _consistency_factor(request)
    return 0


def _batch_reads(request: Item, response: Item) -> Iterator[float]:
    for table, query in request["RequestItems"].items():
        items = response["Responses"].get(table, [])
        missing = len(query["Keys"]) - len(items)
        yield (sum(map(_item_read_units, items)) + missing) * _consistency_factor(query)


def _item_read_units(item: Item) -> int:
    return max(1, ceil(item_bytes(item) / READ_BYTES))


def _consistency_factor(request: Item) -> float:
    return 1.0 if request.get("ConsistentRead") else 0.5


def write_units(call: Call, tables: Tables) -> float:
    """The write units of a recorded call; 0 for other operations."""
    factor = 2 if call["operation"] == "TransactWriteItems" else 1
    return sum(factor * _item_write_units(kind, write, tables) for kind, write in _operations(call))


def writes(call: Call) -> Iterator[tuple[str, Item]]:
    """Yields the table and the request of everything that a recorded call puts or updates."""
    for kind, write in _operations(call):
        if kind in ("Put", "Update"):
            yield write["TableName"], write


def _operations(call: Call) -> list[tuple[str, Item]]:
    request, name = call["request"], call["operation"]
    if name == "TransactWriteItems":
        return [next(iter(one.items())) for one in request["TransactItems"]]
    kind = name.removesuffix("Item")
    return [(kind, request)] if kind in WRITES else []


def _item_write_units(kind: str, write: Item, tables: Tables) -> int:
    table = tables(write["TableName"])
    item = write.get("Item")
    size = item_bytes(item) if item else table.size_of(write["Key"])
    copies = 1 if kind == "ConditionCheck" else 1 + table.indexes
    return max(1, ceil(size / WRITE_BYTES)) * copies
