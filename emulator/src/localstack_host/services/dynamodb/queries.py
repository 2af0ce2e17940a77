"""Query for moto, at a cost that does not grow with the table.

moto sorts all items of a table for every query. Here it gets to see only those that have the
wanted partition key: found at once in the table, and by looking at each item for an index.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

INDEX_NAME_POSITION = 6  # in moto's call, behind the partition key


def query(
    original: Callable[..., Any], table: Table, hash_key: DynamoType, *rest: Any, **filters: Any
) -> Any:
    """`original`, moto's: the same answer, from the table's relevant part."""
    index_name = rest[INDEX_NAME_POSITION]
    part = _partition(table, hash_key) if index_name is None else _indexed(table, hash_key, *rest)
    return original(part, hash_key, *rest, **filters)


def _partition(table: Table, hash_key: DynamoType) -> Table:
    part = _empty_copy(table)
    if hash_key in table.items:
        part.items[hash_key] = table.items[hash_key]
    return part


def _indexed(table: Table, hash_key: DynamoType, *rest: Any) -> Table:
    index = {index.name: index for index in table.all_indexes()}.get(rest[INDEX_NAME_POSITION])
    if index is None:
        return table  # moto says so
    name = next(key["AttributeName"] for key in index.schema if key["KeyType"] == "HASH")
    part = _empty_copy(table)
    for item in _items(table):
        if name in item.attrs and item.attrs[name] == hash_key:
            _add(part, item)
    return part


def _empty_copy(table: Table) -> Table:
    part = copy.copy(table)
    part.items = defaultdict(dict)
    return part


def _items(table: Table) -> list[Item]:
    if not table.has_range_key:
        return list(table.items.values())  # type: ignore[arg-type] # as moto has it
    return [item for group in table.items.values() for item in group.values()]


def _add(table: Table, item: Item) -> None:
    if item.range_key is None:
        table.items[item.hash_key] = item  # type: ignore[assignment]
    else:
        table.items[item.hash_key][item.range_key] = item
