"""Query: order, ranges, pages, starting keys, what is selected; and what Scan shares with it."""

from decimal import Decimal
from typing import Any

import pytest

from tests.embedded_dynamodb.engine.conftest import NUMBERS

Client = Any
NO_MATCH = "The provided key element does not match the schema"
START = "The provided starting key is invalid"


def numbers_of(answer: dict[str, Any]) -> list[Decimal]:
    return [Decimal(item["s"]["N"]) for item in answer["Items"]]


def query(client: Client, table: str, text: str = "", **more: Any) -> dict[str, Any]:
    values = client.values(p="a") | more.pop("values", {})
    return client(
        "Query",
        TableName=table,
        KeyConditionExpression=f"p = :p{text}",
        ExpressionAttributeValues=values,
        **more,
    )


def test_numbers_are_in_the_order_of_their_values(client: Client, numbers: str) -> None:
    expected = [Decimal(number) for number in NUMBERS]
    assert numbers_of(query(client, numbers)) == expected
    assert numbers_of(query(client, numbers, ScanIndexForward=False)) == expected[::-1]


@pytest.mark.parametrize(
    ("text", "test"),
    [
        (" AND s = :v", lambda n: n == 1),
        (" AND s < :v", lambda n: n < 1),
        (" AND s <= :v", lambda n: n <= 1),
        (" AND s > :v", lambda n: n > 1),
        (" AND s >= :v", lambda n: n >= 1),
        (" AND s BETWEEN :v AND :w", lambda n: 1 <= n <= 12),
    ],
)
def test_a_range_has_its_bounds_or_not(client: Client, numbers: str, text: str, test: Any) -> None:
    values = client.values(v=1) | (client.values(w=12) if ":w" in text else {})
    found = numbers_of(query(client, numbers, text, values=values))
    assert found == [Decimal(number) for number in NUMBERS if test(Decimal(number))]


TEXTS = ["", "a", "a\0", "a\0b", "aa", "ab", "b", "z", "ä", "€", "\ud7ff", "\uffff", "😀"]


def test_texts_are_in_the_order_of_their_bytes(client: Client) -> None:
    table = client.table("texts", "p s")
    for text in reversed(TEXTS[1:]):
        client.put(table, p="a", s=text)
    found = [item["s"]["S"] for item in query(client, table)["Items"]]
    assert found == sorted(TEXTS[1:], key=str.encode)
    for prefix in TEXTS[1:]:
        answer = query(client, table, " AND begins_with(s, :v)", values=client.values(v=prefix))
        assert [item["s"]["S"] for item in answer["Items"]] == [
            text for text in found if text.startswith(prefix)
        ]


def test_bytes_are_in_their_own_order_not_in_that_of_base64(client: Client) -> None:
    table = client.table("bytes", "p s:B")
    # 0x00, 0x00FF, 0x01, 0x7F, 0xFB, 0xFFFF
    texts = ["AA==", "AP8=", "AQ==", "fw==", "+w==", "//8="]
    for text in sorted(texts):
        client.put(table, p="a", s={"B": text})
    assert [item["s"]["B"] for item in query(client, table)["Items"]] == texts
    answer = query(client, table, " AND begins_with(s, :v)", values={":v": {"B": "AA=="}})
    assert [item["s"]["B"] for item in answer["Items"]] == ["AA==", "AP8="]


def test_a_partition_is_not_its_neighbour(client: Client) -> None:
    table = client.table("texts", "p s")
    for name in ("a", "a\0", "aa", "b"):
        client.put(table, p=name, s="x" + name)
    assert query(client, table)["Items"] == [client.item(p="a", s="xa")]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 5, 17, 100])
def test_pages_together_are_the_whole(
    client: Client, numbers: str, forward: bool, limit: int
) -> None:
    found = client.all(
        "Query",
        TableName=numbers,
        KeyConditionExpression="p = :p",
        Limit=limit,
        ExpressionAttributeValues=client.values(p="a"),
        ScanIndexForward=forward,
    )
    expected = [Decimal(number) for number in NUMBERS]
    assert numbers_of({"Items": found}) == (expected if forward else expected[::-1])


def test_a_page_that_ends_at_its_limit_says_where_though_there_is_no_more(
    client: Client, numbers: str
) -> None:
    answer = query(client, numbers, Limit=len(NUMBERS))
    assert answer["LastEvaluatedKey"] == answer["Items"][-1]
    rest = query(client, numbers, ExclusiveStartKey=answer["LastEvaluatedKey"])
    assert rest == {"Items": [], "Count": 0, "ScannedCount": 0}
    assert "LastEvaluatedKey" not in query(client, numbers, Limit=len(NUMBERS) + 1)


