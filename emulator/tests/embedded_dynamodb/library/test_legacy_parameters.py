"""Expected, QueryFilter, ScanFilter, KeyConditions, AttributeUpdates and AttributesToGet."""

from typing import Any

import pytest

from embedded_dynamodb.expressions import Bound
from embedded_dynamodb.expressions.legacy import (
    MISMATCH,
    OPERATOR_NAMES,
    checked_key_conditions,
    legacy_condition,
    legacy_filter,
    legacy_key_conditions,
    legacy_projection,
    legacy_update,
)
from embedded_dynamodb.values import INVALID

ITEM: dict[str, Any] = {
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "b": {"B": "AQI="},
    "l": {"L": [{"N": "4"}]},
    "ss": {"SS": ["a", "b"]},
    "#p": {"S": "sharp"},
    "a.b": {"S": "dotted"},
}


def compared(operator: str, *values: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


def holds(conditions: Any, operator: str | None = None) -> list[bool]:
    """What Expected and ScanFilter make of the same conditions."""
    parsed = (
        legacy_condition(conditions, operator),
        legacy_filter("ScanFilter", conditions, operator),
    )
    return [each is None or each.evaluate(ITEM, {}, {}) for each in parsed]


@pytest.mark.parametrize(
    ("name", "condition", "result"),
    [
        ("s", compared("EQ", {"S": "hello"}), True),
        ("s", compared("EQ", {"S": "x"}), False),
        ("n", compared("EQ", {"N": "1E1"}), True),
        ("l", compared("EQ", {"L": [{"N": "4.0"}]}), True),
        ("ss", compared("EQ", {"SS": ["b", "a"]}), True),
        ("none", compared("EQ", {"S": "x"}), False),
        ("s", compared("NE", {"S": "x"}), True),
        ("none", compared("NE", {"S": "x"}), True),
        ("n", compared("LT", {"N": "11"}), True),
        ("n", compared("LE", {"N": "9"}), False),
        ("n", compared("GT", {"N": "9"}), True),
        ("n", compared("GE", {"S": "9"}), False),
        ("n", compared("BETWEEN", {"N": "9"}, {"N": "10"}), True),
        ("s", compared("IN", {"S": "x"}, {"S": "hello"}), True),
        ("s", compared("IN", {"S": "x"}), False),
        ("s", compared("BEGINS_WITH", {"S": "he"}), True),
        ("n", compared("BEGINS_WITH", {"S": "1"}), False),
        ("s", compared("CONTAINS", {"S": "ell"}), True),
        ("ss", compared("CONTAINS", {"S": "a"}), True),
        ("l", compared("CONTAINS", {"N": "4"}), True),
        ("none", compared("CONTAINS", {"S": "a"}), False),
        ("s", compared("NOT_CONTAINS", {"S": "x"}), True),
        ("ss", compared("NOT_CONTAINS", {"S": "a"}), False),
        # Of what is not there, neither is said.
        ("none", compared("NOT_CONTAINS", {"S": "a"}), False),
        ("s", compared("NULL"), False),
        ("none", compared("NULL"), True),
        ("s", {"ComparisonOperator": "NOT_NULL"}, True),
        ("none", {"ComparisonOperator": "NOT_NULL"}, False),
        # A name is a name, whatever it contains.
        ("#p", compared("EQ", {"S": "sharp"}), True),
        ("a.b", compared("EQ", {"S": "dotted"}), True),
    ],
)
def test_a_comparison_holds_as_the_expression_does(name: str, condition: Any, result) -> None:
    assert holds({name: condition}) == [result, result]


def test_conditions_are_combined_by_and_unless_or_is_asked_for() -> None:
    one, other = compared("EQ", {"S": "hello"}), compared("EQ", {"N": "0"})
    conditions = {"s": one, "n": other}
    assert holds(conditions) == [False, False]
    assert holds(conditions, "AND") == [False, False]
    assert holds(conditions, "OR") == [True, True]


def test_no_condition_is_no_condition() -> None:
    assert legacy_condition(None, None) is None
    assert legacy_condition({}, None) is None
    assert legacy_filter("QueryFilter", {}, None) is None


@pytest.mark.parametrize("operator", ["AND", "OR"])
def test_an_operator_needs_two_conditions(refusal, operator: str) -> None:
    missing = "ConditionalOperator cannot be used without Filter or Expected"
    assert refusal(legacy_condition, None, operator) == missing
    assert refusal(legacy_filter, "ScanFilter", {}, operator) == missing
    assert refusal(holds, {"s": compared("NOT_NULL")}, operator) == (
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    )


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (compared("EQ"), "Invalid number of argument(s) for the EQ ComparisonOperator"),
        (
            compared("LT", {"N": "1"}, {"N": "2"}),
            "Invalid number of argument(s) for the LT ComparisonOperator",
        ),
        (
            compared("BETWEEN", {"N": "1"}),
            "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
        ),
        (compared("IN"), "Invalid number of argument(s) for the IN ComparisonOperator"),
        (
            compared("NULL", {"N": "1"}),
            "Invalid number of argument(s) for the NULL ComparisonOperator",
        ),
        (
            compared("IN", {"N": "1"}, {"S": "a"}),
            "AttributeValues inside AttributeValueList must be of same type",
        ),
        (
            compared("BETWEEN", {"N": "1"}, {"S": "a"}),
            "AttributeValues inside AttributeValueList must be of same type",
        ),
        *[
            (
                compared(operator, value),
                f"ComparisonOperator {operator} is not valid for {next(iter(value))} "
                "AttributeValue type",
            )
            for operator, value in [
                ("LT", {"L": []}),
                ("LE", {"BOOL": True}),
                ("GT", {"SS": ["a"]}),
                ("GE", {"NULL": True}),
                ("IN", {"M": {}}),
                ("CONTAINS", {"L": []}),
                ("NOT_CONTAINS", {"SS": ["a"]}),
                ("BEGINS_WITH", {"N": "1"}),
            ]
        ],
    ],
)
def test_values_fit_the_operator(refusal, condition: Any, message: str) -> None:
    assert refusal(holds, {"a": condition}) == INVALID + message


