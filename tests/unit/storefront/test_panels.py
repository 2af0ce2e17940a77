"""The panels of the machine room: what was read last, of as many orders as there is room for."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest

from lab.shop_server.machine_room import panels as panels_module
from lab.shop_server.machine_room.panels import Panels
from tests.waiting import eventually

NEWEST = [{"order": "ord_newest"}]


@pytest.fixture
def panels(monkeypatch: pytest.MonkeyPatch) -> Panels:
    monkeypatch.setattr(panels_module, "KEPT", 20)
    sources = MagicMock()
    sources.executions.return_value = NEWEST
    sources.order.side_effect = lambda order: {"orderId": order}
    sources.stock.return_value = {}
    return Panels(sources, MagicMock(), None)


def order_shown(panels: Panels, order: str) -> dict[str, Any] | None:
    found = panels.look(order)
    return found if found.get("order") == {"orderId": found["chosen"]} else None


def test_orders_that_somebody_looked_at_never_push_out_the_newest(panels: Panels) -> None:
    for number in range(12):
        eventually(lambda order=f"ord_{number}": order_shown(panels, order), "the order")  # type: ignore[misc]
        assert panels.look("").get("executions") == NEWEST


def test_without_an_order_the_newest_is_shown(panels: Panels) -> None:
    found = eventually(lambda: order_shown(panels, ""), "the newest order")
    assert found["chosen"] == "ord_newest"


def test_what_cannot_be_read_is_said_in_its_panel_alone(panels: Panels) -> None:
    panels.sources.queues.side_effect = ValueError("wrong")  # type: ignore[attr-defined]
    found = eventually(
        lambda: look if "queues" in (look := panels.look("ord_1")) and "order" in look else None,
        "the panels",
    )
    assert found["queues"] == {"error": "This cannot be read: ValueError"}
    assert found["order"] == {"orderId": "ord_1"}
