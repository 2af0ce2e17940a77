"""Conditions that hold and that do not, from "Comparison operator and function reference"."""

from typing import Any

import pytest

ITEM: dict[str, Any] = {
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "b": {"B": "AQI="},
    "t": {"BOOL": True},
    "u": {"NULL": True},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": ["AQ=="]},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"SS": ["p", "q"]}, {"L": [{"N": "3"}]}]},
    "m": {"M": {"a": {"N": "1"}, "deep": {"L": [{"M": {"x": {"S": "y"}}}]}}},
    "same": {"S": "hello"},
}
V = {
    ":hello": {"S": "hello"},
    ":he": {"S": "he"},
    ":ten": {"N": "1e1"},
    ":nine": {"N": "9"},
    ":eleven": {"N": "11"},
    ":one": {"N": "1"},
    ":b0": {"B": "AQ=="},
    ":b": {"B": "AQI="},
    ":b2": {"B": "Ag=="},
    ":true": {"BOOL": True},
    ":null": {"NULL": True},
    ":ba": {"SS": ["b", "a"]},
    ":qp": {"SS": ["q", "p"]},
    ":21": {"NS": ["2.0", "1"]},
    ":map": {"M": {"a": {"N": "1.0"}, "deep": {"L": [{"M": {"x": {"S": "y"}}}]}}},
    ":three": {"L": [{"N": "3"}]},
    ":S": {"S": "S"},
    ":N": {"S": "N"},
    ":M": {"S": "M"},
    ":L": {"S": "L"},
    ":BOOL": {"S": "BOOL"},
    ":NULL": {"S": "NULL"},
    ":SS": {"S": "SS"},
    ":a": {"S": "a"},
    ":empty": {"S": ""},
    ":five": {"N": "5"},
    ":two": {"N": "2"},
}


@pytest.fixture
def holds_for_item(holds):
    def check(text: str, item: Any = ITEM) -> bool:
        used = {key: value for key, value in V.items() if _uses(text, key)}
        return holds(text, item, used or None)

    return check


def _uses(text: str, key: str) -> bool:
    at = text.find(key)
    while at >= 0:
        if not text[at + len(key) : at + len(key) + 1].isalnum():
            return True
        at = text.find(key, at + 1)
    return False


