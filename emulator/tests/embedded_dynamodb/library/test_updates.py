"""Updates, from "Using update expressions in DynamoDB"."""

from typing import Any

import pytest

from embedded_dynamodb.expressions import at_paths, update
from embedded_dynamodb.expressions.changes import INCORRECT_TYPE, INVALID_PATH, MISSING
from embedded_dynamodb.numbers import OVERFLOW
from embedded_dynamodb.values import TOO_DEEP

INVALID = "Invalid UpdateExpression: "
TYPE = f"{INVALID}Incorrect operand type for operator or function; "


def n(number: object) -> dict[str, str]:
    return {"N": str(number)}


def s(text: str) -> dict[str, str]:
    return {"S": text}


def numbers(*members: int) -> dict[str, Any]:
    return {"L": [n(member) for member in members]}


def items_of(value: dict[str, Any]) -> list[Any]:
    return [next(iter(member.values())) for member in value["L"]]


@pytest.mark.parametrize(
    ("text", "item", "values", "changed"),
    [
        ("SET a = :v", {}, {":v": s("x")}, {"a": s("x")}),
        ("SET a = :v", {"a": n(1)}, {":v": {"M": {}}}, {"a": {"M": {}}}),
        ("SET a = b", {"b": s("x")}, None, {"a": s("x"), "b": s("x")}),
        ("SET a = a", {"a": s("x")}, None, {"a": s("x")}),
        ("SET a = a + :v", {"a": n(1)}, {":v": n("0.10")}, {"a": n("1.1")}),
        ("SET a = :v - a", {"a": n(1)}, {":v": n(5)}, {"a": n(4)}),
        ("SET a = b + b", {"b": n(2)}, None, {"b": n(2), "a": n(4)}),
        ("SET a = (a) + (:v)", {"a": n(1)}, {":v": n(1)}, {"a": n(2)}),
        ("SET a = (a + :v)", {"a": n(1)}, {":v": n(1)}, {"a": n(2)}),
        ("SET a = if_not_exists(a, :v)", {}, {":v": n(1)}, {"a": n(1)}),
        ("SET a = if_not_exists(a, :v)", {"a": s("x")}, {":v": n(1)}, {"a": s("x")}),
        ("SET a = if_not_exists(b, a)", {"a": s("x")}, None, {"a": s("x")}),
        ("SET a = if_not_exists(a, :z) + :v", {}, {":z": n(0), ":v": n(3)}, {"a": n(3)}),
        (
            "SET a = if_not_exists(a, if_not_exists(b, :v))",
            {"b": s("x")},
            {":v": n(1)},
            {"a": s("x"), "b": s("x")},
        ),
        ("SET a = list_append(a, :v)", {"a": numbers(1)}, {":v": numbers(2)}, {"a": numbers(1, 2)}),
        ("SET a = list_append(:v, a)", {"a": numbers(1)}, {":v": numbers(2)}, {"a": numbers(2, 1)}),
        (
            "SET a = list_append(if_not_exists(a, :e), :v)",
            {},
            {":e": {"L": []}, ":v": numbers(2)},
            {"a": numbers(2)},
        ),
        ("REMOVE a", {"a": s("x"), "b": s("y")}, None, {"b": s("y")}),
        ("REMOVE a, c", {"a": s("x"), "b": s("y")}, None, {"b": s("y")}),
        ("ADD a :v", {"a": n(1)}, {":v": n("-3")}, {"a": n("-2")}),
        ("ADD a :v", {}, {":v": n(3)}, {"a": n(3)}),
        ("ADD a :v", {}, {":v": {"SS": ["x"]}}, {"a": {"SS": ["x"]}}),
        (
            "ADD a :v",
            {"a": {"SS": ["x", "y"]}},
            {":v": {"SS": ["z", "x"]}},
            {"a": {"SS": ["x", "y", "z"]}},
        ),
        ("ADD a :v", {"a": {"NS": ["1"]}}, {":v": {"NS": ["1.0", "2"]}}, {"a": {"NS": ["1", "2"]}}),
        ("ADD a.b :v", {"a": {"M": {}}}, {":v": n(1)}, {"a": {"M": {"b": n(1)}}}),
        ("DELETE a :v", {"a": {"SS": ["x", "y"]}}, {":v": {"SS": ["x"]}}, {"a": {"SS": ["y"]}}),
        ("DELETE a :v", {"a": {"SS": ["x"]}}, {":v": {"SS": ["x", "z"]}}, {}),
        ("DELETE a :v", {"a": {"NS": ["1"]}}, {":v": {"NS": ["1.0"]}}, {}),
        ("DELETE a :v", {}, {":v": {"SS": ["x"]}}, {}),
        ("DELETE a.b :v", {"a": {"M": {}}}, {":v": {"SS": ["x"]}}, {"a": {"M": {}}}),
        # What is read is what was there before the update.
        ("REMOVE a SET b = a", {"a": s("x")}, None, {"b": s("x")}),
        ("SET a = b, b = a", {"a": n(1), "b": n(2)}, None, {"a": n(2), "b": n(1)}),
        (
            "set a = :v remove b add c :w delete d :x",
            {"b": s("y"), "d": {"SS": ["p", "q"]}},
            {":v": s("x"), ":w": n(1), ":x": {"SS": ["p"]}},
            {"a": s("x"), "c": n(1), "d": {"SS": ["q"]}},
        ),
    ],
)
def test_an_update_makes_of_an_item(updated, text: str, item, values, changed) -> None:
    assert updated(text, item, values) == changed


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("SET m.a = :v", {"M": {"a": n(9), "l": numbers(1, 2)}}),
        ("SET m.c = :v", {"M": {"a": n(1), "l": numbers(1, 2), "c": n(9)}}),
        ("SET m.l[1] = :v", {"M": {"a": n(1), "l": numbers(1, 9)}}),
        ("SET m.#x = :v", {"M": {"a": n(1), "l": numbers(1, 2), "a.b": n(9)}}),
        ("ADD m.a :v", {"M": {"a": n(10), "l": numbers(1, 2)}}),
        ("ADD m.l[0] :v", {"M": {"a": n(1), "l": numbers(10, 2)}}),
        ("SET m = :v", n(9)),
    ],
)
def test_an_update_reaches_into_documents(updated, text: str, changed: Any) -> None:
    item = {"m": {"M": {"a": n(1), "l": numbers(1, 2)}}}
    names = {"#x": "a.b"} if "#x" in text else None
    assert updated(text, item, {":v": n(9)}, names) == {"m": changed}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("REMOVE l[1]", [0, 2, 3, 4]),
        ("REMOVE l[0], l[4]", [1, 2, 3]),
        ("REMOVE l[9]", [0, 1, 2, 3, 4]),
        ("REMOVE l[0], l[1], l[2], l[3], l[4]", []),
        # Indexes are those before the update, whatever the order.
        ("REMOVE l[1] SET l[3] = :a", [0, 2, 17, 4]),
        ("SET l[3] = :a REMOVE l[1]", [0, 2, 17, 4]),
        # Beyond the end is at the end, in the order of the indexes.
        ("SET l[5] = :a", [0, 1, 2, 3, 4, 17]),
        ("SET l[99] = :a", [0, 1, 2, 3, 4, 17]),
        ("SET l[84] = :a, l[37] = :b, l[50] = :c", [0, 1, 2, 3, 4, 18, 19, 17]),
        ("REMOVE l[0] SET l[7] = :a", [1, 2, 3, 4, 17]),
        ("ADD l[1] :a", [0, 18, 2, 3, 4]),
        ("ADD l[7] :a", [0, 1, 2, 3, 4, 17]),
    ],
)
def test_indexes_of_a_list_are_those_before_the_update(updated, text: str, left) -> None:
    values = {":a": n(17), ":b": n(18), ":c": n(19)}
    used = {key: value for key, value in values.items() if key in text}
    new = updated(text, {"l": numbers(0, 1, 2, 3, 4)}, used or None)
    assert items_of(new["l"]) == [str(member) for member in left]


