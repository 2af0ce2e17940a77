"""Condition keys of requests for items: their attributes, and what is returned of them.

They are determined only if a policy depends on them. PartiQL's come with its permissions.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from embedded_dynamodb.errors import DynamoDBError
from embedded_dynamodb.expressions import condition, key_condition, projection, update
from embedded_dynamodb.expressions.nodes import Names, Path, paths_of
from localstack_host.services.iam.required_permissions.dynamodb import PARTS
from localstack_host.services.iam.required_permissions.permission import Params, Permission

PREFIX = "dynamodb:"
READING = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})
BATCHES = frozenset({"BatchGetItem", "BatchWriteItem"})
TRANSACTIONS = frozenset({"TransactGetItems", "TransactWriteItems"})
RETURNING = frozenset({"DeleteItem", "PutItem", "UpdateItem"})
# Parameters with the names of attributes, and with items.
NAMED = (
    "AttributesToGet",
    "AttributeUpdates",
    "Expected",
    "Item",
    "Key",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
)
CONDITIONS = ("ConditionExpression", "FilterExpression")

Part = tuple[str, str, Params]


def of(operation: str, params: Params, need: Permission) -> dict[str, tuple[str, ...]]:
    """The keys for a permission that a request requires: those of its parts on the same table."""
    action, table = need.action.removeprefix(PREFIX), _table_of(need.resource)
    parts = [
        part
        for kind, name, part in _parts(operation, params)
        if kind == action and name.rpartition("/")[2] == table
    ]
    if not parts:
        return {}
    found = {"attributes": tuple(dict.fromkeys(name for part in parts for name in _names(part)))}
    if action in READING:
        found["select"] = (_selected(parts),)
    if action in RETURNING:
        found["returnvalues"] = (parts[0].get("ReturnValues") or "NONE",)
    if operation in TRANSACTIONS:
        found["enclosingoperation"] = (operation,)
    found["returnconsumedcapacity"] = (params.get("ReturnConsumedCapacity") or "NONE",)
    return {f"{PREFIX}{key}": values for key, values in found.items() if values}


def _table_of(resource: str) -> str:
    return resource.partition(":table/")[2].partition("/")[0]


def _parts(operation: str, params: Params) -> Iterator[Part]:
    """Each action in a request, its table, and its parameters."""
    if operation in TRANSACTIONS:
        yield from _together(params["TransactItems"])
    elif operation in BATCHES:
        for table, asked in params["RequestItems"].items():
            yield from ((operation, table, part) for part in _on_table(asked))
    elif "TableName" in params:
        yield operation, params["TableName"], params


def _together(parts: Iterable[Params]) -> Iterator[Part]:
    for part in parts:
        for kind, action in part.items():
            yield PARTS[kind].removeprefix(PREFIX), action["TableName"], action


def _on_table(asked: Any) -> Iterator[Params]:
    """The keys that a batch reads of a table, or the items that it writes there."""
    if isinstance(asked, Mapping):
        return ({**asked, "Key": key} for key in asked.get("Keys") or ())
    return (action for write in asked for action in write.values())


def _selected(parts: list[Params]) -> str:
    """What is returned of items: all of their attributes, if it is so of one of them."""
    kinds = list(dict.fromkeys(map(_selected_of_one, parts)))
    return next((kind for kind in kinds if kind != "SPECIFIC_ATTRIBUTES"), kinds[0])


def _selected_of_one(part: Params) -> str:
    if part.get("Select"):
        return str(part["Select"])
    if part.get("ProjectionExpression") or part.get("AttributesToGet"):
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if part.get("IndexName") else "ALL_ATTRIBUTES"


def _names(part: Params) -> Iterator[str]:
    """The names of the attributes in an action's parameters."""
    for parameter in NAMED:
        yield from part.get(parameter) or ()
    names: Names = part.get("ExpressionAttributeNames") or {}
    # The engine refuses what is no expression, or has a placeholder without a name.
    with suppress(DynamoDBError, KeyError):
        for path in _paths(part):
            yield str(path.resolved(names)[0])


def _paths(part: Params) -> Iterator[Path]:
    if text := part.get("ProjectionExpression"):
        yield from projection(text).paths
    for kind in CONDITIONS:
        if text := part.get(kind):
            yield from condition(text, kind).paths
    if text := part.get("KeyConditionExpression"):
        yield from key_condition(text).condition.paths
    if text := part.get("UpdateExpression"):
        yield from _updated(update(text))


def _updated(parsed: Any) -> Iterator[Path]:
    for action in parsed.actions:
        yield action.path
        yield from paths_of(action.value)
