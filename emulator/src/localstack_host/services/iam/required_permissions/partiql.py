"""PartiQL: each statement requires a permission of its own, on its table or index.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from embedded_dynamodb.errors import DynamoDBError
from embedded_dynamodb.expressions.nodes import Path, leaves_of, paths_of
from embedded_dynamodb.partiql.keys import key_of, partitions_of
from embedded_dynamodb.partiql.statements import Change, Delete, Insert, Select, Statement
from embedded_dynamodb.partiql.targets import bound_statement
from embedded_dynamodb.tables.keys import Item, KeySchema
from localstack_host.services.iam import stored
from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    Params,
    Permission,
    Permissions,
    Place,
)

ARN_PARTS = 6
TRANSACTION = "ExecuteTransaction"
# Where the statements of an operation are; in the request itself if it has only one.
STATEMENTS = {
    "ExecuteStatement": "",
    "BatchExecuteStatement": "Statements",
    TRANSACTION: "TransactStatements",
}


def needs(operation: str, params: Params, place: Place) -> Permissions:
    """A permission for each statement. One that is wrong requires none, as the engine refuses it.

    EXISTS reads an item, as a SELECT does.
    """
    member = STATEMENTS[operation]
    found = []
    for one in params[member] if member else [params]:
        try:
            parsed, values = bound_statement(dict(one))
        except DynamoDBError:
            continue
        keys = _keys(parsed, values, place)
        if operation == TRANSACTION:
            keys += (("dynamodb:enclosingoperation", (operation,)),)
        found.append(Permission(_action(parsed), _resource(parsed, place), keys))
    return found


def _action(parsed: Statement) -> str:
    names = {Insert: "Insert", Change: "Update", Delete: "Delete"}
    return f"dynamodb:PartiQL{names.get(type(parsed), 'Select')}"


def _resource(parsed: Statement, place: Place) -> str:
    table = place.named("dynamodb", "table/", parsed.table)
    index = parsed.index if isinstance(parsed, Select) else None
    return f"{table}/index/{index}" if index else table


def _keys(parsed: Statement, values: Item, place: Place) -> Keys:
    found: list[tuple[str, tuple[str, ...]]] = []
    leading = _leading(parsed, values, place)
    if leading:
        found.append(("dynamodb:leadingkeys", tuple(leading)))
    if isinstance(parsed, Select):
        found.append(("dynamodb:fulltablescan", ("true" if leading is None else "false",)))
        found.append(("dynamodb:select", (_selected(parsed),)))
    elif isinstance(parsed, Change | Delete):
        found.append(("dynamodb:returnvalues", (parsed.returning or "NONE",)))
    attributes = tuple(dict.fromkeys(_attributes(parsed, values)))
    return (*found, ("dynamodb:attributes", attributes)) if attributes else tuple(found)


def _leading(parsed: Statement, values: Item, place: Place) -> list[str] | None:
    """The partition keys that a statement names; None if it looks at all of them."""
    index = parsed.index if isinstance(parsed, Select) else None
    schema = _schema(place.named("dynamodb", "table/", parsed.table), index)
    if schema is None:  # the engine says that there is no such table
        return []
    name = schema.hash[0].name
    if isinstance(parsed, Insert):
        found = [values[parsed.item].get("M", {}).get(name, {})]
    elif parsed.where is None:
        return None
    elif isinstance(parsed, Select):
        try:
            partitions = partitions_of(parsed.where.test, values, schema)
        except DynamoDBError:  # which is the engine's answer
            return []
        if partitions is None:
            return None
        found = [partition.key[0] for partition in partitions]
    else:
        key = key_of(parsed.where.test, values, schema) or {}
        found = [key.get(name, {})]
    return [text for value in found for kind, text in value.items() if kind in ("S", "N")]


def _schema(table: str, index: str | None) -> KeySchema | None:
    parts = table.split(":", 5)
    if len(parts) < ARN_PARTS:
        return None
    *_, region, account, name = parts
    return stored.key_schema(account, region, name.removeprefix("table/"), index)


def _selected(parsed: Select) -> str:
    if parsed.columns is not None:
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if parsed.index else "ALL_ATTRIBUTES"


def _attributes(parsed: Statement, values: Item) -> Iterator[str]:
    """The names of the attributes that a statement mentions."""
    if isinstance(parsed, Insert):
        yield from values[parsed.item].get("M", {})
    if isinstance(parsed, Select):
        yield from _names(parsed.columns or ())
    if isinstance(parsed, Change):
        for action in parsed.update.actions:
            yield from _names([action.path, *paths_of(action.value)])
    if parsed.where is not None:
        for leaf in leaves_of(parsed.where.test):
            yield from _names(paths_of(leaf))


def _names(paths: Iterable[Path]) -> Iterator[str]:
    return (str(path.parts[0]) for path in paths)