def test_what_an_update_empties_stays_but_for_sets(updated) -> None:
    item = {"m": {"M": {"a": n(1)}}, "l": numbers(1), "x": {"M": {"s": {"SS": ["a"]}}}}
    new = updated("REMOVE m.a, l[0] DELETE x.s :v", item, {":v": {"SS": ["a"]}})
    assert new == {"m": {"M": {}}, "l": {"L": []}, "x": {"M": {}}}


@pytest.mark.parametrize(
    ("text", "item", "message"),
    [
        ("SET a = b", {}, MISSING),
        ("SET a = b.c", {"b": {"M": {}}}, MISSING),
        ("SET a = a + :v", {}, MISSING),
        ("SET a = list_append(b, c)", {}, MISSING),
        ("SET a = if_not_exists(b, c)", {}, MISSING),
        # What the same update writes cannot be read by it.
        ("SET b = :v, a = b", {}, MISSING),
        ("SET a = a + :v", {"a": s("x")}, INCORRECT_TYPE),
        ("SET a = b - :v", {"b": numbers(1)}, INCORRECT_TYPE),
        ("SET a = list_append(a, b)", {"a": s("x"), "b": numbers(1)}, INCORRECT_TYPE),
        ("ADD a :v", {"a": s("x")}, INCORRECT_TYPE),
        ("ADD a :v", {"a": {"NS": ["1"]}}, INCORRECT_TYPE),
        ("SET a.b = :v", {}, INVALID_PATH),
        ("SET a.b = :v", {"a": s("x")}, INVALID_PATH),
        ("SET a.b = :v", {"a": numbers(1)}, INVALID_PATH),
        ("SET a[0] = :v", {"a": {"M": {}}}, INVALID_PATH),
        ("SET a[0] = :v", {}, INVALID_PATH),
        ("SET a.b.c = :v", {"a": {"M": {}}}, INVALID_PATH),
        ("SET a[3].b = :v", {"a": numbers(1)}, INVALID_PATH),
        ("ADD a.b :v", {}, INVALID_PATH),
        ("REMOVE a.b", {}, INVALID_PATH),
        ("REMOVE a.b", {"a": s("x")}, INVALID_PATH),
        ("REMOVE a[0]", {"a": {"M": {}}}, INVALID_PATH),
        ("SET a = :v + b", {"b": n("9" + "0" * 125)}, OVERFLOW),
        ("ADD a :v", {"a": n("1" + "0" * 50)}, OVERFLOW),
    ],
)
def test_an_update_that_does_not_fit_the_item_is_refused(
    refusal, updated, text: str, item: Any, message: str
) -> None:
    value = n("9" + "0" * 125) if message == OVERFLOW and "SET" in text else n(1)
    assert refusal(updated, text, item, {":v": value} if ":v" in text else None) == message


