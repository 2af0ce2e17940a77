"""A table to try things on: made like one of the shop's, and gone after the lesson."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.core import tables
from lab.lessons.lesson import Lesson

Item = Mapping[str, Any]
MARK = "lesson-"
WANTED = ("IndexName", "KeySchema", "Projection")


def table_like(lesson: Lesson, name: str) -> Any:
    """An empty boto3 table with the keys and indexes of one of the shop's.

    `table_like(lesson, "products")`. Those that an interrupted run left behind are taken away.
    """
    client = lesson.client("dynamodb")
    prefix = f"{MARK}{lesson.customer}-"
    _sweep(client, f"{MARK}ada-{lesson.number}-", prefix)
    made = f"{prefix}{name}-{uuid.uuid4().hex[:6]}"
    client.create_table(TableName=made, **_shape(client, lesson.target.table(name)))
    lesson.later(lambda: client.delete_table(TableName=made))
    client.get_waiter("table_exists").wait(TableName=made)
    return tables.resource(lesson.target).Table(made)


def _sweep(client: Any, prefix: str, keep: str) -> None:
    """Takes away the tables of this lesson's earlier runs, and none of this run's."""
    for page in client.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            if name.startswith(prefix) and not name.startswith(keep):
                client.delete_table(TableName=name)


def _shape(client: Any, like: str) -> dict[str, Any]:
    """What CreateTable needs to know, from what DescribeTable says."""
    found = client.describe_table(TableName=like)["Table"]
    indexes = [
        {name: index[name] for name in WANTED} for index in found.get("GlobalSecondaryIndexes", ())
    ]
    return {
        "KeySchema": found["KeySchema"],
        "AttributeDefinitions": found["AttributeDefinitions"],
        "BillingMode": "PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def window(
    table: Any, key_of: Callable[[Item], str], products: Sequence[Item], category: str
) -> list[Item]:
    """A category as the index gives it, when `key_of` makes every product's `listingKey`.

    The products are written anew, under a `listing` of their own. Prices are whole cents.
    """
    listing = f"WINDOW-{uuid.uuid4().hex[:6]}"
    with table.batch_writer() as batch:
        for product in products:
            key = key_of({**product, "price": int(product["price"])})
            batch.put_item(Item={**product, "listing": listing, "listingKey": key})
    found = table.query(
        IndexName="listing",
        KeyConditionExpression="listing = :listing AND begins_with(listingKey, :category)",
        ExpressionAttributeValues={":listing": listing, ":category": f"{category}#"},
    )
    items: list[Item] = found["Items"]
    return items


def keys_of(client: Any, name: str) -> dict[str, str]:
    """A row for a table: its key and the keys of its indexes, in words."""
    found = client.describe_table(TableName=name)["Table"]
    indexes = (
        f"{index['IndexName']}: {_words(index['KeySchema'])}"
        for index in found.get("GlobalSecondaryIndexes", ())
    )
    return {"table": name, "key": _words(found["KeySchema"]), "indexes": "; ".join(indexes)}


def _words(schema: Sequence[Item]) -> str:
    return ", then ".join(part["AttributeName"] for part in schema)
