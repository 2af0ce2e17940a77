"""Keys of secondary indexes must have the type that the table declares for them.

AWS refuses a write that breaks this; moto stores it, and the item is then in no index. And an
update that names nothing to change does not fail: it makes the item, if it is not there.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from localstack_host.services.dynamodb.transactions import restore

Original = Callable[..., Item]


def put_item(
    original: Original, table: Table, item_attrs: dict[str, Any], *rest: Any, **more: Any
) -> Item:
    """`original`, moto's, for an item that has the types of its index keys."""
    _require_types(table, {name: next(iter(value)) for name, value in item_attrs.items()})
    return original(table, item_attrs, *rest, **more)


def update_item(
    original: Original,
    backend: DynamoDBBackend,
    table_name: str,
    key: dict[str, Any],
    *rest: Any,
    **more: Any,
) -> Item:
    """`original`, moto's; a result with the wrong types of its index keys is taken back."""
    table = backend.get_table(table_name)
    more["attribute_updates"] = more.get("attribute_updates") or {}
    if not _may_change_index_keys(table, *rest, **more):
        return original(backend, table_name, key, *rest, **more)
    before = copy.deepcopy(table.get_item(*backend.get_keys_value(table, key)))
    item = original(backend, table_name, key, *rest, **more)
    try:
        _require_types(table, {name: value.type for name, value in item.attrs.items()})
    except MockValidationException:
        restore(table, item.hash_key, item.range_key, before)
        raise
    return item


def _may_change_index_keys(table: Table, *rest: Any, **more: Any) -> bool:
    """Whether the request mentions a key of an index; most updates do not, and need no copy."""
    keys = {key["AttributeName"] for index in table.all_indexes() for key in index.schema}
    said = json.dumps((rest, more), default=str)
    return any(name in said for name in keys)


def _require_types(table: Table, types: Mapping[str, str]) -> None:
    declared = {entry["AttributeName"]: entry["AttributeType"] for entry in table.attr}
    for index in table.all_indexes():
        for name in (key["AttributeName"] for key in index.schema):
            if types.get(name, declared[name]) != declared[name]:
                raise MockValidationException(
                    "One or more parameter values were invalid: Type mismatch for Index Key"
                    f" {name} Expected: {declared[name]} Actual: {types[name]}"
                    f" IndexName: {index.name}"
                )