@pytest.mark.parametrize("operand", [{"NS": ["1"]}, {"BS": ["YQ=="]}])
def test_a_set_is_changed_by_a_set_of_its_type(refusal, updated, operand: Any) -> None:
    for section in ("ADD", "DELETE"):
        message = refusal(updated, f"{section} a :v", {"a": {"SS": ["1"]}}, {":v": operand})
        assert message == INCORRECT_TYPE


def test_of_a_missing_item_nothing_can_be_removed_but_paths_cannot_be_set(refusal, updated) -> None:
    key = {"p": s("x")}
    assert updated("REMOVE a.b, c[0], d", key, exists=False) == key
    assert updated("SET a = :v", key, {":v": n(1)}, exists=False) == {**key, "a": n(1)}
    assert refusal(updated, "SET a.b = :v", key, {":v": n(1)}, None, False) == INVALID_PATH


def test_a_value_is_nested_31_levels_deep_at_most_where_it_is_put(refusal, updated) -> None:
    value: dict[str, Any] = s("x")
    for _ in range(30):
        value = {"M": {"a": value}}
    item = {"m": {"M": {"in": {"M": {}}}}}
    assert updated("SET m.b = :v", item, {":v": value})
    assert refusal(updated, "SET m.#in.b = :v", item, {":v": value}, {"#in": "in"}) == TOO_DEEP
    assert refusal(updated, "SET m.#in.b = :v, c = :v", item, {":v": value}, {"#in": "in"})


