"""The ways of an event: drawn from left to right, and told in words."""

from __future__ import annotations

from xml.etree import ElementTree

from lab.lessons import listening
from lab.lessons.routes import Route, Stop, draw

NEWS = Route(
    ("OrderConfirmed",), (Stop("rule", "news"), Stop("queue", "mail"), Stop("function", "notifier"))
)
NOBODY = Route(("StockLow",), (Stop("rule", "operations"),))
EVENT = {
    "detail-type": "OrderConfirmed",
    "detail": {"orderId": "ord_1", "total": {"amount": 5, "currency": "USD"}},
}


def test_each_route_is_told_from_its_events_to_its_last_reader() -> None:
    assert draw([NEWS, NOBODY]).text().splitlines() == [
        "OrderConfirmed -> rule news -> queue mail -> function notifier",
        "StockLow -> rule operations",
    ]


def test_a_drawing_has_a_box_for_each_stop_and_is_xml() -> None:
    drawn = ElementTree.fromstring(draw([NEWS, NOBODY]).svg)

    assert len(drawn.findall("{*}rect")) == 4 + 2


def test_a_bus_without_rules_can_be_drawn() -> None:
    assert draw([]).text() == ""


def test_a_variant_changes_kind_and_amount_and_leaves_the_event_alone() -> None:
    made = listening.variant(EVENT, "OrderFailed", 100)

    assert made["detail-type"] == "OrderFailed"
    assert made["detail"]["total"] == {"amount": 100, "currency": "USD"}
    assert EVENT["detail-type"] == "OrderConfirmed"
    assert listening.is_about(made, "ord_1")
