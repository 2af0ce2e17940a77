"""Sizes, by the rules of "DynamoDB item sizes and formats"."""

from typing import Any

import pytest

from embedded_dynamodb.values import item_size, value_size


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "abc"}, 3),
        ({"S": "é"}, 2),
        ({"S": "\U0001f600"}, 4),
        ({"N": "1"}, 2),
        ({"N": "0"}, 1),
        ({"B": ""}, 0),
        ({"B": "AA=="}, 1),
        ({"B": "AAA="}, 2),
        ({"B": "AAAA"}, 3),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "123"]}, 5),
        ({"BS": ["AA==", "AAAA"]}, 4),
        # A list or map takes three bytes, and one for each member.
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "a"}, {"BOOL": True}]}, 3 + (1 + 1) + (1 + 1)),
        ({"M": {"ab": {"S": "c"}}}, 3 + (1 + 2 + 1)),
        ({"M": {"a": {"L": [{"N": "1"}]}}}, 3 + 1 + 1 + (3 + 1 + 2)),
    ],
)
def test_a_value_takes_the_bytes_that_aws_counts(value: Any, size: int) -> None:
    assert value_size(value) == size


def test_an_item_takes_the_bytes_of_its_names_and_values() -> None:
    item = {"pk": {"S": "abc"}, "é": {"N": "100"}, "flag": {"BOOL": True}}
    assert item_size(item) == (2 + 3) + (2 + 2) + (4 + 1)


def test_a_text_with_half_of_a_surrogate_pair_has_a_size() -> None:
    assert value_size({"S": "\ud800"}) == 3
