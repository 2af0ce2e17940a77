"""Key conditions of a Query, and what cannot be one."""

from typing import Any

import pytest

from embedded_dynamodb.expressions import Bound, key_condition

V: dict[str, Any] = {":p": {"S": "x"}, ":s": {"N": "1"}, ":t": {"N": "2"}, ":b": {"BOOL": True}}
P, S = [("p", "S")], [("s", "N")]


def bounds(text: str, sort: Any = S, partition: Any = P, values: Any = V, names: Any = None) -> Any:
    parsed = key_condition(text)
    parsed.check(names or {}, values)
    return parsed.bind(names or {}, values, partition, sort)


PARTITION = Bound("p", "=", ({"S": "x"},))


@pytest.mark.parametrize(
    ("text", "sort_bound"),
    [
        ("p = :p", None),
        (":p = p", None),
        ("(p = :p)", None),
        ("p = :p AND s = :s", Bound("s", "=", ({"N": "1"},))),
        ("s = :s AND p = :p", Bound("s", "=", ({"N": "1"},))),
        ("(p = :p) AND (s < :s)", Bound("s", "<", ({"N": "1"},))),
        ("((p = :p) AND (s <= :s))", Bound("s", "<=", ({"N": "1"},))),
        ("p = :p AND s > :s", Bound("s", ">", ({"N": "1"},))),
        ("p = :p AND s >= :s", Bound("s", ">=", ({"N": "1"},))),
        ("p = :p AND :s < s", Bound("s", ">", ({"N": "1"},))),
        ("p = :p AND :s >= s", Bound("s", "<=", ({"N": "1"},))),
        ("p = :p AND s BETWEEN :s AND :t", Bound("s", "BETWEEN", ({"N": "1"}, {"N": "2"}))),
        ("s between :s and :t and p = :p", Bound("s", "BETWEEN", ({"N": "1"}, {"N": "2"}))),
    ],
)
def test_key_conditions_are_bound_in_the_order_of_the_key(text: str, sort_bound) -> None:
    assert bounds(text) == [PARTITION, *([sort_bound] if sort_bound else [])]


def test_begins_with_is_for_texts_and_binary_values(refusal) -> None:
    text = "p = :p AND begins_with(s, :p)"
    assert bounds(text, [("s", "S")])[1] == Bound("s", "begins_with", ({"S": "x"},))
    assert "begins_with, operand type: N" in refusal(bounds, "p = :p AND begins_with(s, :s)")


def test_names_may_be_placeholders() -> None:
    assert bounds("#1 = :p AND #2 = :s", names={"#1": "p", "#2": "s"})[0] == PARTITION


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("p = :p OR s = :s", "OR"),
        ("p = :p AND (s = :s OR s = :t)", "OR"),
        ("NOT p = :p", "NOT"),
        ("p = :p AND s <> :s", "<>"),
        ("p IN (:p)", "IN"),
        ("attribute_exists(p)", "attribute_exists"),
        ("p = :p AND attribute_not_exists(s)", "attribute_not_exists"),
        ("p = :p AND contains(s, :s)", "contains"),
        ("attribute_type(p, :type)", "attribute_type"),
    ],
)
def test_only_ranges_of_keys_can_be_asked_for(refusal, text: str, operator: str) -> None:
    values = {**V, ":type": {"S": "S"}}
    assert refusal(key_condition(text).check, {}, values) == (
        f"Invalid operator used in KeyConditionExpression: {operator}"
    )


