"""DynamoDB's read and write units, from the calls that were made.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html: a write
unit carries 1 KB, a read unit 4 KB; a transaction costs twice, a read that may be stale half.

Where the engine would have to tell more than a call does, the number is an upper bound: an update
counts with the whole size of the item as it is at the end, and a write counts for every index of
its table, whether or not the item is in it.
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
    """What the size of a write depends on: the item's current bytes by key, and the indexes."""

    size_of: Callable[[Item], int]
    indexes: int


Tables = Callable[[str], Table]


def item_bytes(item: Item) -> int:
    """About what DynamoDB counts for an item: its names and values as UTF-8.

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
    """The read units of a recorded call; 0 for a call that reads nothing."""
    request, answer = call["request"], call["response"]
    name = call["operation"]
    if name == "TransactGetItems":
        return sum(2 * _reads(found.get("Item", {})) for found in answer["Responses"])
    if name == "BatchGetItem":
        return sum(_batch_reads(request, answer))
    if name == "GetItem":
        return _reads(answer.get("Item", {})) * _freshness(request)
    if name in ("Query", "Scan"):
        size = sum(map(item_bytes, answer["Items"]))
        return max(1, ceil(size / READ_BYTES)) * _freshness(request)
    return 0


def _batch_reads(request: Item, answer: Item) -> Iterator[float]:
    for table, asked in request["RequestItems"].items():
        found = answer["Responses"].get(table, [])
        missing = len(asked["Keys"]) - len(found)
        yield (sum(map(_reads, found)) + missing) * _freshness(asked)


def _reads(item: Item) -> int:
    return max(1, ceil(item_bytes(item) / READ_BYTES))


def _freshness(request: Item) -> float:
    return 1.0 if request.get("ConsistentRead") else 0.5


def write_units(call: Call, tables: Tables) -> float:
    """The write units of a recorded call; 0 for a call that writes nothing."""
    factor = 2 if call["operation"] == "TransactWriteItems" else 1
    return sum(factor * _writes(kind, asked, tables) for kind, asked in _operations(call))


def writes(call: Call) -> Iterator[tuple[str, Item]]:
    """The table, and the item or the key, of everything that a recorded call writes."""
    for kind, asked in _operations(call):
        if kind in ("Put", "Update"):
            yield asked["TableName"], asked


def _operations(call: Call) -> list[tuple[str, Item]]:
    request, name = call["request"], call["operation"]
    if name == "TransactWriteItems":
        return [next(iter(one.items())) for one in request["TransactItems"]]
    kind = name.removesuffix("Item")
    return [(kind, request)] if kind in WRITES else []


def _writes(kind: str, asked: Item, tables: Tables) -> int:
    table = tables(asked["TableName"])
    item = asked.get("Item")
    size = item_bytes(item) if item else table.size_of(asked["Key"])
    copies = 1 if kind == "ConditionCheck" else 1 + table.indexes
    return max(1, ceil(size / WRITE_BYTES)) * copies