def test_a_limit_counts_what_is_read_not_what_passes_the_filter(
    client: Client, numbers: str
) -> None:
    client.put(numbers, p="a", s=3, colour="red")
    call = {"FilterExpression": "colour = :c", "values": client.values(c="red")}
    answer = query(client, numbers, Limit=3, **call)
    assert (answer["Count"], answer["ScannedCount"]) == (0, 3)
    assert "LastEvaluatedKey" in answer
    answer = query(client, numbers, Select="COUNT", **call)
    assert answer == {"Count": 1, "ScannedCount": len(NUMBERS) + 1}


def test_a_page_ends_with_the_item_that_fills_a_megabyte(client: Client) -> None:
    table = client.table("large", "p s:N")
    for place in range(5):
        client.put(table, p="a", s=place, v="x" * 300_000)
    answer = query(client, table, ReturnConsumedCapacity="TOTAL")
    assert answer["Count"] == 4
    assert answer["LastEvaluatedKey"] == client.item(p="a", s=3)
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 146.5
    found = client.all("Scan", TableName=table)
    assert len(found) == 5


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"p": "a"}, START),
        ({"p": "a", "s": 1, "x": 1}, START),
        ({"p": "a", "x": 1}, START),
        ({"p": "a", "s": "1"}, NO_MATCH),
        ({"p": "b", "s": 1}, "The query can return at most one row and cannot be restarted"),
        ({"p": "b", "s": 50}, "The provided starting key does not match the range key predicate"),
        ({"p": "a", "s": 100}, "The provided starting key does not match the range key predicate"),
    ],
)
def test_a_query_goes_on_only_from_a_key_that_it_could_have_given(
    client: Client, numbers: str, start: dict[str, Any], message: str
) -> None:
    refused = client.refusal(
        "Query",
        TableName=numbers,
        KeyConditionExpression="p = :p AND s < :v",
        ExpressionAttributeValues=client.values(p="a", v=50),
        ExclusiveStartKey=client.item(**start),
    )
    assert refused.message == message


def test_a_query_of_a_partition_does_not_go_on_from_another(client: Client, numbers: str) -> None:
    refused = client.refusal(
        "Query",
        TableName=numbers,
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues=client.values(p="a"),
        ExclusiveStartKey=client.item(p="b", s=1),
    )
    assert refused.message == (
        "The provided starting key is outside query boundaries based on provided conditions"
    )


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"g": 1, "p": "a", "s": 1}, NO_MATCH),
        ({"g": "", "p": "a", "s": 1}, "One or more parameter values are not valid. "),
        ({"x": "x", "p": "a", "s": 1}, START),
        ({"g": "x", "p": 1, "s": 1}, f"{START}: {NO_MATCH}"),
        ({"g": "x", "p": "a", "t": 1}, f"{START}: {NO_MATCH}"),
    ],
)
@pytest.mark.parametrize("operation", ["Query", "Scan"])
def test_the_key_of_an_index_is_checked_before_the_tables(
    client: Client, operation: str, start: dict[str, Any], message: str
) -> None:
    index = client.index("by-g", "g")
    table = client.table("indexed", "p s:N", types={"g": "S"}, GlobalSecondaryIndexes=[index])
    wanted: dict[str, Any] = {"TableName": table, "IndexName": "by-g"}
    if operation == "Query":
        wanted |= {
            "KeyConditionExpression": "g = :g",
            "ExpressionAttributeValues": client.values(g="x"),
        }
    refused = client.refusal(operation, **wanted, ExclusiveStartKey=client.item(**start))
    assert refused.message.startswith(message)
    assert refused.message == message or message.endswith(" ")


NULL_VALUE = "One or more parameter values were invalid: Null attribute value types"
DUPLICATES = "One or more parameter values were invalid: Input collection [a, a] contains"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ExclusiveStartKey": {"p": {"NULL": False}}}, f"{START}: {NULL_VALUE}"),
        ({"ExclusiveStartKey": {"p": {"SS": ["a", "a"]}}}, DUPLICATES),
        ({"ExclusiveStartKey": {"p": {"N": "x"}}}, "The parameter cannot be converted"),
        ({"TotalSegments": 2}, "The Segment parameter is required"),
    ],
)
def test_a_starting_key_and_a_segment_are_checked_before_expressions(
    client: Client, parameters: dict[str, Any], message: str
) -> None:
    refused = client.refusal(
        "Scan", TableName="nowhere", FilterExpression="", ExpressionAttributeNames={}, **parameters
    )
    assert refused.message.startswith(message)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"QueryFilter": {"a": {"ComparisonOperator": "EQ"}}, "ExclusiveStartKey": {"p": {}}},
            "One or more parameter values were invalid: Invalid number of argument(s) for the EQ",
        ),
        ({"AttributesToGet": ["a", "a"], "ExclusiveStartKey": {"p": {}}}, "One or more parameter"),
        ({"ExclusiveStartKey": {"p": {}}}, f"{START}: Supplied AttributeValue is empty"),
        (
            {"KeyConditionExpression": "size(p) = :p", "FilterExpression": ""},
            "Invalid FilterExpression: The expression can not be empty;",
        ),
        (
            {"KeyConditions": {"p": {"ComparisonOperator": "LT", "AttributeValueList": []}}},
            "One or more parameter values were invalid: Invalid number of argument(s) for the LT",
        ),
        ({"KeyConditions": {}}, "Conditions can be of length 1 or 2 only"),
    ],
)
def test_what_needs_no_table_is_checked_in_order_before_the_table_is_looked_for(
    client: Client, parameters: dict[str, Any], message: str
) -> None:
    if "KeyConditionExpression" in parameters:
        parameters = parameters | {"ExpressionAttributeValues": client.values(p="a")}
    assert client.refusal("Query", TableName="nowhere", **parameters).message.startswith(message)


