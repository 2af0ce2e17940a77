"""Local and global secondary indexes: what is in them, and what can be read of them."""

from typing import Any

import pytest

Client = Any
INVALID = "One or more parameter values were invalid: "


@pytest.fixture
def table(client: Client) -> str:
    return client.table(
        "orders",
        "p s:N",
        types={"g": "S", "r": "N"},
        GlobalSecondaryIndexes=[
            client.index("all", "g", "r"),
            client.index("keys", "g", projection="KEYS_ONLY"),
            client.index("some", "g", projection="INCLUDE", others=["v"]),
        ],
        LocalSecondaryIndexes=[
            client.index("local", "p", "r", projection="INCLUDE", others=["v"]),
            client.index("whole", "p", "r"),
        ],
    )


def query(client: Client, table: str, index: str, key: str, value: str, **more: Any) -> Any:
    return client(
        "Query",
        TableName=table,
        IndexName=index,
        KeyConditionExpression=f"{key} = :k",
        ExpressionAttributeValues=client.values(k=value),
        **more,
    )


def test_an_index_has_its_own_order_and_ties_stand_in_that_of_the_table(
    client: Client, table: str
) -> None:
    for s, r in ((1, 3), (2, 1), (3, 2), (10, 2), (4, 2)):
        client.put(table, p="a", s=s, g="x", r=r)
    items = query(client, table, "all", "g", "x")["Items"]
    assert [(item["r"]["N"], item["s"]["N"]) for item in items] == [
        ("1", "2"),
        ("2", "3"),
        ("2", "4"),
        ("2", "10"),
        ("3", "1"),
    ]
    reverse = query(client, table, "whole", "p", "a", ScanIndexForward=False)["Items"]
    assert reverse == items[::-1]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(("index", "key"), [("all", "g"), ("keys", "g"), ("local", "p")])
def test_pages_of_an_index_go_on_inside_of_ties(
    client: Client, table: str, index: str, key: str, forward: bool
) -> None:
    for s in range(6):
        client.put(table, p="a", s=s, g="a", r=1)
    found = client.all(
        "Query",
        TableName=table,
        IndexName=index,
        KeyConditionExpression=f"{key} = :k",
        ExpressionAttributeValues=client.values(k="a"),
        Limit=2,
        ScanIndexForward=forward,
    )
    assert [item["s"]["N"] for item in found] == [
        str(s) for s in (range(6) if forward else range(5, -1, -1))
    ]
    scanned = client.all("Scan", TableName=table, IndexName=index, Limit=2)
    assert len(scanned) == 6


def test_a_key_to_go_on_with_has_the_keys_of_table_and_index(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, g="x", r=3, v="v")
    answer = query(client, table, "all", "g", "x", Limit=1)
    assert answer["LastEvaluatedKey"] == client.item(p="a", s=1, g="x", r=3)
    for start in (
        client.item(p="a", s=1),
        client.item(g="x", r=3),
        client.item(p="a", s=1, g="x", r=3, v="v"),
    ):
        refused = client.refusal(
            "Query",
            TableName=table,
            IndexName="all",
            KeyConditionExpression="g = :k",
            ExpressionAttributeValues=client.values(k="x"),
            ExclusiveStartKey=start,
        )
        assert refused.message == "The provided starting key is invalid"


def test_an_index_holds_only_items_that_have_its_key(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, g="x", r=1)
    client.put(table, p="a", s=2, g="x")
    client.put(table, p="a", s=3)
    assert query(client, table, "all", "g", "x")["Count"] == 1
    assert query(client, table, "keys", "g", "x")["Count"] == 2
    assert query(client, table, "local", "p", "a")["Count"] == 1
    key = {"TableName": table, "Key": client.item(p="a", s=1)}
    client("UpdateItem", **key, UpdateExpression="REMOVE r")
    assert query(client, table, "all", "g", "x")["Count"] == 0
    client(
        "UpdateItem",
        **key,
        UpdateExpression="SET g = :g, r = :r",
        ExpressionAttributeValues=client.values(g="y", r=1),
    )
    assert query(client, table, "all", "g", "y")["Count"] == 1
    assert query(client, table, "keys", "g", "x")["Count"] == 1
    client("DeleteItem", **key)
    assert client("Scan", TableName=table, IndexName="all")["Count"] == 0


