"""What DynamoDB returns becomes Python's values: boto3's own, with integers for whole numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from checkout.adapters.dynamodb import decode, encode

ATTRIBUTES: tuple[dict[str, Any], ...] = (
    *({"S": text} for text in ("", "text", "1999")),
    *({"BOOL": flag} for flag in (True, False)),
    {"NULL": True},
    {"B": b"bytes"},
    {"SS": ["a", "b"]},
    {"NS": ["1", "2.5"]},
    {"BS": [b"a"]},
    {"L": []},
    {"M": {}},
    {"L": [{"M": {"sku": {"S": "a"}, "sizes": {"L": [{"SS": ["s"]}, {"NULL": True}]}}}]},
)


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=repr)
def test_a_value_is_the_one_that_boto3_makes(attribute: dict[str, Any]) -> None:
    value = decode({"a": attribute})["a"]
    expected = TypeDeserializer().deserialize(attribute)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1999", 1999),
        ("-1", -1),
        ("-0", 0),
        ("1E+3", 1000),
        ("2.0", 2),
        ("1.50", Decimal("1.50")),
        ("0.000001", Decimal("0.000001")),
        ("9" * 38, int("9" * 38)),
    ],
)
def test_a_whole_number_is_an_integer(text: str, value: object) -> None:
    number = decode({"a": {"L": [{"N": text}]}})["a"][0]
    assert (number, type(number)) == (value, type(value))


def test_what_is_written_is_read() -> None:
    item = {"a": 1, "b": "x", "c": [{"d": None}, True, {"e": Decimal("1.5")}]}
    assert decode(encode(item)) == item
