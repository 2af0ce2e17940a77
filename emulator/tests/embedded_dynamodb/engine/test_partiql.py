"""ExecuteStatement, BatchExecuteStatement and ExecuteTransaction."""

from typing import Any

import pytest

Client = Any
NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"


class Statements:
    """Runs statements."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __call__(self, text: str, *parameters: Any, **more: Any) -> Any:
        given = {"Parameters": [self.client.value(one) for one in parameters]} if parameters else {}
        return self.client("ExecuteStatement", Statement=text, **given, **more)["Items"]

    def message(self, text: str, *parameters: Any, **more: Any) -> str:
        given = {"Parameters": [self.client.value(one) for one in parameters]} if parameters else {}
        refused = self.client.refusal("ExecuteStatement", Statement=text, **given, **more)
        return f"{refused.code}: {refused.message}"

    def numbers(self, where: str, *parameters: Any, **more: Any) -> list[str]:
        text = f"SELECT n FROM orders WHERE {where}"
        return [item["n"]["N"] for item in self(text, *parameters, **more)]


@pytest.fixture
def run(client: Client) -> Statements:
    client.table("orders", "p s:N")
    for n in range(1, 6):
        client.put("orders", p="a", s=n, n=n, text=f"t{n}")
    client.put("orders", p="b", s=1, n=11, list={"L": [{"S": "x"}, {"N": "1"}]})
    client.put("orders", p="c", s=1, n=21, map={"M": {"in": {"S": "deep"}}}, nothing={"NULL": True})
    return Statements(client)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("p = 'a' AND s = 2", ["2"]),
        ("p = 'a' AND s <> 2", ["1", "3", "4", "5"]),
        ("p = 'a' AND s < 3", ["1", "2"]),
        ("p = 'a' AND 3 > s", ["1", "2"]),
        ("p = 'a' AND s >= 2 AND s < 4", ["2", "3"]),
        ("p = 'a' AND s BETWEEN 2 AND 3", ["2", "3"]),
        ("p = 'a' AND s IN [5, 1]", ["1", "5"]),
        ("p = 'a' AND NOT s IN (5, 1)", ["2", "3", "4"]),
        ("p = 'a' AND begins_with(text, 't4')", ["4"]),
        ("p = 'a' AND (n = 1 OR n = 5)", ["1", "5"]),
        ("p = 'a' AND s = 1 OR p = 'a' AND s = 3", ["1", "3"]),
        ("contains(list, 'x')", ["11"]),
        ("size(list) = 2", ["11"]),
        ("attribute_type(map, 'M')", ["21"]),
        ("map.\"in\" = 'deep'", ["21"]),
        ("list[1] = 1", ["11"]),
        ("nothing IS NULL", ["21"]),
        ("map IS NOT MISSING", ["21"]),
        ("p = 'a' AND map IS MISSING AND s = 1", ["1"]),
        ("p = 'a' AND n = 5e0 -- five", ["5"]),
        ("attribute_exists(map) = true", ["21"]),
    ],
)
def test_where_selects(run: Statements, where: str, found: list[str]) -> None:
    assert run.numbers(where) == found


def test_question_marks_are_parameters(run: Statements, client: Client) -> None:
    assert run.numbers("p = ? AND s = ?", "a", 2) == ["2"]
    wrong = "ValidationException: Number of parameters in request and statement don't match."
    assert run.message("SELECT * FROM orders WHERE p = ?") == wrong
    assert run.message("SELECT * FROM orders WHERE p = 'a'", 1) == wrong
    refused = client.refusal("ExecuteStatement", Statement="SELECT * FROM orders", Parameters=[])
    assert refused.message == (
        "1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )


def test_columns_are_shown_under_their_last_name(run: Statements) -> None:
    assert run("SELECT map.\"in\", p, none FROM orders WHERE p = 'c'") == [
        {"in": {"S": "deep"}, "p": {"S": "c"}}
    ]
    assert run("SELECT list[0] FROM orders WHERE p = 'b'") == [{"list[0]": {"S": "x"}}]


def test_order_by_needs_a_partition_and_takes_attributes_of_the_key(run: Statements) -> None:
    assert run.numbers("p = 'a' ORDER BY s DESC") == ["5", "4", "3", "2", "1"]
    assert run.numbers("p IN ['a', 'b', 'c'] AND s = 1 ORDER BY p DESC") == ["21", "11", "1"]
    assert "must be part of the primary key" in run.message(
        "SELECT * FROM orders WHERE p = 'a' ORDER BY n"
    )
    assert "at least one non-optional hash key" in run.message(
        "SELECT * FROM orders WHERE n = 1 ORDER BY s"
    )
    assert "Must have WHERE clause" in run.message("SELECT * FROM orders ORDER BY s")


@pytest.mark.parametrize("text", ["SELECT * FROM orders", "SELECT * FROM orders WHERE p = 'a'"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_join_to_the_whole(client: Client, run: Statements, text: str, limit: int) -> None:
    items: list[Any] = []
    more: dict[str, Any] = {}
    for _ in range(20):
        page = client("ExecuteStatement", Statement=text, Limit=limit, **more)
        items += page["Items"]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    assert items == run(text)
    assert "NextToken does not match request" in run.message(
        "SELECT p FROM orders", NextToken=more["NextToken"]
    )


def test_an_insert_puts_an_item_only_where_none_is(client: Client, run: Statements) -> None:
    text = "INSERT INTO \"orders\" VALUE {'p': 'z', 's': ?, 'set': <<1, 2>>, 'l': [true, null]}"
    assert run(text, 1) == []
    assert client.get("orders", p="z", s=1) == {
        "p": {"S": "z"},
        "s": {"N": "1"},
        "set": {"NS": ["1", "2"]},
        "l": {"L": [{"BOOL": True}, {"NULL": True}]},
    }
    assert run.message(text, 1) == "DuplicateItemException: Duplicate primary key exists in table"


def test_an_update_changes_an_item_that_is_there(client: Client, run: Statements) -> None:
    run("UPDATE orders SET n = n + 10 SET tags = set_add(tags, <<'k'>>) WHERE p='a' AND s=1")
    run("UPDATE orders SET list = list_append(list, [2]) REMOVE n WHERE p = 'b' AND s = 1")
    assert client.get("orders", p="a", s=1) == client.item(
        p="a", s=1, n=11, text="t1", tags={"SS": ["k"]}
    )
    assert client.get("orders", p="b", s=1)["list"]["L"][2] == {"N": "2"}
    run("UPDATE orders SET tags = set_delete(tags, <<'k'>>) WHERE p = 'a' AND s = 1")
    assert "tags" not in client.get("orders", p="a", s=1)
    failed = "ConditionalCheckFailedException: The conditional request failed"
    assert run.message("UPDATE orders SET n = 1 WHERE p = 'none' AND s = 1") == failed
    assert run.message("UPDATE orders SET n = 1 WHERE p = 'a' AND s = 1 AND n = 0") == failed
    assert run.message("UPDATE orders SET n = 1 WHERE p = 'a'") == f"ValidationException: {NO_KEY}"


@pytest.mark.parametrize(
    ("returning", "items"),
    [
        ("ALL OLD *", [{"p": "a", "s": 2, "n": 2, "text": "t2"}]),
        ("ALL NEW *", [{"p": "a", "s": 2, "n": 7, "text": "t2"}]),
        ("MODIFIED OLD *", [{"n": 2}]),
        ("MODIFIED NEW *", [{"n": 7}]),
    ],
)
def test_returning(client: Client, run: Statements, returning: str, items: list[Any]) -> None:
    text = f"UPDATE orders SET n = 7 WHERE p = 'a' AND s = 2 RETURNING {returning}"
    assert run(text) == [client.item(**item) for item in items]


def test_a_delete_of_nothing_is_none_and_a_false_condition_fails(
    client: Client, run: Statements
) -> None:
    assert run("DELETE FROM orders WHERE p = 'none' AND s = 1 AND n = 0") == []
    assert "ConditionalCheckFailedException" in run.message(
        "DELETE FROM orders WHERE p = 'a' AND s = 1 AND n = 0"
    )
    [item] = run("DELETE FROM orders WHERE p = 'a' AND s = 1 RETURNING ALL OLD *")
    assert item["n"] == {"N": "1"}
    assert client.get("orders", p="a", s=1) is None
    assert "ALL OLD" in run.message(
        "DELETE FROM orders WHERE p = 'a' AND s = 1 RETURNING ALL NEW *"
    )


@pytest.mark.parametrize(
    "text",
    [
        "SELECTT * FROMM orders",
        "SELECT * FROM orders WHERE",
        "SELECT * FROM orders WHERE p = 'a",
        "SELECT * FROM orders t WHERE p = 'a'",
        "INSERT INTO orders VALUE {'p': 'z', 's': 1} foo",
        "DELETE FROM orders WHERE p = 'a' ORDER BY p",
        "SELECT * FROM orders WHERE p = 'a' # note",
        "SELECT * FROM orders WHERE dog(p)",
        "UPDATE orders WHERE p = 'a' AND s = 1",
        "SELECT * FROM orders WHERE " + "(" * 5000,
        "SELECT * FROM orders WHERE n < true",
    ],
)
def test_what_is_no_statement_is_refused(run: Statements, text: str) -> None:
    assert run.message(text).startswith("ValidationException: ")


def test_a_batch_answers_each_statement_for_itself(client: Client, run: Statements) -> None:
    answer = client(
        "BatchExecuteStatement",
        Statements=[
            {"Statement": "SELECT n FROM orders WHERE p = 'a' AND s = 1"},
            {"Statement": "SELECT * FROM none WHERE p = 'a' AND s = 1"},
            {"Statement": "SELECT * FROM orders WHERE p = 'a'"},
        ],
    )["Responses"]
    assert answer[0] == {"TableName": "orders", "Item": {"n": {"N": "1"}}}
    assert answer[1]["Error"]["Code"] == "ResourceNotFound"
    assert answer[2]["Error"] == {
        "Code": "ValidationError",
        "Message": "Select statements within BatchExecuteStatement must specify the primary key "
        "in the where clause.",
    }
    insert = {"Statement": "INSERT INTO orders VALUE {'p': 'a', 's': 1}"}
    [answer] = client("BatchExecuteStatement", Statements=[insert])["Responses"]
    assert answer["Error"]["Code"] == "DuplicateItem"
    select = {"Statement": "SELECT n FROM orders WHERE p = 'a' AND s = 1"}
    assert (
        "not both" in client.refusal("BatchExecuteStatement", Statements=[insert, select]).message
    )


def test_a_transaction_is_all_or_nothing(client: Client, run: Statements) -> None:
    insert = "INSERT INTO orders VALUE {{'p': 'z', 's': {}}}"
    refused = client.refusal(
        "ExecuteTransaction",
        TransactStatements=[{"Statement": insert.format(1)}, {"Statement": insert.format(1)}],
    )
    assert "multiple operations on one item" in refused.message
    refused = client.refusal(
        "ExecuteTransaction",
        TransactStatements=[
            {"Statement": insert.format(1)},
            {"Statement": "INSERT INTO orders VALUE {'p': 'a', 's': 1}"},
            {"Statement": "EXISTS(SELECT * FROM orders WHERE p = 'a' AND s = 2 AND n = 0)"},
        ],
    )
    codes = [reason["Code"] for reason in refused.body["CancellationReasons"]]
    assert codes == ["None", "DuplicateItem", "ConditionalCheckFailed"]
    assert client.get("orders", p="z", s=1) is None


def test_a_transaction_with_a_token_is_done_once(client: Client, run: Statements) -> None:
    once = {
        "TransactStatements": [
            {"Statement": "UPDATE orders SET n = n + 1 WHERE p = 'a' AND s = 1"},
            {"Statement": "EXISTS(SELECT * FROM orders WHERE p = 'a' AND s = 2 AND n = 2)"},
        ],
        "ClientRequestToken": "t",
    }
    for _ in range(2):
        assert client("ExecuteTransaction", **once) == {"Responses": []}
    assert client.get("orders", p="a", s=1)["n"] == {"N": "2"}
    reads = [
        "SELECT n FROM orders WHERE p = 'a' AND s = 1",
        "SELECT * FROM orders WHERE p='n' AND s=1",
    ]
    answer = client("ExecuteTransaction", TransactStatements=[{"Statement": one} for one in reads])
    assert answer == {"Responses": [{"Item": {"n": {"N": "2"}}}, {}]}


def test_consumed_capacity_is_that_of_the_plan(client: Client, run: Statements) -> None:
    def units(text: str) -> float:
        answer = client("ExecuteStatement", Statement=text, ReturnConsumedCapacity="TOTAL")
        return float(answer["ConsumedCapacity"]["CapacityUnits"])

    for n in range(20):
        client.put("orders", p="big", s=n, text="x" * 4000)
    assert units("SELECT * FROM orders WHERE p = 'big' AND s = 1") == 0.5
    assert units("SELECT * FROM orders WHERE p = 'big' AND s < 4") == 2.0
    assert units("SELECT * FROM orders WHERE p = 'big'") > 8
    assert units("DELETE FROM orders WHERE p = 'big' AND s = 1") == 4.0