@pytest.mark.parametrize(
    ("text", "problem", "one", "other"),
    [
        ("SET a = :v, a = :w", "overlap", "[a]", "[a]"),
        ("SET a = :v REMOVE a", "overlap", "[a]", "[a]"),
        ("SET a = :v, #a = :w", "overlap", "[a]", "[a]"),
        ("SET a = :v, a.b = :w", "overlap", "[a]", "[a, b]"),
        ("SET a.b.c = :v, a.b = :w", "overlap", "[a, b, c]", "[a, b]"),
        ("SET a[1] = :v, a[1][2] = :w", "overlap", "[a, [1]]", "[a, [1], [2]]"),
        ("REMOVE a[0], a[0]", "overlap", "[a, [0]]", "[a, [0]]"),
        ("ADD a :v DELETE a :w", "overlap", "[a]", "[a]"),
        ("SET a.b = :v, a[1] = :w", "conflict", "[a, b]", "[a, [1]]"),
        ("REMOVE x.a.b, x.a[2]", "conflict", "[x, a, b]", "[x, a, [2]]"),
        # An overlap is told before a conflict.
        ("SET a.b = :v, a[1] = :w REMOVE a", "overlap", "[a, b]", "[a]"),
    ],
)
def test_paths_that_meet_are_refused(
    refusal, updated, text: str, problem: str, one: str, other: str
) -> None:
    values = {key: {"SS": ["x"]} for key in (":v", ":w") if key in text}
    names = {"#a": "a"} if "#a" in text else None
    assert refusal(updated, text, {}, values or None, names) == (
        f"{INVALID}Two document paths {problem} with each other; must remove or rewrite one of "
        f"these paths; path one: {one}, path two: {other}"
    )


def test_paths_beside_each_other_do_not_meet(updated) -> None:
    item = {"a": {"M": {"b": n(1), "c": {"M": {}}}}, "l": numbers(1, 2)}
    new = updated("SET a.b = :v, a.c.d = :v, l[0] = :v REMOVE l[1], a.x", item, {":v": n(7)})
    assert new == {"a": {"M": {"b": n(7), "c": {"M": {"d": n(7)}}}}, "l": numbers(7)}


@pytest.mark.parametrize("section", ["ADD", "DELETE"])
@pytest.mark.parametrize(
    ("operand", "kind"),
    [
        ({"S": "a"}, "STRING"),
        ({"B": "YQ=="}, "BINARY"),
        ({"BOOL": True}, "BOOLEAN"),
        ({"NULL": True}, "NULL"),
        ({"L": []}, "LIST"),
        ({"M": {}}, "MAP"),
        ({"N": "1"}, "NUMBER"),
    ],
)
def test_add_takes_numbers_and_sets_and_delete_takes_sets(
    refusal, updated, section: str, operand: Any, kind: str
) -> None:
    if section == "ADD" and kind == "NUMBER":
        return
    assert refusal(updated, f"{section} a.b :v", {}, {":v": operand}) == (
        f"{TYPE}operator: {section}, operand type: {kind}, typeSet: ALLOWED_FOR_{section}_OPERAND"
    )


@pytest.mark.parametrize(
    ("text", "name", "wrong"),
    [
        ("SET a = a + :v", "+", {"S": "x"}),
        ("SET a = :v - a", "-", {"L": []}),
        ("SET a = :v + b", "+", {"NS": ["1"]}),
        ("SET a = list_append(:v, a)", "list_append", {"N": "1"}),
        ("SET a = list_append(a, :v)", "list_append", {"SS": ["x"]}),
        ("SET a = if_not_exists(a, :v) + if_not_exists(b, :v)", None, {"S": "x"}),
    ],
)
def test_operands_that_are_values_have_the_right_type(
    refusal, updated, text: str, name: str | None, wrong: Any
) -> None:
    message = refusal(updated, text, {}, {":v": wrong})
    kind = next(iter(wrong))
    if name is None:
        assert message == INCORRECT_TYPE
    else:
        assert message == f"{TYPE}operator or function: {name}, operand type: {kind}"


