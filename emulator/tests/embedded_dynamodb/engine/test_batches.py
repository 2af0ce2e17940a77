"""BatchWriteItem and BatchGetItem."""

from typing import Any

import pytest

Client = Any
DUPLICATES = "Provided list of item keys contains duplicates"
NO_MATCH = "The provided key element does not match the schema"


@pytest.fixture
def table(client: Client) -> str:
    return client.table("orders", "p s:N")


def put(client: Client, **attributes: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": client.item(**attributes)}}


def delete(client: Client, **key: Any) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": client.item(**key)}}


def test_a_batch_puts_and_deletes_in_several_tables(client: Client, table: str) -> None:
    other = client.table("carts")
    client.put(table, p="a", s=1)
    answer = client(
        "BatchWriteItem",
        RequestItems={
            table: [delete(client, p="a", s=1), put(client, p="a", s=2)],
            other: [put(client, p="c")],
        },
    )
    assert answer == {"UnprocessedItems": {}}
    assert client("Scan", TableName=table)["Items"] == [client.item(p="a", s=2)]
    assert client.get(other, p="c") == client.item(p="c")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"PutRequest": {"Item": {"p": {"S": "a"}}}}, NO_MATCH),
        ({"PutRequest": {"Item": {"p": {"S": "a"}, "s": {"S": "b"}}}}, NO_MATCH),
        ({"DeleteRequest": {"Key": {"p": {"S": "a"}}}}, NO_MATCH),
        ({"PutRequest": {"Item": {"p": {"S": "good"}, "s": {"N": "1.0"}}}}, DUPLICATES),
        ({"DeleteRequest": {"Key": {"p": {"S": "good"}, "s": {"N": "1"}}}}, DUPLICATES),
        (
            {"PutRequest": {"Item": {"p": {"S": "a"}, "s": {"N": "1"}, "v": {"S": "x" * 409_600}}}},
            "Item size has exceeded the maximum allowed size",
        ),
        (
            {},
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one "
            "of the supported datatypes",
        ),
        (
            {"DeleteRequest": {"Key": {}}, "PutRequest": {"Item": {}}},
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
            "the supported datatypes",
        ),
    ],
)
def test_a_batch_with_one_bad_request_writes_nothing(
    client: Client, table: str, bad: dict[str, Any], message: str
) -> None:
    refused = client.refusal(
        "BatchWriteItem", RequestItems={table: [put(client, p="good", s=1), bad]}
    )
    assert refused.message == message
    assert client("Scan", TableName=table)["Count"] == 0


def test_a_batch_with_a_missing_table_writes_nothing(client: Client, table: str) -> None:
    refused = client.refusal(
        "BatchWriteItem",
        RequestItems={table: [put(client, p="a", s=1)], "nowhere": [put(client, p="a")]},
    )
    assert refused.message == "Requested resource not found"
    assert client("Scan", TableName=table)["Count"] == 0


def test_a_batch_writes_25_items_at_most(client: Client, table: str) -> None:
    requests = [put(client, p="a", s=s) for s in range(26)]
    client("BatchWriteItem", RequestItems={table: requests[:25]})
    refused = client.refusal("BatchWriteItem", RequestItems={table: requests})
    assert refused.message.endswith(
        "at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
        "[Member must have length less than or equal to 25, Member must have length greater than "
        "or equal to 1]"
    )
    client.table("carts")
    refused = client.refusal(
        "BatchWriteItem",
        RequestItems={
            table: requests[:20],
            "carts": [put(client, p=str(place)) for place in range(6)],
        },
    )
    assert refused.message == "Too many items requested for the BatchWriteItem call"


@pytest.mark.parametrize("operation", ["BatchWriteItem", "BatchGetItem"])
@pytest.mark.parametrize("given", [{}, {"RequestItems": {}}])
def test_a_batch_asks_for_something(client: Client, operation: str, given: dict[str, Any]) -> None:
    refused = client.refusal(operation, **given)
    assert refused.message == f"The requestItems parameter is required for {operation}"


def test_a_batch_reads_from_several_tables(client: Client, table: str) -> None:
    client.table("carts")
    client.put(table, p="a", s=1, v="v")
    client.put("carts", p="c", v="v", w="w")
    answer = client(
        "BatchGetItem",
        RequestItems={
            table: {"Keys": [client.item(p="a", s=1), client.item(p="none", s=1)]},
            "carts": {
                "Keys": [client.item(p="c")],
                "ProjectionExpression": "#v",
                "ExpressionAttributeNames": {"#v": "v"},
            },
        },
    )
    assert answer == {
        "Responses": {table: [client.item(p="a", s=1, v="v")], "carts": [client.item(v="v")]},
        "UnprocessedKeys": {},
    }


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            [],
            "1 validation error detected: Value at 'RequestItems.orders.member.Keys' failed to "
            "satisfy constraint: Member must have length greater than or equal to 1",
        ),
        ([{"p": {"S": "a"}, "s": {"N": "1"}}, {"p": {"S": "a"}, "s": {"N": "1.0"}}], DUPLICATES),
        ([{"p": {"S": "a"}}], NO_MATCH),
        (
            [{"p": {"S": "a"}, "s": {"N": str(s)}} for s in range(101)],
            "1 validation error detected: Value at 'RequestItems.orders.member.Keys' failed to "
            "satisfy constraint: Member must have length less than or equal to 100",
        ),
    ],
)
def test_a_batch_reads_up_to_100_different_keys(
    client: Client, table: str, keys: list[Any], message: str
) -> None:
    refused = client.refusal("BatchGetItem", RequestItems={table: {"Keys": keys}})
    assert refused.message == message


