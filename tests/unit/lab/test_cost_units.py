"""DynamoDB's units, from recorded calls."""

from __future__ import annotations

from typing import Any

import pytest

from lab.measure.cost import units

ORDER = {"orderId": {"S": "o" * 93}}  # 7 + 93 bytes


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "tea"}, 3),
        ({"S": "é"}, 2),
        ({"N": "12345"}, 4),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"L": [{"S": "a"}, {"S": "b"}]}, 7),
        ({"M": {"k": {"S": "v"}}}, 6),
    ],
)
def test_an_item_is_as_large_as_its_names_and_values(value: dict[str, Any], size: int) -> None:
    assert units.item_bytes({"name": value}) == 4 + size


def _call(operation: str, request: Any, response: Any = None) -> dict[str, Any]:
    return {"operation": operation, "request": request, "response": response or {}}


def test_a_read_that_may_be_stale_costs_half() -> None:
    answer = {"Item": ORDER}
    assert units.read_units(_call("GetItem", {}, answer)) == 0.5
    assert units.read_units(_call("GetItem", {"ConsistentRead": True}, answer)) == 1


def test_reading_nothing_costs_as_much_as_reading_little() -> None:
    assert units.read_units(_call("GetItem", {"ConsistentRead": True})) == 1


def test_a_read_costs_one_unit_for_each_4_kb() -> None:
    answer = {"Items": [{"text": {"S": "x" * 3000}}] * 3}
    assert units.read_units(_call("Query", {"ConsistentRead": True}, answer)) == 3


def test_a_batch_is_counted_item_by_item_also_those_that_are_not_there() -> None:
    request = {"RequestItems": {"products": {"Keys": [{}, {}, {}], "ConsistentRead": True}}}
    answer = {"Responses": {"products": [ORDER, ORDER]}}
    assert units.read_units(_call("BatchGetItem", request, answer)) == 3


def _orders(_name: str) -> units.Table:
    return units.Table(size_of=lambda _key: 1500, indexes=2)


def _products(_name: str) -> units.Table:
    return units.Table(size_of=lambda _key: 100, indexes=0)


def test_a_write_costs_one_unit_for_each_kb_and_once_more_for_each_index() -> None:
    update = _call("UpdateItem", {"TableName": "orders", "Key": {}})
    assert units.write_units(update, _products) == 1
    assert units.write_units(update, _orders) == 2 * 3


def test_a_transaction_costs_twice() -> None:
    put = {"Put": {"TableName": "orders", "Item": ORDER}}
    check = {"ConditionCheck": {"TableName": "orders", "Key": {}}}
    transaction = _call("TransactWriteItems", {"TransactItems": [put, check]})
    assert units.write_units(transaction, _products) == 2 + 2


@pytest.mark.parametrize("operation", ["GetItem", "Query", "DescribeTable"])
def test_what_does_not_write_costs_no_write_units(operation: str) -> None:
    assert units.write_units(_call(operation, {"TableName": "orders"}), _orders) == 0


def test_what_is_written_is_told_with_its_table() -> None:
    put = {"Put": {"TableName": "orders", "Item": ORDER}}
    check = {"ConditionCheck": {"TableName": "orders", "Key": {}}}
    transaction = _call("TransactWriteItems", {"TransactItems": [put, check]})
    assert [table for table, _ in units.writes(transaction)] == ["orders"]
    assert list(units.writes(_call("GetItem", {"TableName": "orders"}))) == []
