"""What the audit trail would record, from recorded calls."""

from __future__ import annotations

import re
from typing import Any

from lab.core import paths
from lab.measure.cost import trail

WATCHED = ("orders-prod", "payments-prod")


def events(*requests: dict[str, Any]) -> int:
    return trail.data_events([{"request": request} for request in requests], WATCHED)


def put(table: str) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": {}}}


def test_every_call_of_a_watched_table_is_an_event_and_of_another_none() -> None:
    read, write = {"TableName": "orders-prod", "Key": {}}, {"TableName": "payments-prod"}
    assert events(read, write, write, {"TableName": "products-prod"}) == 3


def test_a_table_of_another_environment_is_not_watched() -> None:
    assert events({"TableName": "orders-dev"}) == 0


def test_a_transaction_is_one_event_however_many_items_it_writes() -> None:
    mixed = {"TransactItems": [put("orders-prod"), put("payments-prod"), put("products-prod")]}
    assert events(mixed) == 1
    assert events({"TransactItems": [put("products-prod"), put("inventory-prod")]}) == 0


def test_a_batch_is_one_event() -> None:
    assert events({"RequestItems": {"orders-prod": {"Keys": [{}, {}]}}}) == 1
    assert events({"RequestItems": {"products-prod": {"Keys": [{}, {}]}}}) == 0


def test_a_call_that_names_no_table_is_no_event() -> None:
    assert events({}) == 0


def test_the_watched_tables_are_those_that_terraform_names() -> None:
    source = (paths.TERRAFORM / "modules" / "checkout" / "main.tf").read_text()
    (named,) = re.findall(r"table_arns\s*=\s*\[(.*)\]", source)
    assert tuple(re.findall(r'module\.table\["([\w-]+)"\]', named)) == trail.WATCHED
