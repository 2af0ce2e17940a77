"""A function that reads the stream of a table."""

from __future__ import annotations

from typing import Any

from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

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
