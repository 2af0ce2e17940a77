"""POST /checkout's use case: one order for each idempotency key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout.domain.errors import IdempotencyConflict, PriceChanged
from checkout.domain.money import Money
from checkout.domain.order import FaultInjection, OrderStatus
from checkout.use_cases.place_order import PlaceOrder, place_order
from tests.builders import a_product, a_request, cart, usd
from tests.fake_services import Down
from tests.shop import Shop

COMMAND = PlaceOrder("cus_ada", "a-key-of-ada", "hash-1", a_request(), correlation_id="request-1")


def place(shop: Shop, command: PlaceOrder = COMMAND) -> str:
    return place_order(
        command, shop.orders, shop.workflow, lambda: shop.pricing, shop.clock, shop.ids
    ).order_id


def test_an_order_is_stored_and_its_workflow_started(shop: Shop) -> None:
    command = replace(COMMAND, simulate=FaultInjection("ReserveStock", 2))
    order_id = place(shop, command)
    order = shop.orders.get(order_id)
    assert (order.status, order.request, order.customer_id) == (
        OrderStatus.PENDING,
        COMMAND.request,
        "cus_ada",
    )
    assert shop.workflow.started == {order_id: command.simulate}


def test_the_same_wish_again_gives_the_same_order(shop: Shop) -> None:
    first = place(shop)
    assert place(shop) == first
    assert list(shop.memory.orders) == [first]
    assert list(shop.workflow.started) == [first]


def test_a_repetition_keeps_the_correlation_id_of_the_first_request(shop: Shop) -> None:
    shop.workflow.outages = 1
    with pytest.raises(Down):
        place(shop)
    order_id = place(shop, replace(COMMAND, correlation_id="request-2"))
    assert shop.orders.get(order_id).correlation_id == "request-1"
    assert shop.workflow.correlated == {order_id: "request-1"}


def test_an_order_without_a_correlation_id_is_correlated_by_its_own(shop: Shop) -> None:
    order_id = place(shop, replace(COMMAND, correlation_id=""))
    assert shop.orders.get(order_id).correlation_id == order_id


def test_another_body_under_a_used_key_is_a_conflict(shop: Shop) -> None:
    place(shop)
    with pytest.raises(IdempotencyConflict):
        place(shop, replace(COMMAND, body_hash="hash-2"))
    assert len(shop.memory.orders) == 1


def test_a_key_belongs_to_its_customer(shop: Shop) -> None:
    assert place(shop) != place(shop, replace(COMMAND, customer_id="cus_bob"))


def test_a_key_is_remembered_for_24_hours(shop: Shop) -> None:
    first = place(shop)
    shop.clock.advance(hours=24, seconds=-1)
    assert place(shop) == first
    shop.clock.advance(seconds=1)
    assert place(shop) != first


def test_a_forgotten_key_may_stand_for_another_body(shop: Shop) -> None:
    place(shop)
    shop.clock.advance(hours=24)
    place(shop, replace(COMMAND, body_hash="hash-2"))
    assert len(shop.memory.orders) == 2


def test_a_repetition_starts_what_a_crash_left_unstarted(shop: Shop) -> None:
    shop.workflow.outages = 1
    with pytest.raises(Down):
        place(shop)
    (order_id,) = shop.memory.orders
    assert shop.workflow.started == {}
    assert place(shop) == order_id
    assert list(shop.workflow.started) == [order_id]


def test_the_loser_of_a_race_gets_the_order_of_the_winner(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both looked for the key before either had written it."""
    first = place(shop)
    stored = shop.orders.replay_of
    answers = [None]
    monkeypatch.setattr(
        shop.orders, "replay_of", lambda *key: answers.pop() if answers else stored(*key)
    )
    assert place(shop) == first
    assert len(shop.memory.orders) == 1


class TestExpectedTotal:
    RIGHT = replace(COMMAND, expected_total=usd(2599))

    def test_an_order_at_the_expected_total_is_accepted(self, shop: Shop) -> None:
        assert place(shop, self.RIGHT) in shop.memory.orders

    @pytest.mark.parametrize("expected", [usd(2598), Money(2599, "EUR"), usd(0)])
    def test_another_total_is_refused_and_nothing_is_stored(
        self, shop: Shop, expected: Money
    ) -> None:
        with pytest.raises(PriceChanged) as caught:
            place(shop, replace(COMMAND, expected_total=expected))
        assert (caught.value.expected, caught.value.actual) == (expected, usd(2599))
        assert (shop.memory.orders, shop.memory.records) == ({}, {})

    def test_the_key_of_a_refused_order_can_be_used_again(self, shop: Shop) -> None:
        with pytest.raises(PriceChanged):
            place(shop, replace(COMMAND, expected_total=usd(1), body_hash="hash-0"))
        assert place(shop, self.RIGHT) in shop.memory.orders

    def test_a_repetition_gets_its_answer_though_the_price_has_changed_since(
        self, shop: Shop
    ) -> None:
        first = place(shop, self.RIGHT)
        shop.sell(a_product(price=5000))
        assert place(shop, self.RIGHT) == first

    def test_a_cart_without_a_price_is_left_to_the_workflow(self, shop: Shop) -> None:
        command = replace(COMMAND, request=a_request(items=cart(NOPE=1)), expected_total=usd(1))
        assert place(shop, command) in shop.memory.orders