def test_the_bounds_of_between_are_in_order(refusal) -> None:
    assert refusal(holds, {"a": compared("BETWEEN", {"N": "2"}, {"N": "1"})}) == (
        "The BETWEEN condition was provided a range where the lower bound is greater than the "
        "upper bound"
    )


def test_an_operator_is_one_of_thirteen(refusal) -> None:
    assert refusal(legacy_filter, "ScanFilter", {"a": compared("eq", {"S": "x"})}, None) == (
        "1 validation error detected: Value 'eq' at 'scanFilter.a.member.comparisonOperator' "
        f"failed to satisfy constraint: Member must satisfy enum value set: [{OPERATOR_NAMES}]"
    )
    assert refusal(legacy_filter, "QueryFilter", {"a": {}}, None) == (
        "1 validation error detected: Value null at 'queryFilter.a.member.comparisonOperator' "
        "failed to satisfy constraint: Member must not be null"
    )


@pytest.mark.parametrize(
    ("expected", "result"),
    [
        ({"s": {"Value": {"S": "hello"}}}, True),
        ({"s": {"Value": {"S": "hello"}, "Exists": True}}, True),
        ({"s": {"Value": {"S": "x"}}}, False),
        ({"none": {"Value": {"S": "x"}}}, False),
        ({"s": {"Exists": False}}, False),
        ({"none": {"Exists": False}}, True),
        ({"s": {"ComparisonOperator": "BEGINS_WITH", "Value": {"S": "he"}}}, True),
    ],
)
def test_expected_has_a_value_or_says_that_there_is_none(expected: Any, result: bool) -> None:
    parsed = legacy_condition(expected, None)
    assert parsed
    assert parsed.evaluate(ITEM, {}, {}) is result


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Value must be provided when Exists is null for Attribute: a"),
        ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
        (
            {"Exists": False, "Value": {"S": "x"}},
            "Value cannot be used when Exists is false for Attribute: a",
        ),
        (
            {"Value": {"S": "x"}, "AttributeValueList": [{"S": "x"}]},
            "Value and AttributeValueList cannot be used together for Attribute: a",
        ),
        (
            {"AttributeValueList": [{"S": "x"}]},
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
        (
            {"Exists": True, **compared("EQ", {"S": "x"})},
            "Exists and ComparisonOperator cannot be used together for Attribute: a",
        ),
        (
            {"ComparisonOperator": "EQ"},
            "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a",
        ),
    ],
)
def test_expected_has_one_form(refusal, given: Any, message: str) -> None:
    assert refusal(legacy_condition, {"a": given}, None) == INVALID + message


P, S = [("p", "S")], [("s", "N")]


def test_key_conditions_are_bound_in_the_order_of_the_key() -> None:
    conditions = {
        "s": compared("BETWEEN", {"N": "1"}, {"N": "2"}),
        "p": compared("EQ", {"S": "x"}),
    }
    assert legacy_key_conditions(checked_key_conditions(conditions), P, S) == [
        Bound("p", "=", ({"S": "x"},)),
        Bound("s", "BETWEEN", ({"N": "1"}, {"N": "2"})),
    ]


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({}, "Conditions can be of length 1 or 2 only"),
        (
            {name: compared("EQ", {"S": "x"}) for name in "psq"},
            "Conditions can be of length 1 or 2 only",
        ),
        ({"s": compared("EQ", {"N": "1"})}, "Query condition missed key schema element: p"),
        ({"p": compared("GT", {"S": "x"})}, "Query key condition not supported"),
        *[
            (
                {"p": compared("EQ", {"S": "x"}), "s": compared(operator, *values)},
                "Attempted conditional constraint is not an indexable operation",
            )
            for operator, values in [
                ("NE", [{"N": "1"}]),
                ("NULL", []),
                ("NOT_NULL", []),
                ("CONTAINS", [{"N": "1"}]),
                ("NOT_CONTAINS", [{"N": "1"}]),
                ("IN", [{"N": "1"}]),
            ]
        ],
        (
            {"p": compared("EQ", {"N": "1"})},
            INVALID + "Condition parameter type does not match schema type",
        ),
    ],
)
def test_key_conditions_fit_the_key_schema(refusal, conditions: Any, message: str) -> None:
    def bounds() -> list[Bound]:
        return legacy_key_conditions(checked_key_conditions(conditions), P, S)

    assert refusal(bounds) == message


