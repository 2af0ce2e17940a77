"""Orders and idempotency keys: one order for each key, one end for each order, one mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from checkout.domain.errors import (
    InvalidCursor,
    OrderClosed,
    OrderNotFound,
    ReservationClosed,
)
from checkout.domain.order import FaultInjection, Order, OrderStatus, Rejection, RejectionCode
from checkout.domain.pricing import AppliedCode, RejectedCode
from checkout.ports import IdempotencyRecord
from tests.builders import (
    NOW,
    a_product,
    a_quote,
    a_record,
    a_request,
    a_reservation,
    an_address,
    an_order,
    minutes,
    usd,
)
from tests.contract.racing import race
from tests.contract.worlds import World

LATER = NOW + minutes(1)
DECLINED = Rejection(RejectionCode.PAYMENT_DECLINED, "The payment was declined: fraud")


def placed(world: World, order_id: str = "ord_1", at: datetime = NOW) -> Order:
    order = an_order(order_id, created_at=at)
    world.orders.place(order, a_record(order))
    return order


def held(world: World, order_id: str = "ord_1") -> Order:
    order = placed(world, order_id)
    world.sell(a_product())
    world.stock.hold(a_reservation(order_id))
    return order


def open_ids(world: World, before: datetime) -> list[str]:
    return sorted(world.orders.open_since(before))


class TestPlace:
    def test_an_order_comes_back_as_it_was_placed(self, world: World) -> None:
        request = a_request(
            discount_codes=("TEN", "FIVE"),
            shipping_address=an_address(line2="c/o Zoë", region="", phone="+1 555"),
        )
        order = an_order(request=request, simulate=FaultInjection("ReserveStock", 2))
        assert world.orders.place(order, a_record(order)) == a_record(order)
        assert world.orders.get("ord_1") == order

    def test_an_order_that_was_never_placed_is_not_found(self, world: World) -> None:
        with pytest.raises(OrderNotFound):
            world.orders.get("ord_0")

    def test_a_key_that_was_used_keeps_its_first_order(self, world: World) -> None:
        first, second = an_order("ord_1"), an_order("ord_2")
        record = a_record(first)
        world.orders.place(first, record)
        again = replace(record, order_id="ord_2", body_hash="another")
        assert world.orders.place(second, again) == record
        with pytest.raises(OrderNotFound):
            world.orders.get("ord_2")

    def test_a_record_is_found_until_it_expires(self, world: World) -> None:
        order = placed(world)
        record = a_record(order)
        find = partial(world.orders.replay_of, "cus_ada", record.key)
        assert find(record.expires_at - timedelta(seconds=1)) == record
        assert find(record.expires_at) is None

    def test_a_key_belongs_to_its_customer(self, world: World) -> None:
        order = placed(world)
        assert world.orders.replay_of("cus_bob", order.idempotency_key, NOW) is None

    def test_an_expired_record_that_is_still_stored_is_replaced(self, world: World) -> None:
        first = a_record(placed(world))
        order = an_order("ord_2", created_at=first.expires_at)
        record = a_record(order, key=first.key)
        assert world.orders.place(order, record) == record
        assert world.orders.get("ord_2") == order
        assert world.orders.replay_of("cus_ada", first.key, first.expires_at) == record

    def test_of_many_orders_under_one_key_one_is_placed(self, world: World) -> None:
        def place(n: int) -> IdempotencyRecord:
            order = an_order(f"ord_{n}")
            return world.orders.place(order, a_record(order, key="the-one-key"))

        results = race(*(partial(place, n) for n in range(16)))
        assert len({record.order_id for record in results}) == 1  # type: ignore[union-attr]
        assert len(world.orders.of_customer("cus_ada", 100, None).items) == 1


class TestQuote:
    QUOTE = a_quote(
        applied=(AppliedCode("TEN", "Ten percent", usd(200)),),
        rejected=(RejectedCode("OLD", "expired"),),
    )

    def test_prices_come_back_as_they_were_written(self, world: World) -> None:
        order = placed(world)
        world.orders.save_quote("ord_1", self.QUOTE)
        assert world.orders.get("ord_1") == replace(order, quote=self.QUOTE)

    def test_the_first_prices_stay(self, world: World) -> None:
        placed(world)
        world.orders.save_quote("ord_1", self.QUOTE)
        world.orders.save_quote("ord_1", replace(self.QUOTE, total=usd(1)))
        assert world.orders.get("ord_1").quote == self.QUOTE

    def test_an_order_that_has_ended_gets_no_prices(self, world: World) -> None:
        placed(world)
        world.orders.close("ord_1", OrderStatus.FAILED, LATER, None)
        with pytest.raises(OrderClosed):
            world.orders.save_quote("ord_1", self.QUOTE)
        assert world.orders.get("ord_1").quote is None

    def test_an_unknown_order_gets_no_prices(self, world: World) -> None:
        with pytest.raises(OrderClosed):
            world.orders.save_quote("ord_0", self.QUOTE)


class TestConfirm:
    def test_the_order_is_confirmed_and_its_reservation_committed(self, world: World) -> None:
        held(world)
        world.orders.confirm("ord_1", LATER)
        order = world.orders.get("ord_1")
        assert order.status is OrderStatus.CONFIRMED
        assert [(c.status, c.at) for c in order.history] == [("PENDING", NOW), ("CONFIRMED", LATER)]
        assert order.request.payment_token == ""
        assert world.reservation_status("ord_1") == "COMMITTED"

    def test_a_replay_changes_nothing(self, world: World) -> None:
        held(world)
        world.orders.confirm("ord_1", LATER)
        first = world.orders.get("ord_1")
        world.orders.confirm("ord_1", LATER + minutes(1))
        assert world.orders.get("ord_1") == first

    def test_an_order_that_holds_nothing_is_not_confirmed(self, world: World) -> None:
        placed(world)
        with pytest.raises(ReservationClosed):
            world.orders.confirm("ord_1", LATER)
        assert world.orders.get("ord_1").is_open

    def test_an_order_whose_stock_was_given_back_is_not_confirmed(self, world: World) -> None:
        order = held(world)
        world.stock.release("ord_1", NOW)
        with pytest.raises(ReservationClosed):
            world.orders.confirm("ord_1", LATER)
        assert world.orders.get("ord_1") == order

    def test_an_order_that_ended_another_way_is_not_confirmed(self, world: World) -> None:
        held(world)
        world.orders.close("ord_1", OrderStatus.FAILED, LATER, None)
        with pytest.raises(OrderClosed):
            world.orders.confirm("ord_1", LATER)
        assert world.reservation_status("ord_1") == "HELD"

    def test_an_unknown_order_is_not_found(self, world: World) -> None:
        with pytest.raises(OrderNotFound):
            world.orders.confirm("ord_0", LATER)


class TestClose:
    def test_a_rejection_is_kept_with_its_reason(self, world: World) -> None:
        placed(world)
        world.orders.close("ord_1", OrderStatus.REJECTED, LATER, DECLINED)
        order = world.orders.get("ord_1")
        assert (order.status, order.rejection) == (OrderStatus.REJECTED, DECLINED)
        assert order.history[-1].at == LATER
        assert order.request.payment_token == ""

    @pytest.mark.parametrize("status", [OrderStatus.REJECTED, OrderStatus.FAILED])
    def test_a_replay_changes_nothing(self, world: World, status: OrderStatus) -> None:
        placed(world)
        world.orders.close("ord_1", status, LATER, None)
        first = world.orders.get("ord_1")
        world.orders.close("ord_1", status, LATER + minutes(1), DECLINED)
        assert world.orders.get("ord_1") == first

    def test_a_status_never_changes_again(self, world: World) -> None:
        held(world)
        world.orders.confirm("ord_1", LATER)
        for status in (OrderStatus.REJECTED, OrderStatus.FAILED):
            with pytest.raises(OrderClosed):
                world.orders.close("ord_1", status, LATER, None)
        placed(world, "ord_2")
        world.orders.close("ord_2", OrderStatus.FAILED, LATER, None)
        with pytest.raises(OrderClosed):
            world.orders.close("ord_2", OrderStatus.REJECTED, LATER, DECLINED)
        assert world.orders.get("ord_1").status is OrderStatus.CONFIRMED
        assert world.orders.get("ord_2").status is OrderStatus.FAILED

    def test_an_unknown_order_cannot_be_closed(self, world: World) -> None:
        with pytest.raises(OrderClosed):
            world.orders.close("ord_0", OrderStatus.FAILED, LATER, None)


class TestOpen:
    def test_an_order_is_open_until_its_end_is_published(self, world: World) -> None:
        placed(world)
        soon = NOW + minutes(5)
        assert open_ids(world, soon) == ["ord_1"]
        world.orders.close("ord_1", OrderStatus.FAILED, LATER, None)
        assert open_ids(world, soon) == ["ord_1"]
        world.orders.mark_published("ord_1", LATER)
        assert open_ids(world, soon) == []

    def test_only_orders_from_before_the_moment_are_listed(self, world: World) -> None:
        placed(world, "ord_1")
        placed(world, "ord_2", at=LATER)
        assert open_ids(world, LATER) == ["ord_1"]

    def test_an_open_order_is_listed_with_everything(self, world: World) -> None:
        placed(world)
        world.orders.save_quote("ord_1", a_quote())
        assert list(world.orders.open_since(LATER)) == ["ord_1"]

    def test_the_first_publication_is_the_one_that_counts(self, world: World) -> None:
        placed(world)
        world.orders.close("ord_1", OrderStatus.FAILED, LATER, None)
        world.orders.mark_published("ord_1", LATER)
        world.orders.mark_published("ord_1", LATER + minutes(1))
        assert world.orders.get("ord_1").published_at == LATER


class TestMail:
    @pytest.fixture(autouse=True)
    def _order(self, world: World) -> None:
        placed(world)

    def test_a_mail_is_claimed_by_one(self, world: World) -> None:
        assert world.orders.claim_mail("ord_1", NOW, LATER) is True
        assert world.orders.claim_mail("ord_1", NOW, LATER) is False

    def test_a_claim_lapses(self, world: World) -> None:
        world.orders.claim_mail("ord_1", NOW, LATER)
        assert world.orders.claim_mail("ord_1", LATER, LATER + minutes(1)) is False
        after = LATER + timedelta(microseconds=1)
        assert world.orders.claim_mail("ord_1", after, after + minutes(1)) is True

    def test_a_mail_that_was_sent_is_never_claimed_again(self, world: World) -> None:
        world.orders.claim_mail("ord_1", NOW, LATER)
        world.orders.mark_mailed("ord_1", NOW, "message-1")
        much_later = NOW + timedelta(days=1)
        assert world.orders.claim_mail("ord_1", much_later, much_later) is False
        assert world.orders.get("ord_1").mailed_at == NOW

    def test_of_many_deliveries_one_claims_the_mail(self, world: World) -> None:
        claim = partial(world.orders.claim_mail, "ord_1", NOW, LATER)
        results = race(*[claim] * 32)
        assert sorted(map(bool, results)) == [False] * 31 + [True]


class TestOfCustomer:
    @pytest.fixture(autouse=True)
    def _orders(self, world: World) -> None:
        for n in range(7):
            placed(world, f"ord_{n}", at=NOW + minutes(n))
            bobs = an_order(f"bob_{n}", "cus_bob", created_at=NOW + minutes(n))
            world.orders.place(bobs, a_record(bobs))

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
    def test_all_orders_of_a_customer_are_seen_once_newest_first(
        self, world: World, limit: int
    ) -> None:
        seen: list[str] = []
        cursor = None
        while True:
            page = world.orders.of_customer("cus_ada", limit, cursor)
            assert len(page.items) <= limit
            seen += [order.order_id for order in page.items]
            cursor = page.cursor
            if cursor is None:
                break
        assert seen == [f"ord_{n}" for n in reversed(range(7))]

    def test_a_stranger_has_no_orders(self, world: World) -> None:
        page = world.orders.of_customer("cus_eve", 10, None)
        assert (list(page.items), page.cursor) == ([], None)

    @pytest.mark.parametrize("cursor", ["x", "e30", "W10"])
    def test_a_cursor_that_nobody_made_is_invalid(self, world: World, cursor: str) -> None:
        with pytest.raises(InvalidCursor):
            world.orders.of_customer("cus_ada", 10, cursor)

    def test_a_cursor_of_another_list_is_invalid(self, world: World) -> None:
        world.sell(a_product("A"), a_product("B"))
        cursor = world.catalogue.page(None, 1, None).cursor
        with pytest.raises(InvalidCursor):
            world.orders.of_customer("cus_ada", 10, cursor)

    def test_somebody_elses_cursor_is_invalid(self, world: World) -> None:
        cursor = world.orders.of_customer("cus_bob", 3, None).cursor
        with pytest.raises(InvalidCursor):
            world.orders.of_customer("cus_ada", 10, cursor)


class TestRaces:
    def test_a_confirmation_that_races_the_release_of_its_stock_has_one_winner(
        self, world: World
    ) -> None:
        for n in range(12):
            order_id = f"ord_{n}"
            held(world, order_id)
            confirmed, released = race(
                partial(world.orders.confirm, order_id, LATER),
                partial(world.stock.release, order_id, LATER),
            )
            if confirmed is None:
                assert isinstance(released, ReservationClosed)
                assert world.orders.get(order_id).status is OrderStatus.CONFIRMED
                assert world.reservation_status(order_id) == "COMMITTED"
            else:
                assert isinstance(confirmed, ReservationClosed)
                assert released is True
                assert world.orders.get(order_id).is_open

    def test_an_order_that_is_ended_twice_at_once_has_one_end(self, world: World) -> None:
        for n in range(12):
            order_id = f"ord_{n}"
            held(world, order_id)
            results = race(
                partial(world.orders.confirm, order_id, LATER),
                partial(world.orders.close, order_id, OrderStatus.FAILED, LATER, None),
            )
            assert results.count(None) == 1
            assert {type(r) for r in results if r is not None} == {OrderClosed}
            assert len(world.orders.get(order_id).history) == 2
