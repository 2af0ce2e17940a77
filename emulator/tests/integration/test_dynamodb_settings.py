"""What AWS's DynamoDB does under load can be switched on while the emulator runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud

PATH = "/_host/dynamodb"


@pytest.fixture
def settings(cloud: Cloud) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=cloud.endpoint) as client:
        yield client
        client.delete(PATH)


def test_everything_is_off_by_default(settings: httpx.Client) -> None:
    shown = settings.get(PATH).json()
    assert not shown["throttling"]
    assert (shown["stale_read_seconds"], shown["transaction_seconds"]) == (0, 0)


def test_reads_are_stale_until_that_is_switched_off(cloud: Cloud, settings: httpx.Client) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("id")
    key: Any = {"id": {"S": "1"}}
    changed = settings.put(PATH, json={"stale_read_seconds": 600})
    dynamodb.put_item(TableName=table, Item=key)

    assert changed.json()["stale_read_seconds"] == 600
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key)
    assert "Item" in dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
    settings.delete(PATH)
    assert "Item" in dynamodb.get_item(TableName=table, Key=key)


def test_a_partition_is_throttled_with_the_reason(cloud: Cloud, settings: httpx.Client) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("id")
    settings.put(PATH, json={"throttling": True, "partition_write_units": 1})
    requests = [{"TableName": table, "Item": {"id": {"S": "1"}}}] * 5
    with pytest.raises(ClientError) as refused:
        [dynamodb.put_item(**request) for request in requests]
    assert refused.value.response["Error"]["Code"] == "ThrottlingException"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"stale_read_seconds": -1}', "stale_read_seconds is -1: give a number of seconds"),
        (b'{"stale": 1}', "There is no setting 'stale'. Settings are: stale_read_seconds, "),
        (b"[]", "The body is no JSON object of settings."),
        (b"{", "The body is no JSON: "),
        (b"[" * 100_000, "The body is no JSON: "),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    settings: httpx.Client, body: bytes, message: str
) -> None:
    before = settings.get(PATH).json()
    refused = settings.put(PATH, content=body)
    assert refused.status_code == 400
    assert refused.json()["message"].startswith(message)
    assert settings.get(PATH).json() == before
