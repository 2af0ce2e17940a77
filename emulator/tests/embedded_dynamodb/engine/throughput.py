"""Tables with throughput, and requests that take a known part of it."""

import json
from typing import Any

Client = Any
TABLE_MESSAGE = (
    "The level of configured provisioned throughput for the table was exceeded. Consider "
    "increasing your provisioning level with the UpdateTable API."
)
HOT_KEY = "bp-partition-key-design.html"
ARN = "arn:aws:dynamodb:eu-west-1:111111111111:table/orders"


def throughput(reads: int, writes: int) -> dict[str, int]:
    return {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}


def provisioned(client: Client, reads: int = 5, writes: int = 5, **more: Any) -> str:
    return str(
        client.table(
            "orders",
            BillingMode="PROVISIONED",
            ProvisionedThroughput=throughput(reads, writes),
            **more,
        )
    )


def put(client: Client, number: int = 0, size: int = 10, **more: Any) -> dict[str, Any]:
    """A put of a partition of its own, of a size in bytes."""
    item = client.item(p=f"{number:05d}", v="x" * (size - 7), **more)
    return {"TableName": "orders", "Item": item}


def get(client: Client, number: int = 0) -> dict[str, Any]:
    key = client.item(p=f"{number:05d}")
    return {"TableName": "orders", "Key": key, "ConsistentRead": True}


def accepted(client: Client, operation: str, *requests: dict[str, Any]) -> int:
    """How many requests of those are answered before one is throttled."""
    for place, request in enumerate(requests):
        body = json.dumps(request).encode()
        status = client.engine.handle(operation, body, client.account, "eu-west-1").status
        if status != 200:
            return place
    return len(requests)


def puts(client: Client, count: int) -> list[dict[str, Any]]:
    return [put(client, number) for number in range(count)]


def indexed(client: Client, reads: int = 100, writes: int = 2) -> None:
    index = client.index("by-g", "g") | {"ProvisionedThroughput": throughput(reads, writes)}
    provisioned(client, 100, 100, types={"g": "S"}, GlobalSecondaryIndexes=[index])
