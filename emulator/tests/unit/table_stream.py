"""The stream of a table on the engine, as the poller of an event source mapping asks for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from embedded_dynamodb.engine import Engine

TABLE: dict[str, Any] = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


class Expired(Exception):
    """In place of botocore's."""


class StreamClient:
    """A client of the engine's streams, with a clock that the test moves."""

    def __init__(self, view: str = "KEYS_ONLY") -> None:
        self.now = 1_800_000_000.0
        self.engine = Engine(clock=lambda: self.now)
        self.exceptions = type("Exceptions", (), {"ExpiredIteratorException": Expired})
        stream = {"StreamEnabled": True, "StreamViewType": view}
        created = self.call("CreateTable", TABLE | {"StreamSpecification": stream})
        self.arn = created["TableDescription"]["LatestStreamArn"]

    def put(self, *ids: int) -> None:
        for number in ids:
            self.call("PutItem", {"TableName": "orders", "Item": {"id": {"S": str(number)}}})

    def describe_stream(self, **request: Any) -> Any:
        return self.call("DescribeStream", request)

    def get_shard_iterator(self, **request: Any) -> Any:
        return self.call("GetShardIterator", request)

    def get_records(self, **request: Any) -> Any:
        response = self.call("GetRecords", request)
        for record in response["Records"]:
            seconds = record["dynamodb"]["ApproximateCreationDateTime"]
            record["dynamodb"]["ApproximateCreationDateTime"] = datetime.fromtimestamp(seconds, UTC)
        return response

    def call(self, operation: str, request: Any) -> Any:
        answer = self.engine.handle(operation, json.dumps(request).encode())
        if b"ExpiredIteratorException" in answer.body:
            raise Expired
        assert answer.status == 200, answer.body
        return json.loads(answer.body)
