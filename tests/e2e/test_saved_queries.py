"""The shop's saved queries of Logs Insights, asked about orders that were placed just now."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.deployed_shop import DeployedShop, order_of
from tests.waiting import eventually

TEA = ("TEA-BREAKFAST-100", 1)
Row = dict[str, str]


@pytest.fixture(scope="module")
def order_id(shop: DeployedShop) -> str:
    """An order that was confirmed, after one that was rejected."""
    shop.buy(order_of(TEA, payment={"token": "tok_declined"}))
    return str(shop.buy(order_of(TEA))["orderId"])


def saved(shop: DeployedShop) -> dict[str, dict[str, Any]]:
    """The definitions, by the part of their names that the runbook uses."""
    prefix = f"{shop.target.prefix}/"
    answer = shop.target.client("logs").describe_query_definitions(queryDefinitionNamePrefix=prefix)
    return {one["name"].removeprefix(prefix): one for one in answer["queryDefinitions"]}


def ask(shop: DeployedShop, name: str, order_id: str = "ORDER_ID") -> list[Row]:
    """What the runbook's `ask` does."""
    logs, definition, now = shop.target.client("logs"), saved(shop)[name], int(time.time())
    number = logs.start_query(
        logGroupNames=definition["logGroupNames"],
        queryString=definition["queryString"].replace("ORDER_ID", order_id),
        startTime=now - 3600,
        endTime=now,
    )["queryId"]
    answer = logs.get_query_results(queryId=number)
    assert answer["status"] == "Complete"
    return [{one["field"]: one["value"] for one in row} for row in answer["results"]]


def test_every_saved_query_is_one(shop: DeployedShop) -> None:
    names = list(saved(shop))
    assert len(names) == 11
    for name in names:
        ask(shop, name)


def test_one_order_is_found_everywhere(shop: DeployedShop, order_id: str) -> None:
    def services() -> set[str | None]:
        return {row.get("service") for row in ask(shop, "one order, everywhere", order_id)}

    wanted = {"checkout-api", "payment-processor", "order-generator", "stock-checker", "notifier"}
    eventually(lambda: services() >= wanted, f"lines of {wanted}", timeout_s=60)
    rows = ask(shop, "one order, everywhere", order_id)
    assert [row["@timestamp"] for row in rows] == sorted(row["@timestamp"] for row in rows)


@pytest.mark.usefixtures("order_id")
def test_steps_and_cold_starts_are_measured(shop: DeployedShop) -> None:
    def steps() -> dict[str, Row]:
        return {row["step"]: row for row in ask(shop, "slowest steps")}

    eventually(lambda: "ProcessPayment" in steps(), "the step that pays", timeout_s=60)
    paying = steps()["ProcessPayment"]
    assert 0 < float(paying["mean_ms"]) <= float(paying["p99_ms"]) <= float(paying["longest_ms"])
    slowest = [float(row["p99_ms"]) for row in ask(shop, "slowest steps")]
    assert slowest == sorted(slowest, reverse=True)
    memory = ask(shop, "memory that is not needed")
    assert all(float(row["used_mb"]) < float(row["given_mb"]) for row in memory)
    cold = ask(shop, "cold starts")
    assert all(int(row["cold"]) <= int(row["calls"]) for row in cold)


@pytest.mark.usefixtures("order_id")
def test_what_was_rejected_is_counted_by_its_reason(shop: DeployedShop) -> None:
    def reasons() -> set[str | None]:
        return {row.get("reason") for row in ask(shop, "rejected orders by reason")}

    eventually(lambda: "PAYMENT_DECLINED" in reasons(), "the reason", timeout_s=60)


def test_requests_are_counted_by_route(shop: DeployedShop) -> None:
    shop.stranger().products()

    def routes() -> set[tuple[str | None, str | None]]:
        return {(row.get("method"), row.get("route")) for row in ask(shop, "slow requests")}

    eventually(lambda: ("GET", "/products") in routes(), "the route", timeout_s=60)
