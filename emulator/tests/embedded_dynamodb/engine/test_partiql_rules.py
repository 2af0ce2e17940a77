"""What PartiQL refuses, and what it reads of indexes."""

from typing import Any

import pytest

Client = Any


@pytest.fixture
def table(client: Client) -> str:
    name = client.table(
        "orders",
        "p s:N",
        types={"g": "S"},
        GlobalSecondaryIndexes=[client.index("by_g", "g", projection="KEYS_ONLY")],
    )
    for n in range(4):
        client.put(name, p="a", s=n, g="x" if n % 2 else "y", n=n)
    return str(name)


def message(client: Client, text: str, **more: Any) -> str:
    return str(client.refusal("ExecuteStatement", Statement=text, **more).message)


def test_an_index_is_read_by_its_own_key(client: Client, table: str) -> None:
    text = 'SELECT * FROM "orders"."by_g" WHERE g = \'x\''
    found = client("ExecuteStatement", Statement=text)["Items"]
    assert sorted(found, key=str) == [client.item(p="a", s=n, g="x") for n in (1, 3)]
    answer = client("ExecuteStatement", Statement=text, Limit=1, ReturnConsumedCapacity="INDEXES")
    assert answer["LastEvaluatedKey"].keys() == {"p", "s", "g"}
    assert answer["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"by_g": {"CapacityUnits": 0.5}}
    rest = client("ExecuteStatement", Statement=text, NextToken=answer["NextToken"])
    assert answer["Items"] + rest["Items"] == found


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ('SELECT * FROM "orders"."by_g"', {"ConsistentRead": True}, "Consistent reads are not"),
        ('SELECT n FROM "orders"."by_g"', {}, "Global secondary index by_g does not project [n]"),
        ('SELECT * FROM "orders"."none"', {}, "The table does not have the specified index: none"),
        ('DELETE FROM "orders"."by_g" WHERE g = \'x\'', {}, "not supported on an index"),
        ("SELECT * FROM orders WHERE p = 1", {}, "type does not match schema type"),
        (
            "UPDATE orders SET s = 2 WHERE p = 'a' AND s = 1",
            {},
            "is part of the key",
        ),
        ("UPDATE orders SET n = set_add(n, 1) WHERE p = 'a' AND s = 1", {}, "with type SET"),
        ("INSERT INTO orders VALUE {'p': 'z', 's': 1, 't': <<>>}", {}, "Empty bags"),
        ("INSERT INTO orders VALUE {'p': 'z', 's': 1, 't': <<1, 1.0>>}", {}, "contains duplicates"),
        ("INSERT INTO orders VALUE {'p': 'z', 's': 1, 't': <<1, 'a'>>}", {}, "incorrect data type"),
        ("INSERT INTO orders VALUE {'p': 'z'}", {}, "Missing the key s in the item"),
        ("EXISTS(SELECT * FROM orders WHERE p = 'a' AND s = 1)", {}, "within transactions"),
        ("SELECT * FROM orders WHERE n < true", {}, "operator or function: <, operand type: BOOL"),
        ("SELECT * FROM none", {}, "Requested resource not found: Table: none not found"),
    ],
)
def test_what_is_wrong_is_said(
    client: Client, table: str, text: str, more: dict[str, Any], words: str
) -> None:
    before = client("Scan", TableName=table)["Items"]
    assert words in message(client, text, **more)
    assert client("Scan", TableName=table)["Items"] == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT COUNT(*) FROM orders", "Unexpected path component at 1:8:5"),
        ("select\n  p,\n  count (p) from nowhere", "Unexpected path component at 3:3:5"),
        ("SELECT size(n) FROM orders", "Unexpected path component at 1:8:4"),
        (
            "UPDATE orders SET n = set_add(m, <<1>>) WHERE p = 'a' AND s = 1",
            "The first argument to SET_ADD must equal the assignment value at 1:23:7",
        ),
        (
            "UPDATE orders SET nn = set_delete(nn, m) WHERE p = 'a' AND s = 1",
            "The second argument to SET_DELETE must be a value with type SET at 1:35:2",
        ),
        (
            "UPDATE orders SET n = set_add(n) WHERE p = 'a' AND s = 1",
            "SET_ADD must have exactly two arguments at 1:23:7",
        ),
    ],
)
def test_a_misplaced_function_is_named_by_line_column_and_length(
    client: Client, table: str, text: str, words: str
) -> None:
    """These are AWS's own words; there are no aggregate functions.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-functions.html
    """
    assert message(client, text) == words


def test_count_is_a_name_like_others(client: Client, table: str) -> None:
    client.put(table, p="c", s=1, count=5)
    text = "SELECT count FROM orders WHERE p = 'c'"
    assert client("ExecuteStatement", Statement=text)["Items"] == [client.item(count=5)]


def test_a_batch_reads_no_index(client: Client, table: str) -> None:
    text = "SELECT * FROM orders.by_g WHERE p = 'a' AND s = 1"
    [answer] = client("BatchExecuteStatement", Statements=[{"Statement": text}])["Responses"]
    assert "must specify the primary key" in answer["Error"]["Message"]


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["DELETE FROM orders WHERE p = 'a' AND s = 1 RETURNING ALL OLD *"], "RETURNING"),
        (["SELECT * FROM orders.by_g WHERE p = 'a' AND s = 1"], "Reads on indices"),
        (["SELECT * FROM orders WHERE p = 'a'"], "mandatory equality on all key attributes"),
        (["EXISTS(SELECT * FROM orders.by_g WHERE p = 'a' AND s = 1)"], "on an index"),
        (
            ["SELECT * FROM orders WHERE p='a' AND s=1", "DELETE FROM orders WHERE p='a' AND s=2"],
            "not both",
        ),
    ],
)
def test_what_a_transaction_refuses(
    client: Client, table: str, statements: list[str], words: str
) -> None:
    given = [{"Statement": text} for text in statements]
    assert words in client.refusal("ExecuteTransaction", TransactStatements=given).message


def test_a_page_of_several_partitions_ends_where_a_megabyte_is_full(
    client: Client, table: str
) -> None:
    for p in "uvwx":
        client.put(table, p=p, s=1, text="x" * 380_000)
    text = "SELECT p FROM orders WHERE p IN ['u', 'v', 'w', 'x']"
    page = client("ExecuteStatement", Statement=text)
    assert len(page["Items"]) == 3
    assert "NextToken" in page


def test_a_failed_condition_shows_the_item_if_asked(client: Client, table: str) -> None:
    refused = client.refusal(
        "ExecuteStatement",
        Statement="UPDATE orders SET n = 9 WHERE p = 'a' AND s = 1 AND n = 0",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert refused.body["Item"]["n"] == {"N": "1"}