@pytest.mark.parametrize(
    ("updates", "changed"),
    [
        ({"a": {"Value": {"N": "1.0"}}}, {"a": {"N": "1"}}),
        ({"a": {"Value": {"S": "x"}, "Action": "PUT"}}, {"a": {"S": "x"}}),
        ({"a.b": {"Value": {"S": "x"}}}, {"a.b": {"S": "x"}}),
        ({"n": {"Value": {"N": "5"}, "Action": "ADD"}}, {"n": {"N": "15"}}),
        ({"c": {"Value": {"N": "5"}, "Action": "ADD"}}, {"c": {"N": "5"}}),
        (
            {"l": {"Value": {"L": [{"S": "x"}]}, "Action": "ADD"}},
            {"l": {"L": [{"N": "4"}, {"S": "x"}]}},
        ),
        (
            {"ss": {"Value": {"SS": ["c", "a"]}, "Action": "ADD"}},
            {"ss": {"SS": ["a", "b", "c"]}},
        ),
        ({"ss": {"Value": {"SS": ["a"]}, "Action": "DELETE"}}, {"ss": {"SS": ["b"]}}),
        ({"ss": {"Value": {"SS": ["a", "b"]}, "Action": "DELETE"}}, {"ss": None}),
        ({"s": {"Action": "DELETE"}}, {"s": None}),
        ({"none": {"Action": "DELETE"}}, {}),
        ({}, {}),
    ],
)
def test_attribute_updates_change_top_level_attributes(updates: Any, changed: Any) -> None:
    wanted = {**ITEM, **changed}
    new = legacy_update(updates).apply(ITEM, {}, {})
    assert new == {name: value for name, value in wanted.items() if value is not None}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"Action": "PUT"},
            INVALID + "Only DELETE action is allowed when no attribute value is specified",
        ),
        (
            {"Action": "DELETE", "Value": {"S": "x"}},
            INVALID + "DELETE action with value is not supported for the type S",
        ),
        (
            {"Action": "ADD", "Value": {"S": "x"}},
            INVALID + "ADD action is not supported for the type S",
        ),
        (
            {"Action": "SET", "Value": {"S": "x"}},
            "1 validation error detected: Value 'SET' at 'attributeUpdates.s.member.action' "
            "failed to satisfy constraint: Member must satisfy enum value set: "
            "[ADD, PUT, DELETE]",
        ),
        ({"Action": "ADD", "Value": {"N": "1"}}, MISMATCH),
        ({"Action": "DELETE", "Value": {"SS": ["x"]}}, MISMATCH),
    ],
)
def test_attribute_updates_that_break_a_rule_are_refused(refusal, given: Any, message: str) -> None:
    assert refusal(lambda: legacy_update({"s": given}).apply(ITEM, {}, {})) == message


def test_attribute_updates_create_an_item_unless_they_only_delete() -> None:
    assert legacy_update({}).creates
    assert legacy_update({"a": {"Value": {"S": "x"}}}).creates
    assert not legacy_update({"a": {"Action": "DELETE"}}).creates
    assert not legacy_update({"a": {"Action": "DELETE", "Value": {"SS": ["x"]}}}).creates


def test_attribute_updates_do_not_change_the_key(refusal) -> None:
    parsed = legacy_update({"p": {"Value": {"S": "x"}}})
    assert "Cannot update attribute p." in refusal(parsed.check_keys, {}, ["p"])


def test_attributes_to_get_are_top_level_and_different(refusal) -> None:
    assert legacy_projection(["s", "#p", "a.b", "none"]).apply(ITEM, {}) == {
        name: ITEM[name] for name in ("s", "#p", "a.b")
    }
    assert refusal(legacy_projection, ["a", "b", "a"]) == (
        INVALID + "Duplicate value in attribute name: a"
    )
    assert refusal(legacy_projection, ["a", ""]) == INVALID + "Empty attribute name"


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (legacy_condition, [[], None]),
        (legacy_condition, [{"a": "x"}, None]),
        (legacy_filter, ["ScanFilter", "x", None]),
        (checked_key_conditions, [["p"]]),
        (legacy_update, [[]]),
        (legacy_update, [{"a": []}]),
        (legacy_projection, ["a"]),
        (legacy_projection, [["a", 1]]),
    ],
)
def test_json_of_another_form_is_refused(serialization_refusal, function, given) -> None:
    assert serialization_refusal(function, *given)