def test_100_keys_are_the_limit_of_all_tables_together(client: Client, table: str) -> None:
    client.table("carts")
    refused = client.refusal(
        "BatchGetItem",
        RequestItems={
            table: {"Keys": [client.item(p="a", s=s) for s in range(60)]},
            "carts": {"Keys": [client.item(p=str(place)) for place in range(41)]},
        },
    )
    assert refused.message == "Too many items requested for the BatchGetItem call"


def read_together(client: Client, table: str, keys: list[Any], size: int, **more: Any) -> Any:
    """Puts items with these keys and reads them in one batch: the answer."""
    for key in keys:
        client.put(table, **key, v="x" * size)
    wanted = {"Keys": [client.item(**key) for key in keys], "ConsistentRead": True, **more}
    return client("BatchGetItem", RequestItems={table: wanted}, ReturnConsumedCapacity="TOTAL")


def test_an_answer_has_16_megabytes_and_the_rest_is_left(client: Client, table: str) -> None:
    keys = [{"p": f"p{s}", "s": s} for s in range(45)]
    answer = read_together(client, table, keys, 400_000, ProjectionExpression="s")
    left = answer["UnprocessedKeys"][table]
    assert len(answer["Responses"][table]) == 41
    assert left == {
        "Keys": [client.item(**key) for key in keys[41:]],
        "ConsistentRead": True,
        "ProjectionExpression": "s",
    }
    rest = client("BatchGetItem", RequestItems=answer["UnprocessedKeys"])
    assert len(rest["Responses"][table]) == 4


def test_a_megabyte_is_read_of_a_partition_and_the_rest_is_left(client: Client, table: str) -> None:
    keys = [{"p": "a", "s": s} for s in range(5)] + [{"p": "b", "s": s} for s in range(2)]
    answer = read_together(client, table, keys, 400_000)
    left = [client.item(p="a", s=s) for s in (3, 4)]
    assert answer["UnprocessedKeys"] == {table: {"Keys": left, "ConsistentRead": True}}
    assert len(answer["Responses"][table]) == 5
    # 98 units each; what is left is counted as the smallest read.
    assert answer["ConsumedCapacity"][0]["CapacityUnits"] == 5 * 98 + 2


# An item's key and its attributes' names have six bytes. AWS's limit, as dynalite's tests
# recorded it, is 1 MB and the largest item but three bytes.
LIMIT = 1024 * 1024 + 400 * 1024 - 3
LAST = LIMIT - 3 * 400_006 - 6


@pytest.mark.parametrize(("last", "left"), [(LAST, 0), (LAST + 1, 1)])
def test_the_item_that_fills_the_megabyte_is_read_too(
    client: Client, table: str, last: int, left: int
) -> None:
    for s, length in enumerate((400_000, 400_000, 400_000, last), start=1):
        client.put(table, p="a", s=s, v="x" * length)
    keys = [client.item(p="a", s=s) for s in range(1, 5)]
    answer = client("BatchGetItem", RequestItems={table: {"Keys": keys}})
    assert len(answer["UnprocessedKeys"].get(table, {"Keys": []})["Keys"]) == left


@pytest.mark.parametrize(("reads", "writes", "left"), [(10, 5, 2), (1500, 501, 0)])
def test_a_table_of_little_throughput_has_one_partition(
    client: Client, reads: int, writes: int, left: int
) -> None:
    units = {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}
    client.table("carts", BillingMode="PROVISIONED", ProvisionedThroughput=units)
    answer = read_together(client, "carts", [{"p": f"p{n}"} for n in range(5)], 400_000)
    unprocessed = answer["UnprocessedKeys"].get("carts", {"Keys": []})["Keys"]
    assert unprocessed == [client.item(p=f"p{n}") for n in range(5 - left, 5)]


def test_a_key_twice_is_said_before_that_the_table_is_missing(client: Client) -> None:
    key = {"p": {"S": "1"}}
    for keys, message in (
        ([key, key], "Provided list of item keys contains duplicates"),
        ([key], "Requested resource not found"),
    ):
        refused = client.refusal("BatchGetItem", RequestItems={"nowhere": {"Keys": keys}})
        assert refused.message == message
