"""DynamoDB: transactions require the permissions of their parts, and indexes are resources.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.key_conditions import key_condition
from localstack_host.services.iam import stored
from localstack_host.services.iam.required_permissions import partiql
from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    Params,
    Permission,
    Permissions,
    Place,
)

# The general rule has the same result for these, after a longer search.
ON_ONE_ITEM = frozenset({"DeleteItem", "GetItem", "PutItem", "UpdateItem"})
PARTS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Get": "dynamodb:GetItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
LEADING_KEYS = "dynamodb:leadingkeys"
Item = Mapping[str, Mapping[str, Any]]


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission for each table, index or stream that the operation uses."""
    if operation in ON_ONE_ITEM and "TableName" in params:
        return [_on_items(f"dynamodb:{operation}", params["TableName"], [_item(params)], place)]
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return _together(params["TransactItems"], place)
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [
            _on_items(f"dynamodb:{operation}", table, _items(asked), place)
            for table, asked in params["RequestItems"].items()
        ]
    if operation in ("Query", "Scan"):
        return [
            Permission(f"dynamodb:{operation}", _searched(params, place), _asked(params, place))
        ]
    if operation in partiql.STATEMENTS:
        return partiql.needs(operation, params, place)
    if operation == "GetRecords":
        stream, _, _shard = params["ShardIterator"].partition("|")
        return [Permission("dynamodb:GetRecords", stream)]
    return None


def _together(parts: Iterable[Params], place: Place) -> Permissions:
    items: dict[tuple[str, str], list[Item]] = {}
    for part in parts:
        for kind, action in part.items():
            items.setdefault((PARTS[kind], action["TableName"]), []).append(_item(action))
    return [_on_items(action, table, found, place) for (action, table), found in items.items()]


def _item(action: Params) -> Item:
    item: Item = action.get("Key") or action.get("Item") or {}
    return item


def _items(asked: Any) -> list[Item]:
    """The keys to read of one table, or the items to write there."""
    if isinstance(asked, Mapping):
        return list(asked.get("Keys") or ())
    return [_item(part) for write in asked for part in write.values()]


def _on_items(action: str, table: str, items: Iterable[Item], place: Place) -> Permission:
    values = tuple([value for item in items if item for value in _leading(item, table, place)])
    keys: Keys = ((LEADING_KEYS, values),) if values else ()
    return Permission(action, _table(place, table), keys)


def _leading(item: Item, table: str, place: Place) -> list[str]:
    if len(item) == 1:
        (name,) = item
    else:
        name = stored.partition_key(place.account, place.region, _name(table)) or ""
    return _texts(item.get(name) or {})


def _texts(value: Mapping[str, Any]) -> list[str]:
    return [text for kind, text in value.items() if kind in ("S", "N")]


def _asked(params: Params, place: Place) -> Keys:
    """The partition key in the conditions of a query."""
    table, index = _name(params["TableName"]), params.get("IndexName")
    asked = _equalities(params)
    key = stored.partition_key(place.account, place.region, table, index) if asked else None
    texts = tuple(_texts(asked.get(key) or {})) if key else ()
    return ((LEADING_KEYS, texts),) if texts else ()


def _equalities(params: Params) -> Mapping[str, Any]:
    """The values that a query asks for; none if its expression is wrong, which the engine says."""
    if text := params.get("KeyConditionExpression"):
        names = params.get("ExpressionAttributeNames") or {}
        values = params.get("ExpressionAttributeValues") or {}
        with suppress(ValidationException):
            return key_condition(text).equalities(names, values)
        return {}
    conditions = params.get("KeyConditions") or {}
    equal = {n: c for n, c in conditions.items() if c.get("ComparisonOperator") == "EQ"}
    return {name: one["AttributeValueList"][0] for name, one in equal.items()}


def _name(table: str) -> str:
    return table.rpartition("/")[2] if table.startswith("arn:") else table


def _searched(params: Params, place: Place) -> str:
    table = _table(place, params["TableName"])
    index = params.get("IndexName")
    return f"{table}/index/{index}" if index else table


def _table(place: Place, table: str) -> str:
    return place.named("dynamodb", "table/", table)