@pytest.mark.parametrize(
    ("index", "key", "attributes"),
    [
        ("all", "g", {"p", "s", "g", "r", "v", "w"}),
        ("keys", "g", {"p", "s", "g"}),
        ("some", "g", {"p", "s", "g", "v"}),
        ("local", "p", {"p", "s", "r", "v"}),
    ],
)
def test_an_index_gives_what_it_projects(
    client: Client, table: str, index: str, key: str, attributes: set[str]
) -> None:
    client.put(table, p="a", s=1, g="a", r=1, v="v", w="w")
    for more in ({}, {"Select": "ALL_PROJECTED_ATTRIBUTES"}):
        (found,) = query(client, table, index, key, "a", **more)["Items"]
        assert found.keys() == attributes
    (found,) = client("Scan", TableName=table, IndexName=index)["Items"]
    assert found.keys() == attributes


def test_a_projected_copy_follows_the_item(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, g="a", r=1, v="old")
    client.put(table, p="a", s=1, g="a", r=1, v="new")
    assert query(client, table, "some", "g", "a")["Items"] == [
        client.item(p="a", s=1, g="a", v="new")
    ]


def test_a_local_index_fetches_what_it_does_not_project(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, r=1, v="v", w="w")
    whole = query(client, table, "local", "p", "a", Select="ALL_ATTRIBUTES")
    assert whole["Items"] == [client.item(p="a", s=1, r=1, v="v", w="w")]
    part = query(
        client,
        table,
        "local",
        "p",
        "a",
        ProjectionExpression="w",
        ReturnConsumedCapacity="INDEXES",
        ConsistentRead=True,
    )
    assert part["Items"] == [client.item(w="w")]
    assert part["ConsumedCapacity"]["Table"] == {"CapacityUnits": 1.0}
    assert part["ConsumedCapacity"]["LocalSecondaryIndexes"] == {"local": {"CapacityUnits": 1.0}}


def test_a_global_index_does_not_fetch(client: Client, table: str) -> None:
    refused = client.refusal(
        "Query",
        TableName=table,
        IndexName="keys",
        KeyConditionExpression="g = :k",
        ExpressionAttributeValues=client.values(k="x"),
        Select="ALL_ATTRIBUTES",
    )
    assert refused.message == (
        f"{INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index keys "
        "because its projection type is not ALL"
    )
    refused = client.refusal(
        "Scan", TableName=table, IndexName="some", ProjectionExpression="v, w, x"
    )
    assert refused.message == (f"{INVALID}Global secondary index some does not project [w, x]")


@pytest.mark.parametrize("operation", ["Query", "Scan"])
def test_a_global_index_has_no_consistent_reads(client: Client, table: str, operation: str) -> None:
    more = (
        {}
        if operation == "Scan"
        else {"KeyConditionExpression": "g = :k", "ExpressionAttributeValues": client.values(k="x")}
    )
    refused = client.refusal(
        operation, TableName=table, IndexName="all", ConsistentRead=True, **more
    )
    assert refused.message == "Consistent reads are not supported on global secondary indexes"
    assert query(client, table, "local", "p", "x", ConsistentRead=True)["Count"] == 0


def test_an_index_key_has_its_type_or_is_missing(client: Client, table: str) -> None:
    refused = client.refusal("PutItem", TableName=table, Item=client.item(p="a", s=1, g=5))
    assert refused.message == (
        f"{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: all"
    )
    refused = client.refusal("PutItem", TableName=table, Item=client.item(p="a", s=1, g=""))
    assert refused.message == (
        "One or more parameter values are not valid. A value specified for a secondary index key "
        "is not supported. The AttributeValue for a key attribute cannot contain an empty string "
        "value. IndexName: all, IndexKey: g"
    )
    key = client.item(p="a", s=1)
    refused = client.refusal(
        "UpdateItem",
        TableName=table,
        Key=key,
        UpdateExpression="SET g = :g",
        ExpressionAttributeValues=client.values(g=""),
    )
    assert refused.message.startswith(
        "One or more parameter values are not valid. The update expression attempted to update a "
        "secondary index key to a value that is not supported."
    )
    assert client.get(table, p="a", s=1) is None


