"""Temporary tables with the schema of one of the shop's, deleted after the lesson."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.core import tables
from lab.lessons.lesson import Lesson

Item = Mapping[str, Any]
MARK = "lesson-"
INDEX_FIELDS = ("IndexName", "KeySchema", "Projection")


def table_like(lesson: Lesson, name: str) -> Any:
    """An empty boto3 table with the keys and indexes of one of the shop's.

    `table_like(lesson, "products")`. Deletes tables of interrupted runs.
    """
    client = lesson.client("dynamodb")
    prefix = f"{MARK}{lesson.customer}-"
    _sweep(client, f"{MARK}ada-{lesson.number}-", prefix)
    new_name = f"{prefix}{name}-{uuid.uuid4().hex[:6]}"
    client.create_table(TableName=new_name, **_shape(client, lesson.target.table(name)))
    lesson.later(lambda: client.delete_table(TableName=new_name))
    client.get_waiter("table_exists").wait(TableName=new_name)
    return tables.resource(lesson.target).Table(new_name)


def _sweep(client: Any, prefix: str, keep: str) -> None:
    """Deletes the tables of earlier runs of this lesson."""
    for page in client.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            if name.startswith(prefix) and not name.startswith(keep):
                client.delete_table(TableName=name)


def _shape(client: Any, like: str) -> dict[str, Any]:
    """The arguments of CreateTable, from the result of DescribeTable."""
    description = client.describe_table(TableName=like)["Table"]
    indexes = [
        {name: index[name] for name in INDEX_FIELDS}
        for index in description.get("GlobalSecondaryIndexes", ())
    ]
    return {
        "KeySchema": description["KeySchema"],
        "AttributeDefinitions": description["AttributeDefinitions"],
        "BillingMode": "PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def window(
    table: Any, key_of: Callable[[Item], str], products: Sequence[Item], category: str
) -> list[Item]:
    """The items of a category in the order of the index, with `listingKey` made by `key_of`.

    Writes copies of the products with a separate `listing`. Prices are in cents.
    """
    listing = f"WINDOW-{uuid.uuid4().hex[:6]}"
    with table.batch_writer() as batch:
        for product in products:
            key = key_of({**product, "price": int(product["price"])})
            batch.put_item(Item={**product, "listing": listing, "listingKey": key})
    response = table.query(
        IndexName="listing",
        KeyConditionExpression="listing = :listing AND begins_with(listingKey, :category)",
        ExpressionAttributeValues={":listing": listing, ":category": f"{category}#"},
    )
    items: list[Item] = response["Items"]
    return items


def keys_of(client: Any, name: str) -> dict[str, str]:
    """A row for a table: its key and the keys of its indexes, as text."""
    description = client.describe_table(TableName=name)["Table"]
    indexes = (
        f"{index['IndexName']}: {_key_text(index['KeySchema'])}"
        for index in description.get("GlobalSecondaryIndexes", ())
    )
    return {
        "table": name,
        "key": _key_text(description["KeySchema"]),
        "indexes": "; ".join(indexes),
    }


def _key_text(schema: Sequence[Item]) -> str:
    return ", then ".join(part["AttributeName"] for part in schema)
