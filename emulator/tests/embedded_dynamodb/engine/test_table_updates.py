"""UpdateTable: throughput, protection and indexes; a change that cannot be changes nothing."""

from typing import Any

import pytest

from tests.embedded_dynamodb.engine.table_definitions import (
    INVALID,
    MANY,
    ON_DEMAND,
    UNITS,
    types,
)

Client = Any


def test_a_protected_table_is_not_deleted(client: Client) -> None:
    client.table("orders", DeletionProtectionEnabled=True)
    refused = client.refusal("DeleteTable", TableName="orders")
    assert "protected against deletion" in refused.message
    client("UpdateTable", TableName="orders", DeletionProtectionEnabled=False)
    answer = client("DeleteTable", TableName="orders")
    assert answer["TableDescription"]["TableStatus"] == "DELETING"
    assert client("ListTables") == {"TableNames": []}
    client.table("orders")
    assert client("Scan", TableName="orders")["Count"] == 0


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {},
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates or TableClass is "
            "required",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            f"{INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
        ),
        (
            {"ProvisionedThroughput": UNITS},
            f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
            "BillingMode is PAY_PER_REQUEST",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False}},
            "Table has no stream to disable: orders",
        ),
        (
            {"ReplicaUpdates": [{"Create": {"RegionName": "us-east-1"}}]},
            "ReplicaUpdates for us-east-1 are not supported: this DynamoDB has no global tables. "
            "Create a table in each region.",
        ),
        (
            {"ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]},
            "Cannot add, delete, or update the local region through ReplicaUpdates. Use "
            "CreateTable, DeleteTable, or UpdateTable as required.",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{}]},
            f"{INVALID}One of GlobalSecondaryIndexUpdate.Update, "
            "GlobalSecondaryIndexUpdate.Create, "
            "GlobalSecondaryIndexUpdate.Delete must not be null",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "none"}}] * 2},
            f"{INVALID}Only one global secondary index update per index is allowed simultaneously. "
            "Index: none",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Create": MANY[0]}]},
            f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
            "Keys: [p], "
            "AttributeDefinitions: []",
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [{"Create": MANY[0] | {"IndexName": "gsi"}}],
                "AttributeDefinitions": types("p"),
            },
            f"{INVALID}Attempting to create an index which already exists: gsi",
        ),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(
    client: Client, parameters: dict[str, Any], message: str
) -> None:
    client.table("orders", GlobalSecondaryIndexes=[client.index("gsi", "p")])
    before = client("DescribeTable", TableName="orders")
    assert client.refusal("UpdateTable", TableName="orders", **parameters).message == message
    assert client("DescribeTable", TableName="orders") == before


def test_an_index_that_is_not_there_is_not_deleted(client: Client) -> None:
    client.table("orders")
    for kind in ("Delete", "Update"):
        refused = client.refusal(
            "UpdateTable",
            TableName="orders",
            GlobalSecondaryIndexUpdates=[{kind: {"IndexName": "none"}}],
        )
        assert refused.code == "ResourceNotFoundException"


def test_throughput_goes_up_and_down_but_not_nowhere(client: Client) -> None:
    client.table("orders", BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    refused = client.refusal("UpdateTable", TableName="orders", ProvisionedThroughput=UNITS)
    assert refused.message.startswith(
        "The provisioned throughput for the table will not change. The requested value equals the "
        "current value. Current ReadCapacityUnits provisioned for the table: 5."
    )
    more = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 6}
    client("UpdateTable", TableName="orders", ProvisionedThroughput=more)
    described = client("DescribeTable", TableName="orders")["Table"]["ProvisionedThroughput"]
    assert described["ReadCapacityUnits"] == 10
    assert "LastIncreaseDateTime" in described
    client("UpdateTable", TableName="orders", **ON_DEMAND)
    described = client("DescribeTable", TableName="orders")["Table"]
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_one_index_is_created_or_deleted_at_a_time(client: Client) -> None:
    table = client.table()
    refused = client.refusal(
        "UpdateTable",
        TableName=table,
        GlobalSecondaryIndexUpdates=[
            {"Delete": {"IndexName": "one"}},
            {"Delete": {"IndexName": "another"}},
        ],
    )
    assert (refused.code, refused.message) == (
        "LimitExceededException",
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
        "per table",
    )
