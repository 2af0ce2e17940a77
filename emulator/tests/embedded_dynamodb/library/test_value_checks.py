"""Attribute values: what DynamoDB takes, in which form, and what it says of the rest."""

from typing import Any

import pytest

from embedded_dynamodb.values import (
    EMPTY,
    INVALID,
    SEVERAL,
    TOO_DEEP,
    check_item,
    check_value,
    comparable,
    depth_of,
    equal,
)


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"a": value}}
    return value


def nested_lists(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


@pytest.mark.parametrize(
    "value",
    [
        {"S": ""},
        {"S": "x"},
        {"N": "1.5"},
        {"B": ""},
        {"B": "AAE="},
        {"BOOL": False},
        {"NULL": True},
        {"SS": ["a", "b"]},
        {"SS": [""]},
        {"NS": ["1", "2"]},
        {"BS": ["AA==", "AQ=="]},
        {"L": []},
        {"M": {}},
        {"L": [{"M": {"a": {"L": [{"N": "1"}]}}}]},
        nested(31),
        nested_lists(31),
    ],
)
def test_a_value_that_dynamodb_stores_stays_as_it_is(value: dict[str, Any]) -> None:
    assert check_value(value) == value


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"N": "1E3"}, {"N": "1000"}),
        ({"NS": ["1.0", "2e1"]}, {"NS": ["1", "20"]}),
        ({"L": [{"N": "01"}]}, {"L": [{"N": "1"}]}),
        ({"M": {"a": {"N": "-0"}}}, {"M": {"a": {"N": "0"}}}),
        ({"S": "x", "N": None}, {"S": "x"}),
        ({"S": "x", "X": 1}, {"S": "x"}),
        ({"BOOL": "true"}, {"BOOL": True}),
        ({"BOOL": "no"}, {"BOOL": False}),
        ({"NULL": "1"}, {"NULL": True}),
    ],
)
def test_a_value_is_stored_in_its_canonical_form(given: Any, stored: Any) -> None:
    assert check_value(given) == stored


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, EMPTY),
        ({"X": "1"}, EMPTY),
        ({"S": None}, EMPTY),
        ({"S": "a", "N": "1"}, SEVERAL),
        ({"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
        ({"SS": []}, INVALID + "An string set  may not be empty"),
        ({"NS": []}, INVALID + "An number set  may not be empty"),
        ({"BS": []}, INVALID + "Binary sets should not be empty"),
        ({"SS": ["a", "a"]}, INVALID + "Input collection [a, a] contains duplicates."),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        (
            {"BS": ["AA==", "AA=="]},
            INVALID + "Input collection [AA==, AA==]of type BS contains duplicates.",
        ),
        ({"N": "a"}, "The parameter cannot be converted to a numeric value: a"),
        ({"NS": ["1", ""]}, "The parameter cannot be converted to a numeric value"),
        ({"L": [{"SS": []}]}, INVALID + "An string set  may not be empty"),
        ({"M": {"a": {"M": {"b": {}}}}}, EMPTY),
        # Contents are checked before it is said that there are several.
        ({"N": "a", "S": "b"}, "The parameter cannot be converted to a numeric value: a"),
        ({"M": {"": {"S": "x"}}}, INVALID + "Empty attribute name"),
        (nested(32), TOO_DEEP),
        ({"L": [nested(31)]}, TOO_DEEP),
        (nested_lists(32), TOO_DEEP),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused(refusal, value: Any, message: str) -> None:
    assert refusal(check_value, value) == message
    assert refusal(check_item, {"a": value}) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x", "Unexpected value type in payload"),
        ({"S": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"S": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"S": True}, "TRUE_VALUE cannot be converted to String"),
        ({"S": []}, "Unrecognized collection type class java.lang.String"),
        ({"S": {}}, "Start of structure or map found where not expected"),
        ({"N": 123}, "NUMBER_VALUE cannot be converted to String"),
        ({"B": 1}, "only base-64-encoded strings are convertible to bytes"),
        ({"B": "abc"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
        ({"B": "YR=="}, "Invalid last non-pad Base64 character dectected"),
        ({"B": "a$bc"}, "Invalid Base64 character detected"),
        ({"BOOL": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"BOOL": 1.5}, "DECIMAL_VALUE cannot be converted to Boolean"),
        ({"BOOL": []}, "Unrecognized collection type class java.lang.Boolean"),
        ({"BOOL": {}}, "Start of structure or map found where not expected"),
        ({"B": []}, "Unrecognized collection type class java.nio.ByteBuffer"),
        ({"B": {}}, "Start of structure or map found where not expected"),
        ({"BOOL": "maybe"}, "Unexpected token received from parser"),
        ({"SS": "a"}, "Unexpected field type"),
        ({"SS": [1]}, "NUMBER_VALUE cannot be converted to String"),
        ({"L": {}}, "Start of structure or map found where not expected"),
        ({"M": "a"}, "Unexpected field type"),
        (
            {"M": []},
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>",
        ),
        ({"L": ["a"]}, "Unexpected value type in payload"),
    ],
)
def test_json_that_is_no_value_is_no_serialized_value(
    serialization_refusal, value: Any, message: str
) -> None:
    assert serialization_refusal(check_value, value) == message


def test_an_item_is_a_map(serialization_refusal) -> None:
    assert serialization_refusal(check_item, [])


def test_an_attribute_has_a_name_of_65535_bytes_at_most(refusal) -> None:
    value = {"S": "x"}
    assert len(check_item({"a" * 65_535: value, "é" * 30_000: value})) == 2
    too_large = INVALID + "Attribute name is too large, must be less than 65536 bytes"
    assert refusal(check_item, {"a" * 65_536: value}) == too_large
    assert refusal(check_item, {"é" * 32_768: value}) == too_large
    assert refusal(check_item, {"": value}) == INVALID + "Empty attribute name"


@pytest.mark.parametrize(("value", "depth"), [({"S": "x"}, 0), ({"L": []}, 1), (nested(5), 5)])
def test_the_depth_of_a_value_counts_lists_and_maps(value: Any, depth: int) -> None:
    assert depth_of(value) == depth


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"S": "a"}, {"S": "a"}),
        ({"SS": ["a", "b"]}, {"SS": ["b", "a"]}),
        ({"L": [{"NS": ["1", "2"]}]}, {"L": [{"NS": ["2", "1"]}]}),
        ({"M": {"a": {"BS": ["AA==", "AQ=="]}}}, {"M": {"a": {"BS": ["AQ==", "AA=="]}}}),
    ],
)
def test_equal_values_are_equal_with_their_sets_in_any_order(left: Any, right: Any) -> None:
    assert equal(left, right)
    assert equal(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"S": "1"}, {"N": "1"}),
        ({"S": "a"}, {"S": "b"}),
        ({"BOOL": True}, {"N": "1"}),
        ({"SS": ["1"]}, {"NS": ["1"]}),
        ({"SS": ["a"]}, {"SS": ["a", "b"]}),
        ({"L": [{"S": "a"}, {"S": "b"}]}, {"L": [{"S": "b"}, {"S": "a"}]}),
        ({"L": []}, {"M": {}}),
        ({"M": {"a": {"S": "x"}}}, {"M": {"b": {"S": "x"}}}),
        ({"M": {"a": {"S": "x"}}}, {"M": {"a": {"S": "y"}}}),
        ({"B": "AA=="}, {"S": "AA=="}),
    ],
)
def test_values_of_other_types_or_contents_are_not_equal(left: Any, right: Any) -> None:
    assert not equal(left, right)
    assert not equal(right, left)


def test_texts_are_ordered_by_their_bytes_in_utf_8() -> None:
    texts = ["", "a", "Z", "é", "\uffff", "\U0001f600", "ab"]
    by_key = sorted(texts, key=lambda text: comparable({"S": text}))
    assert by_key == sorted(texts, key=lambda text: text.encode())


def test_binary_values_are_ordered_by_their_unsigned_bytes() -> None:
    assert comparable({"B": "fw=="}) < comparable({"B": "gA=="})  # 127 and 128


def test_numbers_are_ordered_by_value() -> None:
    assert comparable({"N": "9"}) < comparable({"N": "10"})
    assert comparable({"N": "-1.5"}) < comparable({"N": "-1"})
