"""A function that reads the stream of a table."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

NOTING = """
import os
import boto3

def handle(event, context):
    noted = boto3.resource("dynamodb").Table(os.environ["NOTED"])
    for record in event["Records"]:
        change = record["dynamodb"]
        noted.put_item(Item={
            "id": change["Keys"]["id"]["S"] + " " + record["eventName"],
            "sequence": change["SequenceNumber"],
            "old": change.get("OldImage", {}).get("n", {}).get("N", ""),
            "new": change.get("NewImage", {}).get("n", {}).get("N", ""),
            "source": record["eventSourceARN"],
        })
"""


def test_a_function_gets_each_change_with_its_images(cloud: Cloud) -> None:
    dynamodb = cloud.client("dynamodb")
    noted = cloud.table("id")
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    table = cloud.table("id", StreamSpecification=stream)
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    function = cloud.function(NOTING, Environment={"Variables": {"NOTED": noted}})
    cloud.client("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=arn, StartingPosition="TRIM_HORIZON"
    )

    key: Any = {"id": {"S": "a"}}
    dynamodb.put_item(TableName=table, Item=key | {"n": {"N": "1"}})
    dynamodb.put_item(TableName=table, Item=key | {"n": {"N": "2"}})
    dynamodb.delete_item(TableName=table, Key=key)

    def changes() -> list[dict[str, Any]]:
        items = dynamodb.scan(TableName=noted)["Items"]
        return sorted(items, key=lambda item: item["sequence"]["S"])

    wait_for(lambda: len(changes()) == 3, "the function has not had all three changes")
    images = [
        (item["id"]["S"], item["old"]["S"], item["new"]["S"], item["source"]["S"])
        for item in changes()
    ]
    assert images == [
        ("a INSERT", "", "1", arn),
        ("a MODIFY", "1", "2", arn),
        ("a REMOVE", "2", "", arn),
    ]


BATCHES = """
import boto3, json, os
def handle(event, context):
    body = json.dumps([r["dynamodb"]["Keys"]["id"]["S"] for r in event["Records"]])
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=body)
    if os.environ.get("FAILS", "-") in body:
        raise ValueError(body)
"""


class Batches:
    """A function that sends its batches of a new table's stream to a queue."""

    def __init__(self, cloud: Cloud, fails: str = "-", **settings: Any) -> None:
        self._cloud, self._sqs = cloud, cloud.client("sqs")
        self.table = cloud.table(
            "id", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        )
        self._queue = self._sqs.create_queue(QueueName=self.table)["QueueUrl"]
        variables = {"QUEUE": self._queue, "FAILS": fails}
        function = cloud.function(BATCHES, Environment={"Variables": variables})
        described = cloud.client("dynamodb").describe_table(TableName=self.table)
        self.mapping = cloud.client("lambda").create_event_source_mapping(
            FunctionName=function,
            EventSourceArn=described["Table"]["LatestStreamArn"],
            StartingPosition="TRIM_HORIZON",
            **settings,
        )["UUID"]
        self._seen: list[list[str]] = []
        self.wait_until("Enabled")

    def put(self, *ids: str) -> None:
        for each in ids:
            self._cloud.client("dynamodb").put_item(TableName=self.table, Item={"id": {"S": each}})

    def update(self, **settings: Any) -> None:
        client = self._cloud.client("lambda")
        client.update_event_source_mapping(UUID=self.mapping, **settings)
        self.wait_until("Enabled" if settings.get("Enabled", True) else "Disabled")

    def wait_until(self, state: str) -> None:
        client = self._cloud.client("lambda")
        wait_for(
            lambda: client.get_event_source_mapping(UUID=self.mapping)["State"] == state,
            f"the mapping is not {state}",
        )

    def seen(self, count: int, timeout_s: float = 30) -> list[list[str]]:
        """All batches so far, as soon as they have as many records."""

        def all_came() -> bool:
            answer = self._sqs.receive_message(
                QueueUrl=self._queue, WaitTimeSeconds=1, MaxNumberOfMessages=10
            )
            for message in answer.get("Messages", []):
                self._seen.append(json.loads(message["Body"]))
                receipt = message["ReceiptHandle"]
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=receipt)
            return sum(map(len, self._seen)) >= count

        wait_for(all_came, "not all records have come", timeout_s=timeout_s)
        return self._seen

    def remove(self) -> None:
        client = self._cloud.client("lambda")
        client.delete_event_source_mapping(UUID=self.mapping)
        wait_for(
            lambda: (
                not client.list_event_source_mappings(
                    EventSourceArn=self._cloud.client("dynamodb").describe_table(
                        TableName=self.table
                    )["Table"]["LatestStreamArn"]
                )["EventSourceMappings"]
            ),
            "the mapping is not deleted",
        )


def test_a_batch_is_collected_for_its_window(cloud: Cloud) -> None:
    batches = Batches(cloud, MaximumBatchingWindowInSeconds=3, BatchSize=4)
    batches.put("a", "b", "c")
    assert batches.seen(3) == [["a", "b", "c"]]
    batches.put("d", "e", "f", "g", "h")
    assert batches.seen(8) == [["a", "b", "c"], ["d", "e", "f", "g"], ["h"]]
    batches.remove()


def test_a_mapping_that_is_changed_continues_where_it_was(cloud: Cloud) -> None:
    batches = Batches(cloud, BatchSize=10)
    batches.put("a")
    assert batches.seen(1) == [["a"]]
    batches.update(MaximumBatchingWindowInSeconds=2)
    batches.put("b", "c")
    assert batches.seen(3) == [["a"], ["b", "c"]]
    batches.update(Enabled=False)
    batches.put("d")
    batches.update(Enabled=True)
    assert batches.seen(4) == [["a"], ["b", "c"], ["d"]]
    batches.remove()


def test_a_batch_that_fails_is_split(cloud: Cloud) -> None:
    batches = Batches(
        cloud,
        fails="c",
        BatchSize=4,
        MaximumBatchingWindowInSeconds=2,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
    )
    batches.put(*"abcd")
    assert batches.seen(10) == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"], ["c"], ["d"]]
    batches.remove()


def test_a_mapping_whose_batch_fails_for_ever_can_be_deleted(cloud: Cloud) -> None:
    batches = Batches(cloud, fails="a")
    batches.put("a")
    batches.seen(2)
    batches.remove()


COUNTS = """
import boto3, json, os
def handle(event, context):
    state = event["state"]
    for record in event["Records"]:
        state["count"] = state.get("count", 0) + 1
    if event["isFinalInvokeForWindow"]:
        ids = ["x"] * state["count"]
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(ids))
    return {"state": state}
"""


def test_a_function_counts_in_a_tumbling_window(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.integration.test_table_streams.BATCHES", COUNTS)
    batches = Batches(cloud, BatchSize=2, TumblingWindowInSeconds=3)
    batches.put(*"abcde")
    assert sum(map(len, batches.seen(5))) == 5
    assert len(batches.seen(5)) <= 2  # the five may lie in two windows
    batches.remove()
