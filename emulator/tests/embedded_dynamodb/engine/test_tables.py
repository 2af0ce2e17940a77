"""Tables are made, described, listed and deleted; and their settings."""

import re
from typing import Any
from uuid import UUID

import pytest

from tests.embedded_dynamodb.engine.table_definitions import (
    INVALID,
    LOCAL,
    MANY,
    ON_DEMAND,
    UNITS,
    keys,
    types,
)

Client = Any
KMS = "arn:aws:kms:eu-west-1:111111111111"


def test_a_new_table_is_being_made_and_can_be_used(client: Client) -> None:
    answer = client(
        "CreateTable",
        TableName="orders",
        KeySchema=keys("p"),
        AttributeDefinitions=types("p"),
        ProvisionedThroughput=UNITS,
    )
    described = answer["TableDescription"]
    assert described["TableStatus"] == "CREATING"
    assert "WarmThroughput" not in described
    client.put("orders", p="a")
    described = client("DescribeTable", TableName="orders")["Table"]
    identity = described.pop("TableId")
    assert len(identity) == 36
    assert described == {
        "TableName": "orders",
        "TableStatus": "ACTIVE",
        "TableArn": "arn:aws:dynamodb:eu-west-1:111111111111:table/orders",
        "KeySchema": keys("p"),
        "AttributeDefinitions": types("p"),
        "CreationDateTime": 1_800_000_000.0,
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, **UNITS},
        "WarmThroughput": {"ReadUnitsPerSecond": 5, "WriteUnitsPerSecond": 6, "Status": "ACTIVE"},
        "DeletionProtectionEnabled": False,
        "ItemCount": 1,
        "TableSizeBytes": 2,
    }


def test_an_on_demand_table_says_so(client: Client) -> None:
    client.table(
        "orders",
        GlobalSecondaryIndexes=[client.index("gsi", "g")],
        types={"g": "S"},
        TableClass="STANDARD_INFREQUENT_ACCESS",
        OnDemandThroughput={"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": -1},
    )
    described = client("DescribeTable", TableName="orders")["Table"]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert described["OnDemandThroughput"]["MaxReadRequestUnits"] == 9
    (index,) = described["GlobalSecondaryIndexes"]
    assert index["IndexStatus"] == "ACTIVE"
    assert index["IndexArn"].endswith("table/orders/index/gsi")
    assert index["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_a_table_is_encrypted_by_a_key_of_its_own(client: Client) -> None:
    client.table(
        "orders", SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "1234"}
    )
    described = client("DescribeTable", TableName="orders")["Table"]
    assert described["SSEDescription"] == {
        "Status": "ENABLED",
        "SSEType": "KMS",
        "KMSMasterKeyArn": "arn:aws:kms:eu-west-1:111111111111:key/1234",
    }
    answer = client("UpdateTable", TableName="orders", SSESpecification={"Enabled": False})
    assert answer["TableDescription"]["SSEDescription"]["Status"] == "UPDATING"
    assert "SSEDescription" not in client("DescribeTable", TableName="orders")["Table"]


