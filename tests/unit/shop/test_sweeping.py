"""The sweeper finishes what nobody finished, and leaves alone what somebody still does."""

from __future__ import annotations

from collections import Counter

import pytest

from checkout.domain.order import FaultInjection, OrderStatus
from checkout.domain.payment import balance
from checkout.use_cases.end_order import fail_order
from checkout.use_cases.warn_of_low_stock import warn_of_low_stock
from tests.builders import a_product, a_record, an_order, usd
from tests.fake_services import Down
from tests.shop import Shop


def sweep(shop: Shop, after_s: float = 61) -> Counter[str]:
    shop.clock.advance(seconds=after_s)
    return shop.sweeper().sweep()


def died_after(shop: Shop, *steps: str) -> None:
    """An order whose execution took these steps and then ended without ending the order."""
    shop.place()
    shop.run("ord_1", steps)
    shop.workflow.start("ord_1", None, "request-1")
    shop.workflow.ended.add("ord_1")


def test_an_order_whose_execution_died_is_undone(shop: Shop) -> None:
    died_after(shop, "validate", "reserve", "pay")
    assert sweep(shop) == {"undone": 1}
    assert shop.orders.get("ord_1").status is OrderStatus.FAILED
    assert balance(shop.ledger.entries("ord_1"), "USD") == usd(0)
    assert shop.available() == 10
    assert shop.events.types == ["PaymentRefunded", "OrderFailed"]


def test_an_order_that_died_before_it_took_anything_is_only_failed(shop: Shop) -> None:
    died_after(shop)
    assert sweep(shop) == {"undone": 1}
    assert shop.events.types == ["OrderFailed"]


def test_a_second_sweep_finds_nothing_to_do(shop: Shop) -> None:
    died_after(shop, "validate", "reserve", "pay")
    sweep(shop)
    before = (dict(shop.memory.orders), dict(shop.ledger.kept), list(shop.events.published))
    assert sweep(shop, after_s=3600) == {}
    assert before == (shop.memory.orders, shop.ledger.kept, shop.events.published)


def test_an_end_that_was_never_published_is_published(shop: Shop) -> None:
    shop.confirmed()
    assert sweep(shop) == {"published": 1}
    assert shop.events.types == ["OrderConfirmed"]


def test_an_order_that_was_stored_but_never_started_is_started(shop: Shop) -> None:
    switch = FaultInjection("ReserveStock", 1)
    order = an_order(simulate=switch)
    shop.orders.place(order, a_record(order))
    assert sweep(shop) == {"started": 1}
    assert shop.workflow.started == {"ord_1": switch}


def test_a_running_order_is_left_alone(shop: Shop) -> None:
    shop.place()
    shop.run("ord_1", ["validate", "reserve"])
    shop.workflow.start("ord_1", None, "request-1")
    assert sweep(shop) == {"running": 1}
    assert (shop.orders.get("ord_1").is_open, shop.available()) == (True, 8)


def test_a_sweep_has_an_end_however_many_orders_are_open(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        order = an_order(f"ord_{number}")
        shop.orders.place(order, a_record(order))

    def slowly(_order_id: str) -> bool:
        shop.clock.advance(seconds=8)
        return False

    monkeypatch.setattr(shop.workflow, "has_ended", slowly)
    assert sweep(shop) == {"running": 3}


def test_a_young_order_is_not_looked_at(shop: Shop) -> None:
    died_after(shop)
    assert sweep(shop, after_s=59) == {}


def test_a_hold_whose_time_is_over_is_given_back_though_the_order_runs(shop: Shop) -> None:
    shop.place()
    shop.run("ord_1", ["validate", "reserve"])
    shop.workflow.start("ord_1", None, "request-1")
    assert sweep(shop, after_s=15 * 60 + 1) == {"running": 1, "released": 1}
    assert shop.available() == 10


def test_a_hold_is_kept_until_its_time_is_over(shop: Shop) -> None:
    shop.place()
    shop.run("ord_1", ["validate", "reserve"])
    shop.workflow.start("ord_1", None, "request-1")
    sweep(shop, after_s=15 * 60)
    assert shop.available() == 8


def test_a_hold_that_was_sold_meanwhile_stays_sold(shop: Shop) -> None:
    """The index of held reservations is a moment behind."""
    shop.confirmed()
    shop.stock.expired = lambda _: ["ord_1"]  # type: ignore[method-assign]
    assert sweep(shop)["committed meanwhile"] == 1
    assert shop.available() == 8


def test_an_order_that_was_confirmed_meanwhile_keeps_its_money_and_goods(shop: Shop) -> None:
    """The index of open orders is a moment behind, and the execution has just ended."""
    shop.place()
    shop.run("ord_1", ["validate", "reserve", "pay", "generate"])
    shop.workflow.start("ord_1", None, "request-1")
    shop.workflow.ended.add("ord_1")
    shop.orders.open_since = lambda _: ["ord_1"]  # type: ignore[method-assign]
    assert sweep(shop) == {"published": 1}
    assert shop.orders.get("ord_1").status is OrderStatus.CONFIRMED
    assert balance(shop.ledger.entries("ord_1"), "USD") == usd(2599)
    assert shop.available() == 8


def test_one_order_that_cannot_be_swept_does_not_stop_the_others(shop: Shop) -> None:
    for order_id in ("ord_1", "ord_2"):
        shop.place(order_id)
        fail_order(order_id, shop.orders, shop.clock)
    shop.events.outages = 1
    with pytest.raises(ExceptionGroup) as caught:
        sweep(shop)
    assert [type(failure) for failure in caught.value.exceptions] == [Down]
    assert [event.detail["orderId"] for event in shop.events.published] == ["ord_2"]
    assert sweep(shop) == {"published": 1}


def test_low_stock_that_nobody_could_tell_is_told(shop: Shop) -> None:
    shop.sell(a_product(), available=3, low=3)
    shop.events.outages = 1
    with pytest.raises(ExceptionGroup):
        warn_of_low_stock(["TEA"], "ord_1", shop.stock, shop.events, shop.clock)
    assert sweep(shop) == {"warned": 1}
    assert sweep(shop) == {}
    assert shop.events.types == ["StockLow"]
