"""`lab dashboard` shows what customers did, on the dashboard that is deployed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lab.cli import app
from lab.operate import dashboard
from tests.deployed_shop import DeployedShop, order_of
from tests.waiting import eventually

TEA = ("TEA-BREAKFAST-100", 1)


def orders(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """By label, the totals of "Orders by status"."""
    capsys.readouterr()
    assert app.run(["dashboard", "--minutes", "120", "--json"]) == 0
    widgets = json.loads(capsys.readouterr().out)["widgets"]
    (graph,) = (widget for widget in widgets if widget["title"] == "Orders by status")
    return {one["label"]: total(one) for one in graph["series"]}


def total(series: Any) -> float:
    return sum(point["value"] for point in series["points"])


def test_an_order_is_counted_where_it_ended(
    shop: DeployedShop, capsys: pytest.CaptureFixture[str]
) -> None:
    before = orders(capsys)
    shop.buy(order_of(TEA))
    shop.buy(order_of(TEA, payment={"token": "tok_declined"}))

    def counted() -> bool:
        now = orders(capsys)
        return all(now[label] >= before[label] + more for label, more in rises.items())

    rises = {"accepted": 2, "confirmed": 1, "rejected": 1}
    eventually(counted, f"rise of {rises}", timeout_s=60)


def test_every_widget_is_understood_and_times_are_percentiles(shop: DeployedShop) -> None:
    shop.buy(order_of(TEA))
    board = dashboard.read(shop.target)
    found = [one for card in board.cards for one in card.series]

    assert len(found) > 80
    assert [one.problem for one in found if one.problem] == []
    assert "Unknown" not in {card.as_dict()["kind"] for card in board.cards}
    (steps,) = (card for card in board.cards if card.widget.title == "Time of a step, p99")
    validating = next(one for one in steps.series if one.metric.label == "ValidateCart")
    assert validating.metric.stat == "p99"
    assert validating.points


def test_every_service_of_the_dashboard_is_measured(shop: DeployedShop) -> None:
    shop.buy(order_of(TEA))
    board = dashboard.read(shop.target)
    wanted = {one.metric.namespace for card in board.cards for one in card.series} - {""}

    def measured() -> set[str]:
        pages = shop.target.client("cloudwatch").get_paginator("list_metrics").paginate()
        return {metric["Namespace"] for page in pages for metric in page["Metrics"]}

    assert {"AWS/ApiGateway", "AWS/States", "AWS/SNS", "AWS/Logs"} <= wanted
    # Tables are measured once a minute.
    eventually(lambda: wanted <= measured(), f"metrics of {wanted}", timeout_s=90)
