"""ExpressionAttributeNames and ExpressionAttributeValues of a request."""

from typing import Any

import pytest

from embedded_dynamodb.expressions import Placeholders, condition, projection, update
from embedded_dynamodb.values import EMPTY, INVALID, TOO_DEEP


@pytest.mark.parametrize(
    ("names", "values", "message"),
    [
        ({}, None, "ExpressionAttributeNames must not be empty"),
        (None, {}, "ExpressionAttributeValues must not be empty"),
        *[
            (
                {key: "a"},
                None,
                f'ExpressionAttributeNames contains invalid key: Syntax error; key: "{key}"',
            )
            for key in ("a", "#", "#a-b", ":a", "#a.b", "", "#é", "#a\n")
        ],
        *[
            (
                None,
                {key: {"S": "a"}},
                f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{key}"',
            )
            for key in ("a", ":", ":a b", "#a")
        ],
        (
            None,
            {":v": {}},
            f"ExpressionAttributeValues contains invalid value: {EMPTY} for key :v",
        ),
        (
            None,
            {":a": {"S": ""}, ":v": {"SS": []}},
            f"ExpressionAttributeValues contains invalid value: {INVALID}An string set  may not "
            "be empty for key :v",
        ),
        (
            {"#n": ""},
            None,
            f"ExpressionAttributeNames contains invalid value: {INVALID}Empty attribute name for "
            "key #n",
        ),
        # Names come before values, and the form of all keys before any value.
        ({}, {}, "ExpressionAttributeNames must not be empty"),
        (
            None,
            {":v": {}, "w": {"S": "a"}},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: "w"',
        ),
    ],
)
def test_placeholders_have_a_form(refusal, names: Any, values: Any, message: str) -> None:
    assert refusal(Placeholders, names, values) == message


@pytest.mark.parametrize("sigil", ["#", ":"])
def test_a_placeholder_has_255_characters_at_most(refusal, sigil: str) -> None:
    def made(length: int) -> Placeholders:
        key = sigil + "a" * (length - 1)
        return Placeholders({key: "a"}) if sigil == "#" else Placeholders(None, {key: {"S": "a"}})

    assert made(255)
    assert "contains invalid key: " in refusal(made, 256)


def test_a_value_that_is_nested_too_deeply_is_refused(refusal) -> None:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(32):
        value = {"L": [value]}
    assert TOO_DEEP in refusal(Placeholders, None, {":v": value})


def test_values_are_canonical() -> None:
    assert Placeholders(None, {":v": {"N": "1E1"}}).values == {":v": {"N": "10"}}


@pytest.mark.parametrize(("names", "values"), [("a", None), ({"#a": 1}, None), (None, [])])
def test_json_of_another_form_is_refused(serialization_refusal, names: Any, values: Any) -> None:
    assert serialization_refusal(Placeholders, names, values)


@pytest.mark.parametrize(
    ("names", "values", "message"),
    [
        (
            {"#a": "a", "#b": "b"},
            None,
            "ExpressionAttributeNames unused in expressions: keys: {#b}",
        ),
        (
            {"#a": "a"},
            {":v": {"S": "x"}, ":w": {"S": "x"}},
            "ExpressionAttributeValues unused in expressions: keys: {:v, :w}",
        ),
        (
            {"#a": "a", "#b": "b"},
            {":v": {"S": "x"}},
            "ExpressionAttributeNames unused in expressions: keys: {#b}",
        ),
    ],
)
def test_each_placeholder_is_used(refusal, names: Any, values: Any, message: str) -> None:
    placeholders = Placeholders(names, values)
    placeholders.use(projection("#a"))
    assert refusal(placeholders.finish) == f"Value provided in {message}"


def test_a_placeholder_may_be_used_by_any_expression_of_the_request() -> None:
    placeholders = Placeholders(
        {"#a": "a", "#b": "b", "#c": "c"}, {":v": {"N": "1"}, ":w": {"N": "2"}}
    )
    placeholders.use(update("SET #a = :v"))
    placeholders.use(condition("#b = :w OR #a = :v"))
    placeholders.use(projection("#c"))
    placeholders.finish()


def test_what_an_evaluation_does_not_reach_is_used_all_the_same(holds) -> None:
    item = {"a": {"N": "1"}}
    values = {":v": {"N": "1"}, ":w": {"N": "2"}}
    assert holds("a = :v OR #b = :w", item, values, {"#b": "b"})