def test_an_index_key_has_the_length_of_a_key(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, g="x" * 2048, r=1)
    refused = client.refusal(
        "PutItem", TableName=table, Item=client.item(p="a", s=1, g="x" * 2049, r=1)
    )
    assert refused.message == (
        f"{INVALID}Aggregated size of all hash keys has exceeded the size limit of 2048 bytes"
    )


def test_a_filter_of_a_query_may_not_name_the_indexs_keys(client: Client, table: str) -> None:
    refused = client.refusal(
        "Query",
        TableName=table,
        IndexName="all",
        KeyConditionExpression="g = :k",
        FilterExpression="r = :k",
        ExpressionAttributeValues=client.values(k="x"),
    )
    assert refused.message.endswith("Primary key attribute: r")
    assert query(client, table, "all", "g", "x", FilterExpression="s = :k")["Count"] == 0


def test_a_new_index_has_the_items_that_are_there(client: Client) -> None:
    table = client.table("orders", "p s:N")
    for s in range(5):
        client.put(table, p="a", s=s, colour="red" if s % 2 else "blue", v="v" * s)
    created = client.index("colours", "colour", projection="KEYS_ONLY")
    client(
        "UpdateTable",
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "colour", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": created}],
    )
    found = query(client, table, "colours", "colour", "red")["Items"]
    assert found == [client.item(p="a", s=s, colour="red") for s in (1, 3)]
    client.put(table, p="b", s=9, colour="red")
    assert query(client, table, "colours", "colour", "red")["Count"] == 3
    client(
        "UpdateTable",
        TableName=table,
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "colours"}}],
    )
    described = client("DescribeTable", TableName=table)["Table"]
    assert "GlobalSecondaryIndexes" not in described
    assert [one["AttributeName"] for one in described["AttributeDefinitions"]] == ["p", "s"]


def test_a_key_of_several_attributes_is_sorted_by_one_after_the_other(client: Client) -> None:
    keys = [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in (
            ("country", "HASH"),
            ("city", "HASH"),
            ("year", "RANGE"),
            ("name", "RANGE"),
        )
    ]
    table = client.table(
        "orders",
        types={"country": "S", "city": "S", "year": "N", "name": "S"},
        GlobalSecondaryIndexes=[
            {"IndexName": "places", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
        ],
    )
    for place, (city, year, name) in enumerate(
        [("Bonn", 2, "b"), ("Bonn", 2, "a"), ("Bonn", 10, "a"), ("Ulm", 1, "a")]
    ):
        client.put(table, p=str(place), country="DE", city=city, year=year, name=name)
    client.put(table, p="sparse", country="DE", city="Bonn", year=3)

    names = (("#y", "year"), ("#n", "name"))

    def found(text: str, **values: Any) -> list[str]:
        answer = client(
            "Query",
            TableName=table,
            IndexName="places",
            KeyConditionExpression="country = :c AND city = :t" + text,
            ExpressionAttributeNames={key: name for key, name in names if key in text},
            ExpressionAttributeValues=client.values(c="DE", t="Bonn", **values),
        )
        return [item["p"]["S"] for item in answer["Items"]]

    assert found(" AND #y = :y AND begins_with(#n, :n)", y=2, n="a") == ["1"]
    assert found(" AND #y > :y", y=2) == ["2"]
    refused = client.refusal(
        "Query",
        TableName=table,
        IndexName="places",
        KeyConditionExpression="country = :c",
        ExpressionAttributeValues=client.values(c="DE"),
    )
    assert refused.message == "Query condition missed key schema element: city"


def test_descriptions_count_an_indexs_entries(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, g="x")
    client.put(table, p="a", s=2)
    described = client("DescribeTable", TableName=table)["Table"]
    assert described["ItemCount"] == 2
    assert described["TableSizeBytes"] == len("pa") * 2 + len("s") * 2 + 2 * 2 + len("gx")
    sizes = {
        one["IndexName"]: (one["ItemCount"], one["IndexSizeBytes"])
        for one in described["GlobalSecondaryIndexes"]
    }
    assert sizes == {"all": (0, 0), "keys": (1, 107), "some": (1, 107)}
    client("DeleteItem", TableName=table, Key=client.item(p="a", s=1))
    described = client("DescribeTable", TableName=table)["Table"]
    assert {one["IndexSizeBytes"] for one in described["GlobalSecondaryIndexes"]} == {0}