def test_a_query_filter_is_named_as_such(client: Client, numbers: str) -> None:
    is_x = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "x"}]}
    refused = client.refusal(
        "Query", TableName=numbers, KeyConditions={"p": is_x}, QueryFilter={"p": is_x}
    )
    assert refused.message == (
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: p"
    )


def test_a_starting_key_need_not_be_there_any_more(client: Client, numbers: str) -> None:
    answer = query(
        client, numbers, ExclusiveStartKey=client.item(p="a", s="11") | {"s": {"N": "11"}}
    )
    assert numbers_of(answer) == [Decimal(number) for number in NUMBERS if Decimal(number) > 11]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {},
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in "
            "the request.",
        ),
        (
            {
                "KeyConditionExpression": "p = :v AND s = :v",
                "ExpressionAttributeValues": {":v": {"S": "a"}},
            },
            "One or more parameter values were invalid: Condition parameter type does not match "
            "schema type",
        ),
        (
            {"KeyConditionExpression": "p = :v", "ExpressionAttributeValues": {":v": {"S": ""}}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: p",
        ),
        (
            {
                "KeyConditionExpression": "p = :v",
                "ExpressionAttributeValues": {":v": {"S": "a"}},
                "FilterExpression": "s = :v",
            },
            "Filter Expression can only contain non-primary key attributes: Primary key "
            "attribute: s",
        ),
        (
            {
                "KeyConditionExpression": "p = :v",
                "ExpressionAttributeValues": {":v": {"S": "a"}},
                "IndexName": "none",
            },
            "The table does not have the specified index: none",
        ),
        (
            {
                "KeyConditionExpression": "p = :v",
                "ExpressionAttributeValues": {":v": {"S": "a"}},
                "Select": "ALL_PROJECTED_ATTRIBUTES",
            },
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
        (
            {
                "KeyConditionExpression": "p = :v",
                "ExpressionAttributeValues": {":v": {"S": "a"}},
                "Select": "SPECIFIC_ATTRIBUTES",
            },
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES",
        ),
        (
            {
                "KeyConditionExpression": "p = :v",
                "ExpressionAttributeValues": {":v": {"S": "a"}},
                "Select": "COUNT",
                "ProjectionExpression": "p",
            },
            "Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(
    client: Client, numbers: str, parameters: dict[str, Any], message: str
) -> None:
    assert client.refusal("Query", TableName=numbers, **parameters).message == message


def test_a_projection_takes_parts_of_each_item(client: Client, numbers: str) -> None:
    client.put(numbers, p="a", s=3, m={"M": client.item(x=1, y=2)})
    answer = query(
        client, numbers, " AND s = :v", values=client.values(v=3), ProjectionExpression="m.y"
    )
    assert answer["Items"] == [{"m": {"M": {"y": {"N": "2"}}}}]


def test_older_conditions_select_and_filter(client: Client, numbers: str) -> None:
    client.put(numbers, p="a", s=3, colour="red")
    equal = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
    above = {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "2"}]}
    red = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "red"}]}
    answer = client(
        "Query",
        TableName=numbers,
        KeyConditions={"p": equal, "s": above},
        QueryFilter={"colour": red},
        AttributesToGet=["s"],
    )
    assert answer["Items"] == [{"s": {"N": "3"}}]
    answer = client("Scan", TableName=numbers, ScanFilter={"colour": red})
    assert answer["Count"] == 1


def test_a_query_of_one_item_cannot_be_restarted(client: Client) -> None:
    client.table("single", "p")
    client.put("single", p="a")
    refused = client.refusal(
        "Query",
        TableName="single",
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues=client.values(p="a"),
        ExclusiveStartKey=client.item(p="a"),
    )
    assert refused.code == "ValidationException"
    assert refused.message == "The query can return at most one row and cannot be restarted"