@pytest.mark.parametrize(
    "text",
    [
        "s = :hello",
        "s = same",
        ":hello = :hello",
        "n = :ten",
        "b = :b",
        "t = :true",
        "u = :null",
        "ss = :ba",
        "ns = :21",
        "m = :map",
        "l[3] = :three",
        "l[2] = :qp",
        "m.a = :one",
        "m.deep[0].x <> :hello",
        "s <> :he",
        "s <> :ten",
        "absent <> :ten",
        "absent <> nothing",
        "n < :eleven",
        "n <= :ten",
        "n > :nine",
        "n >= :ten",
        "s > :he",
        "b > :b0",
        "b < :b2",
        "n BETWEEN :nine AND :eleven",
        "n BETWEEN :ten AND :ten",
        "s BETWEEN :he AND same",
        ":ten BETWEEN :nine AND n",
        "s IN (:he, :hello)",
        "n IN (:hello, :ten)",
        "l[3] IN (:three)",
        "attribute_exists(s)",
        "attribute_exists(m.deep[0].x)",
        "attribute_not_exists(absent)",
        "attribute_not_exists(m.absent)",
        "attribute_not_exists(l[9])",
        "attribute_not_exists(s.x)",
        "attribute_not_exists(m[0])",
        "attribute_type(s, :S)",
        "attribute_type(n, :N)",
        "attribute_type(m, :M)",
        "attribute_type(l, :L)",
        "attribute_type(t, :BOOL)",
        "attribute_type(u, :NULL)",
        "attribute_type(ss, :SS)",
        "attribute_type(:ten, :N)",
        "begins_with(s, :he)",
        "begins_with(s, same)",
        "begins_with(b, :b0)",
        "begins_with(:hello, s)",
        "begins_with(s, :empty)",
        "contains(s, :he)",
        "contains(s, :empty)",
        "contains(b, :b0)",
        "contains(ss, :a)",
        "contains(ns, :one)",
        "contains(bs, :b0)",
        "contains(l, :one)",
        "contains(l, :qp)",
        "contains(l, :three)",
        "size(s) = :five",
        "size(b) = :two",
        "size(ss) = :two",
        "size(l) > :two",
        "size(m) BETWEEN :one AND :two",
        "size(s) IN (:one, :five)",
        "size(:hello) = :five",
        ":five = size(s)",
        "NOT s = :he",
        "NOT NOT s = :hello",
        "s = :he OR n = :ten",
        "s = :hello AND n = :ten",
        "s = :hello OR absent = :he AND absent = :hello",
        "NOT (s = :he OR n = :nine)",
        "NOT s = :he AND n = :ten",
        "n BETWEEN :nine AND :eleven AND s = :hello",
        "(s = :he OR n = :ten) AND (t = :true AND (u = :null OR n = :nine))",
        "NOT absent < :ten",
    ],
)
def test_this_condition_holds(holds_for_item, text: str) -> None:
    assert holds_for_item(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "s = :he",
        "s = :ten",
        "absent = :ten",
        "absent = nothing",
        "ss = :qp",
        "l = m",
        "s <> :hello",
        "ss <> :ba",
        "m <> :map",
        "n < :ten",
        "n < :hello",
        "n < nothing",
        "absent < :ten",
        "absent >= nothing",
        "absent <= nothing",
        "t < n",
        "l < same",
        "m >= l",
        "n BETWEEN :eleven AND n",
        "n BETWEEN absent AND nothing",
        "s BETWEEN :nine AND :ten",
        "t BETWEEN l AND m",
        "s IN (:he, :ten)",
        "absent IN (:he, nothing)",
        "attribute_exists(absent)",
        "attribute_exists(l[4])",
        "attribute_not_exists(s)",
        "attribute_type(s, :N)",
        "attribute_type(absent, :S)",
        "begins_with(s, :b0)",
        "begins_with(n, s)",
        "begins_with(s, n)",
        "begins_with(absent, s)",
        "contains(s, :ten)",
        "contains(n, :one)",
        "contains(ss, :he)",
        "contains(ss, :one)",
        "contains(ss, :qp)",
        "contains(l, :nine)",
        "contains(m, :one)",
        "contains(absent, :one)",
        "contains(b, :b2) AND s = :he",
        "size(s) = :two",
        "size(s) = :hello",
        "size(n) = :one",
        "size(t) = :one",
        "size(u) >= :one",
        "size(absent) < :five",
        "NOT s = :hello",
        "s = :he OR absent = :ten",
        "s = :hello AND absent = :ten",
        "(s = :hello OR absent = :he) AND absent = :hello",
    ],
)
def test_this_condition_does_not_hold(holds_for_item, text: str) -> None:
    assert holds_for_item(text) is False


def test_conditions_on_an_item_that_is_not_there(holds_for_item) -> None:
    assert holds_for_item("attribute_not_exists(s)", {})
    assert holds_for_item("s <> :hello", {})
    assert not holds_for_item("attribute_exists(s) OR s = :hello OR n < :ten", {})


def test_binary_values_are_compared_as_unsigned_bytes(holds) -> None:
    item = {"b": {"B": "fw=="}}  # 127
    assert holds("b < :v", item, {":v": {"B": "gA=="}})
    assert holds("b BETWEEN :v AND :w", item, {":v": {"B": "fg=="}, ":w": {"B": "gA=="}})


def test_texts_are_compared_by_their_bytes_in_utf_8(holds) -> None:
    assert holds("s < :v", {"s": {"S": "\uffff"}}, {":v": {"S": "\U0001f600"}})


def test_the_size_of_a_text_counts_units_of_utf_16(holds) -> None:
    assert holds("size(s) = :v", {"s": {"S": "é\U0001d11e"}}, {":v": {"N": "3"}})


def test_a_placeholder_is_one_name_whatever_it_contains(holds) -> None:
    item = {"a.b": {"M": {"c[0]": {"S": "x"}}}, "a": {"M": {"b": {"S": "y"}}}}
    names = {"#1": "a.b", "#_": "c[0]"}
    assert holds("#1.#_ = :v", item, {":v": {"S": "x"}}, names)
    assert not holds("attribute_exists(#n)", item, None, {"#n": "#n"})


def test_one_text_is_evaluated_with_other_names_and_values(holds) -> None:
    item = {"a": {"N": "1"}, "b": {"N": "2"}}
    assert holds("#n = :v", item, {":v": {"N": "1"}}, {"#n": "a"})
    assert holds("#n = :v", item, {":v": {"N": "2"}}, {"#n": "b"})
    assert not holds("#n = :v", item, {":v": {"N": "2"}}, {"#n": "a"})
