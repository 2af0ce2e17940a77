"""DynamoDB: transactions require the permissions of their parts, and indexes are resources.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

from __future__ import annotations

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)

# The general rule has the same result for these, after a longer search.
ON_ONE_TABLE = frozenset({"DeleteItem", "GetItem", "PutItem", "UpdateItem"})
PARTS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Get": "dynamodb:GetItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission for each table or index that the operation uses."""
    if operation in ON_ONE_TABLE and "TableName" in params:
        return [Permission(f"dynamodb:{operation}", _table(place, params["TableName"]))]
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return [
            Permission(PARTS[part], _table(place, action["TableName"]))
            for item in params["TransactItems"]
            for part, action in item.items()
        ]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        tables = params["RequestItems"]
        return [Permission(f"dynamodb:{operation}", _table(place, table)) for table in tables]
    if operation in ("Query", "Scan"):
        return [Permission(f"dynamodb:{operation}", _searched(params, place))]
    return None


def _searched(params: Params, place: Place) -> str:
    table = _table(place, params["TableName"])
    index = params.get("IndexName")
    return f"{table}/index/{index}" if index else table


def _table(place: Place, table: str) -> str:
    return place.named("dynamodb", "table/", table)