INVALID = "Invalid condition in KeyConditionExpression: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p = s", INVALID + "Multiple attribute names used in one condition"),
        ("s BETWEEN :s AND p", INVALID + "Multiple attribute names used in one condition"),
        ("begins_with(p, s)", INVALID + "Multiple attribute names used in one condition"),
        (":p = :p", INVALID + "No key attribute specified"),
        ("p = :p AND :s < :t", INVALID + "No key attribute specified"),
        (
            ":s BETWEEN s AND :t",
            INVALID + "BETWEEN operator must have the key attribute as its first operand",
        ),
        (
            "begins_with(:p, p)",
            INVALID + "begins_with operator must have the key attribute as its first operand",
        ),
        ("p = :p AND size(s) = :s", "KeyConditionExpressions cannot contain nested operations"),
        ("p = size(s)", "KeyConditionExpressions cannot contain nested operations"),
        (
            "p = :p AND s.a = :s",
            "KeyConditionExpressions cannot have conditions on nested attributes",
        ),
        ("p[0] = :p", "KeyConditionExpressions cannot have conditions on nested attributes"),
        (
            "p = :p AND s > :s AND s < :t",
            "KeyConditionExpressions must only contain one condition per key",
        ),
        (
            "p = :p AND s BETWEEN :t AND :s",
            "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be "
            "greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, "
            "upper bound operand: AttributeValue: {N:1}",
        ),
        (
            "p = :missing",
            "Invalid KeyConditionExpression: An expression attribute value used in expression is "
            "not defined; attribute value: :missing",
        ),
    ],
)
def test_each_condition_is_on_one_key_attribute(refusal, text: str, message: str) -> None:
    assert refusal(key_condition(text).check, {}, V) == message


@pytest.mark.parametrize(
    ("text", "sort", "message"),
    [
        ("s = :s", S, "Query condition missed key schema element: p"),
        ("else1 = :p", S, "Query condition missed key schema element: p"),
        ("p = :p AND else1 = :s", S, "Query condition missed key schema element: s"),
        ("p = :p AND s = :s AND else1 = :s", S, "Conditions can be of length 1 or 2 only"),
        ("p = :p AND s = :s", [], "Query key condition not supported"),
        ("p > :p", S, "Query key condition not supported"),
        ("begins_with(p, :p)", S, "Query key condition not supported"),
        ("p BETWEEN :p AND :p", S, "Query key condition not supported"),
        (
            "p = :s",
            S,
            "One or more parameter values were invalid: Condition parameter type does not match "
            "schema type",
        ),
        (
            "p = :b",
            S,
            "One or more parameter values were invalid: Condition parameter type does not match "
            "schema type",
        ),
        (
            "p = :p AND s = :p",
            S,
            "One or more parameter values were invalid: Condition parameter type does not match "
            "schema type",
        ),
        (
            "p = :empty",
            S,
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: p",
        ),
        (
            "p = :p AND s = :nothing",
            [("s", "B")],
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty binary value. Key: s",
        ),
    ],
)
def test_conditions_fit_the_key_schema(refusal, text: str, sort: Any, message: str) -> None:
    values = {**V, ":empty": {"S": ""}, ":nothing": {"B": ""}}
    assert refusal(bounds, text, sort, P, values) == message


PARTITIONS, SORTS = [("p", "S"), ("q", "N")], [("s", "N"), ("t", "N"), ("u", "S")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("p = :p AND q = :s", ["p", "q"]),
        ("q = :s AND s > :s AND p = :p", ["p", "q", "s"]),
        ("p = :p AND q = :s AND s = :s AND t BETWEEN :s AND :t", ["p", "q", "s", "t"]),
        ("p = :p AND q = :s AND s = :s AND t = :s AND begins_with(u, :p)", [*"pqstu"]),
    ],
)
def test_keys_of_several_attributes_are_asked_for_from_the_left(text: str, names) -> None:
    assert [each.name for each in bounds(text, SORTS, PARTITIONS)] == names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p = :p", "Query condition missed key schema element: q"),
        ("p = :p AND q > :s", "Query key condition not supported"),
        ("p = :p AND q = :s AND t = :s", "Query condition missed key schema element: s"),
        ("p = :p AND q = :s AND s > :s AND t = :s", "Query key condition not supported"),
        (
            "p = :p AND q = :s AND s = :s AND t = :s AND u = :p AND v = :p",
            "Query key condition not supported",
        ),
    ],
)
def test_keys_of_several_attributes_are_not_asked_for_otherwise(
    refusal, text: str, message: str
) -> None:
    assert refusal(bounds, text, SORTS, PARTITIONS) == message
