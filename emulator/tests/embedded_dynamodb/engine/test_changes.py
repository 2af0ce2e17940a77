"""One record for each applied change, none for anything else."""

from typing import Any

import pytest

Client = Any


@pytest.fixture
def table(client: Client) -> str:
    return client.table(
        "orders",
        "p s:N",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


def records(client: Client, table: str = "orders") -> list[Any]:
    log = client.engine.store.get(client.account, "eu-west-1", table).stream
    assert log is not None
    return [
        (
            change.event_name,
            change.keys,
            change.old and change.old.item(),
            change.new and change.new.item(),
        )
        for change in log.records
    ]


def test_each_kind_of_change_has_its_images(client: Client, table: str) -> None:
    key = client.item(p="a", s=1)
    one, two = client.item(p="a", s=1, v="x"), client.item(p="a", s=1, v="y")
    client("PutItem", TableName=table, Item=one)
    client(
        "UpdateItem",
        TableName=table,
        Key=key,
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues=client.values(v="y"),
    )
    client("DeleteItem", TableName=table, Key=key)
    assert records(client) == [
        ("INSERT", key, None, one),
        ("MODIFY", key, one, two),
        ("REMOVE", key, two, None),
    ]


def test_an_update_that_makes_an_item_is_one_insertion(client: Client, table: str) -> None:
    key = client.item(p="a", s=1)
    client(
        "UpdateItem",
        TableName=table,
        Key=key,
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues=client.values(v="x"),
    )
    assert records(client) == [("INSERT", key, None, client.item(p="a", s=1, v="x"))]


def test_what_changes_nothing_has_no_record(client: Client, table: str) -> None:
    key = client.item(p="a", s=1)
    whole = key | {"t": {"SS": ["x", "y"]}, "l": {"L": [{"NS": ["1", "2"]}]}, "n": {"N": "10"}}
    client("PutItem", TableName=table, Item=whole)
    again = {"n": {"N": "1e1"}, "l": {"L": [{"NS": ["2", "1.0"]}]}, "t": {"SS": ["y", "x"]}} | key
    client("PutItem", TableName=table, Item=again)
    client("UpdateItem", TableName=table, Key=key)
    client(
        "UpdateItem",
        TableName=table,
        Key=key,
        UpdateExpression="SET n = n + :z REMOVE q",
        ExpressionAttributeValues=client.values(z=0),
    )
    client("DeleteItem", TableName=table, Key=client.item(p="a", s=2))
    client(
        "TransactWriteItems",
        TransactItems=[
            {
                "ConditionCheck": {
                    "TableName": table,
                    "Key": client.item(p="b", s=1),
                    "ConditionExpression": "attribute_not_exists(p)",
                }
            },
            {"Put": {"TableName": table, "Item": whole}},
        ],
    )
    client("BatchWriteItem", RequestItems={table: [{"PutRequest": {"Item": whole}}]})
    assert [event for event, *_ in records(client)] == ["INSERT"]


def test_what_fails_has_no_record(client: Client, table: str) -> None:
    client.put(table, p="a", s=1)
    good = {"Put": {"TableName": table, "Item": client.item(p="b", s=1)}}
    bad = {
        "Update": {
            "TableName": table,
            "Key": client.item(p="zz", s=1),
            "UpdateExpression": "SET v = v + :v",
            "ExpressionAttributeValues": client.values(v=1),
        }
    }
    client.refusal("TransactWriteItems", TransactItems=[good, bad])
    client.refusal(
        "BatchWriteItem",
        RequestItems={
            table: [{"PutRequest": {"Item": client.item(p="b", s=1)}}, {"PutRequest": {"Item": {}}}]
        },
    )
    client.refusal(
        "PutItem",
        TableName=table,
        Item=client.item(p="a", s=1, v="x"),
        ConditionExpression="attribute_not_exists(p)",
    )
    assert len(records(client)) == 1


def test_sequence_numbers_rise_over_all_tables(
    client: Client, table: str, changes: list[Any]
) -> None:
    client.table("carts")
    for place in range(5):
        client.put(table, p="a", s=place)
        client.put("carts", p=str(place))
    numbers = [change.sequence_number for change in changes]
    assert numbers == sorted(set(numbers))
    assert all(21 <= len(number) <= 40 for number in numbers)
    assert [change.table.name for change in changes] == [table, "carts"] * 5


def test_a_log_holds_a_day(client: Client, table: str, clock: Any) -> None:
    client.put(table, p="a", s=1)
    clock.now += 24 * 60 * 60
    client.put(table, p="a", s=2)
    assert len(records(client)) == 2
    clock.now += 1
    client.put(table, p="a", s=3)
    log = client.engine.store.get(client.account, "eu-west-1", table).stream
    assert [change.keys["s"]["N"] for change in log.records] == ["2", "3"]
    assert log.trimmed == 1


def test_a_stream_that_is_switched_off_or_whose_table_is_deleted_is_closed(
    client: Client, table: str
) -> None:
    streams = client.engine.store.space(client.account, "eu-west-1").streams
    client.put(table, p="a", s=1)
    arn = client("DescribeTable", TableName=table)["Table"]["LatestStreamArn"]
    client("UpdateTable", TableName=table, StreamSpecification={"StreamEnabled": False})
    assert streams[arn].closed is not None
    assert len(streams[arn].records) == 1
    client.put(table, p="a", s=2)
    assert len(streams[arn].records) == 1
    client(
        "UpdateTable",
        TableName=table,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    described = client("DescribeTable", TableName=table)["Table"]
    new = described["LatestStreamArn"]
    assert new != arn
    assert described["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
    client("DeleteTable", TableName=table)
    assert streams[new].closed is not None
    assert set(streams) == {arn, new}


def test_a_deletion_by_the_service_says_so(client: Client, table: str, engine: Any) -> None:
    from embedded_dynamodb.items.actions import Delete
    from embedded_dynamodb.streams import TIME_TO_LIVE

    client.put(table, p="a", s=1)
    with engine.lock:
        found = engine.store.get(client.account, "eu-west-1", table)
        action = Delete({"Key": client.item(p="a", s=1)})
        engine.apply([action.plan(found, action.locate(found))], user_identity=TIME_TO_LIVE)
    change = found.stream.records[-1]
    assert change.event_name == "REMOVE"
    assert change.user_identity == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def test_an_observer_that_fails_tears_nothing(client: Client, table: str, engine: Any) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("observer")

    engine.on_change.append(fail)
    engine.on_request.append(fail)
    puts = [{"Put": {"TableName": table, "Item": client.item(p="a", s=s)}} for s in range(3)]
    client("TransactWriteItems", TransactItems=puts)
    assert client("Scan", TableName=table)["Count"] == 3
    assert len(records(client)) == 3
