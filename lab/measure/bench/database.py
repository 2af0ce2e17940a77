"""Measures the duration of a database call, with the emulator's gateway and permissions."""

from __future__ import annotations

import time

from lab import seed
from lab.core.target import Target

NOTHING = {":nothing": {"N": "0"}}


def conditional_updates(target: Target, count: int) -> list[float]:
    """Returns the seconds of `count` conditional updates of a product's stock; none changes it.

    `checkouts.stock_up` has put the product there.
    """
    client, times = target.client("dynamodb"), []
    (product,) = seed.generate(1).products
    request = {
        "TableName": target.table("inventory"),
        "Key": {"sku": {"S": product["sku"]}},
        "UpdateExpression": "ADD available :nothing",
        "ConditionExpression": "available >= :nothing",
        "ExpressionAttributeValues": NOTHING,
    }
    for _ in range(count):
        began = time.perf_counter()
        client.update_item(**request)
        times.append(time.perf_counter() - began)
    return times