@pytest.mark.parametrize(
    "given",
    [{}, {"KMSMasterKeyId": "alias/aws/dynamodb"}, {"KMSMasterKeyId": f"{KMS}:alias/aws/dynamodb"}],
)
def test_an_alias_is_shown_as_the_key_that_it_leads_to(
    client: Client, given: dict[str, str]
) -> None:
    shown = []
    for name in ("orders", "stock"):
        client.table(name, SSESpecification={"Enabled": True, **given})
        described = client("DescribeTable", TableName=name)["Table"]
        shown.append(described["SSEDescription"]["KMSMasterKeyArn"])
    assert shown[0] == shown[1]
    assert re.fullmatch(f"{KMS}:key/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}", shown[0])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {},
            f"{INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED",
        ),
        (
            ON_DEMAND | {"ProvisionedThroughput": UNITS},
            f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
            "BillingMode is PAY_PER_REQUEST",
        ),
        (
            ON_DEMAND | {"KeySchema": keys("p", "p")},
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            ON_DEMAND | {"KeySchema": keys("p", "p"), "AttributeDefinitions": types("p", "s")},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            ON_DEMAND | {"KeySchema": keys("q")},
            f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. "
            "Keys: [q], "
            "AttributeDefinitions: [p]",
        ),
        (
            ON_DEMAND | {"KeySchema": [{"AttributeName": "p", "KeyType": "RANGE"}]},
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            ON_DEMAND | {"AttributeDefinitions": types("p", "x")},
            f"{INVALID}Number of attributes in KeySchema does not exactly match number of "
            "attributes "
            "defined in AttributeDefinitions",
        ),
        (
            ON_DEMAND | {"AttributeDefinitions": types("p", "p")},
            f"{INVALID}Cannot add duplicate attribute definitions: p",
        ),
        (
            ON_DEMAND | {"LocalSecondaryIndexes": LOCAL[:1]},
            f"{INVALID}Table KeySchema does not have a range key, which is required when "
            "specifying a "
            "LocalSecondaryIndex",
        ),
        (
            ON_DEMAND
            | {
                "LocalSecondaryIndexes": LOCAL,
                "KeySchema": keys("p", "s"),
                "AttributeDefinitions": types("p", "s"),
            },
            f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5",
        ),
        (
            ON_DEMAND | {"GlobalSecondaryIndexes": MANY},
            f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
        (
            ON_DEMAND | {"GlobalSecondaryIndexes": []},
            f"{INVALID}List of GlobalSecondaryIndexes is empty",
        ),
        (
            ON_DEMAND | {"GlobalSecondaryIndexes": MANY[:1] * 2},
            f"{INVALID}Duplicate index name: index0",
        ),
        (
            ON_DEMAND | {"GlobalSecondaryIndexes": [MANY[0] | {"ProvisionedThroughput": UNITS}]},
            f"{INVALID}ProvisionedThroughput should not be specified for index: index0 when "
            "BillingMode is PAY_PER_REQUEST",
        ),
        (
            ON_DEMAND | {"GlobalSecondaryIndexes": [MANY[0] | {"Projection": {}}]},
            f"{INVALID}Unknown ProjectionType: null",
        ),
        (
            ON_DEMAND
            | {
                "GlobalSecondaryIndexes": [
                    MANY[0] | {"Projection": {"ProjectionType": "ALL", "NonKeyAttributes": ["x"]}}
                ]
            },
            f"{INVALID}ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        (
            ON_DEMAND
            | {"GlobalSecondaryIndexes": [MANY[0] | {"Projection": {"ProjectionType": "INCLUDE"}}]},
            f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            ON_DEMAND | {"StreamSpecification": {"StreamEnabled": True}},
            f"{INVALID}StreamEnabled is true, but no StreamViewType is specified",
        ),
        (
            ON_DEMAND
            | {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}},
            f"{INVALID}Table is being created with a stream disabled, UpdateViewType should not be "
            "specified",
        ),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 10**12 + 1, "WriteCapacityUnits": 1}},
            "Given value 1000000000001 for ReadCapacityUnits is out of bounds",
        ),
    ],
)
def test_a_table_that_cannot_be_is_not_made(
    client: Client, parameters: dict[str, Any], message: str
) -> None:
    whole = {
        "TableName": "orders",
        "KeySchema": keys("p"),
        "AttributeDefinitions": types("p"),
    } | parameters
    assert client.refusal("CreateTable", **whole).message == message
    assert client("ListTables") == {"TableNames": []}


def test_a_local_index_shares_the_tables_partition(client: Client) -> None:
    refused = client.refusal(
        "CreateTable",
        TableName="orders",
        **ON_DEMAND,
        KeySchema=keys("p", "s"),
        AttributeDefinitions=types("p", "s", "x"),
        LocalSecondaryIndexes=[client.index("local", "x", "s")],
    )
    assert refused.message == (
        f"{INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for "
        "index: local. index hash key: x, table hash key: p"
    )


def test_a_name_is_taken_once(client: Client) -> None:
    client.table("orders")
    refused = client.refusal(
        "CreateTable",
        TableName="orders",
        **ON_DEMAND,
        KeySchema=keys("p"),
        AttributeDefinitions=types("p"),
    )
    assert (refused.code, refused.message) == (
        "ResourceInUseException",
        "Table already exists: orders",
    )


@pytest.mark.parametrize(
    "operation",
    ["DescribeTable", "DeleteTable", "DescribeTimeToLive", "DescribeKinesisStreamingDestination"],
)
def test_a_missing_table_is_told_by_name(client: Client, operation: str) -> None:
    refused = client.refusal(operation, TableName="nowhere")
    assert (refused.code, refused.message) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: nowhere not found",
    )
    refused = client.refusal(operation)
    assert refused.message == (
        "The parameter 'TableName' is required but was not present in the request"
    )


def test_names_are_listed_in_order_page_by_page(client: Client) -> None:
    for name in ("carts", "orders", "Zebra", "books"):
        client.table(name)
    assert client("ListTables") == {"TableNames": ["Zebra", "books", "carts", "orders"]}
    first = client("ListTables", Limit=3)
    assert first == {"TableNames": ["Zebra", "books", "carts"], "LastEvaluatedTableName": "carts"}
    rest = client("ListTables", ExclusiveStartTableName="carts", Limit=3)
    assert rest == {"TableNames": ["orders"]}


def test_the_second_key_of_a_local_index_sorts(client: Client) -> None:
    index = client.index("by-s", "p", "s", projection="")
    index["KeySchema"][1]["KeyType"] = "HASH"
    refused = _refused_with(client, LocalSecondaryIndexes=[index | {"Projection": {}}])
    assert refused == "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"


def _refused_with(client: Client, **more: Any) -> str:
    refused = client.refusal(
        "CreateTable",
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "p", "KeyType": "HASH"},
            {"AttributeName": "s", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "p", "AttributeType": "S"},
            {"AttributeName": "s", "AttributeType": "S"},
        ],
        **more,
    )
    return str(refused.message)


def test_the_id_of_a_table_is_a_uuid_of_version_four(client: Client) -> None:
    client.table()
    table_id = client("DescribeTable", TableName="orders")["Table"]["TableId"]
    assert UUID(table_id).version == 4