def test_a_list_cannot_be_added_to(refusal, updated) -> None:
    message = refusal(updated, "SET a = list_append(b, c) + d", {})
    assert message == f"{TYPE}operator or function: +, operand type: L"


@pytest.mark.parametrize("name", ["if_not_exists", "list_append"])
@pytest.mark.parametrize("operands", ["b", "b, c, d"])
def test_functions_take_two_operands(refusal, updated, name: str, operands: str) -> None:
    assert refusal(updated, f"SET a = {name}({operands})", {}) == (
        f"{INVALID}Incorrect number of operands for operator or function; operator or function: "
        f"{name}, number of operands: {operands.count(',') + 1}"
    )


@pytest.mark.parametrize("first", [":v", "if_not_exists(b, :v)"])
def test_if_not_exists_asks_for_a_path(refusal, updated, first: str) -> None:
    assert refusal(updated, f"SET a = if_not_exists({first}, c)", {}, {":v": n(1)}) == (
        f"{INVALID}Operator or function requires a document path; "
        "operator or function: if_not_exists"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("SET #a = :v", "name used in the document path is not defined; attribute name: #a"),
        ("SET a = b.#a", "name used in the document path is not defined; attribute name: #a"),
        ("SET a = :v", "value used in expression is not defined; attribute value: :v"),
        ("ADD a :v", "value used in expression is not defined; attribute value: :v"),
        # All names come before all values.
        ("SET a = :v, b = #a", "name used in the document path is not defined; attribute name: #a"),
        ("SET a = if_not_exists(:v)", "value used in expression is not defined; attribute value"),
    ],
)
def test_placeholders_are_defined(refusal, updated, text: str, what: str) -> None:
    message = refusal(updated, text, {}, {":x": n(1)}, {"#x": "x"})
    assert message.startswith(f"{INVALID}An expression attribute {what}")


@pytest.mark.parametrize(
    "text",
    ["SET p = :v", "SET #p = :v", "REMOVE p", "ADD p :v", "SET p.a = :v", "SET a = :v, p = :v"],
)
def test_the_key_is_not_updated(refusal, text: str) -> None:
    names = {"#p": "p"}
    message = (
        "One or more parameter values were invalid: Cannot update attribute p. "
        "This attribute is part of the key"
    )
    assert refusal(update(text).check_keys, names, ["h", "p"]) == message
    update(text).check_keys(names, ["h", "r"])


def test_the_key_can_be_read() -> None:
    update("SET a = p").check_keys({}, ["p"])


def test_the_paths_of_an_update_show_what_it_changed() -> None:
    parsed = update("SET a.b = :v, l[1] = :v REMOVE c ADD #d :v")
    paths = parsed.paths({"#d": "d"})
    assert paths == [("a", "b"), ("l", 1), ("c",), ("d",)]
    item = {"a": {"M": {"b": n(1), "x": n(2)}}, "l": numbers(4, 5), "d": n(3), "e": n(4)}
    assert at_paths(item, paths) == {"a": {"M": {"b": n(1)}}, "l": numbers(5), "d": n(3)}


def test_one_text_updates_by_other_names_and_values(updated) -> None:
    text = "SET #n = #n + :v"
    item = {"a": n(1), "b": n(2)}
    assert updated(text, item, {":v": n(1)}, {"#n": "a"}) == {"a": n(2), "b": n(2)}
    assert updated(text, item, {":v": n(5)}, {"#n": "b"}) == {"a": n(1), "b": n(7)}


@pytest.mark.parametrize("text", ["REMOVE a", "DELETE a :v", "REMOVE a.b, c DELETE d :v"])
def test_an_update_that_only_removes_creates_no_item(text: str) -> None:
    assert not update(text).creates


@pytest.mark.parametrize("text", ["SET a = :v", "ADD a :v", "REMOVE a SET b = :v"])
def test_an_update_that_writes_creates_the_item(text: str) -> None:
    assert update(text).creates
