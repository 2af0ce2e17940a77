"""The ledger and the simulated gateway: money moves once under one key."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from checkout import gateways
from checkout.domain.errors import (
    ChargeReversed,
    GatewayTimeout,
    NoPaymentGateway,
    PaymentDeclined,
)
from checkout.domain.payment import Charge, EntryKind, Reversal
from checkout.ports import PaymentBooks
from tests.builders import an_entry, minutes, usd
from tests.contract.racing import race
from tests.contract.worlds import DynamoWorld, World

KEY = "ord_1:charge"
TOTAL = usd(2599)


class TestLedger:
    def test_entries_come_back_as_they_were_added(self, world: World) -> None:
        declined = replace(an_entry(EntryKind.DECLINED), reason="fraud")
        world.ledger.append(declined)
        world.ledger.append(an_entry(EntryKind.CAPTURED, order_id="ord_2"))
        assert list(world.ledger.entries("ord_1")) == [declined]
        assert list(world.ledger.entries("ord_0")) == []

    def test_an_entry_is_never_overwritten(self, world: World) -> None:
        first = an_entry(EntryKind.CAPTURED)
        world.ledger.append(first)
        world.ledger.append(replace(first, amount=usd(1), at=first.at + minutes(1)))
        assert list(world.ledger.entries("ord_1")) == [first]

    def test_an_order_has_one_entry_of_each_kind(self, world: World) -> None:
        entries = [an_entry(kind) for kind in EntryKind]
        for entry in entries * 2:
            world.ledger.append(entry)
        found = sorted(world.ledger.entries("ord_1"), key=lambda e: e.kind)
        assert found == sorted(entries, key=lambda e: e.kind)

    def test_of_many_attempts_to_write_the_same_fact_one_is_kept(self, world: World) -> None:
        attempts = [an_entry(EntryKind.REFUNDED, amount) for amount in range(1, 17)]
        race(*(partial(world.ledger.append, entry) for entry in attempts))
        assert len(world.ledger.entries("ord_1")) == 1

    def test_the_gateways_own_books_are_not_in_the_ledger(self, world: World) -> None:
        world.gateway.authorise(KEY, TOTAL, "tok_visa")
        assert list(world.ledger.entries("ord_1")) == []


class TestCharge:
    def test_a_charge_is_authorised_and_captured_however_often_it_is_asked_for(
        self, world: World
    ) -> None:
        for _ in range(2):
            world.gateway.authorise(KEY, TOTAL, "tok_visa")
        for _ in range(2):
            world.gateway.capture(KEY)
        world.gateway.authorise(KEY, TOTAL, "tok_visa")
        assert world.gateway.reverse(KEY) == Reversal(captured=TOTAL)

    @pytest.mark.parametrize(
        ("token", "reason"),
        [
            ("tok_declined", "declined"),
            ("tok_insufficient_funds", "insufficient_funds"),
            ("tok_expired_card", "expired_card"),
            ("tok_fraud", "fraud"),
            ("tok_what", "unknown_token"),
        ],
    )
    def test_a_declined_charge_stays_declined(self, world: World, token: str, reason: str) -> None:
        for attempt in (token, token, "tok_visa"):
            with pytest.raises(PaymentDeclined) as caught:
                world.gateway.authorise(KEY, TOTAL, attempt)
            assert caught.value.reason == reason

    def test_a_charge_that_timed_out_once_is_there_on_the_retry(self, world: World) -> None:
        with pytest.raises(GatewayTimeout):
            world.gateway.authorise(KEY, TOTAL, "tok_timeout_once")
        world.gateway.authorise(KEY, TOTAL, "tok_timeout_once")
        world.gateway.capture(KEY)
        assert world.gateway.reverse(KEY) == Reversal(captured=TOTAL)

    def test_a_gateway_that_is_down_charges_nothing(self, world: World) -> None:
        for _ in range(2):
            with pytest.raises(GatewayTimeout):
                world.gateway.authorise(KEY, TOTAL, "tok_gateway_down")
        assert world.gateway.reverse(KEY) == Reversal()

    def test_nothing_can_be_captured_that_was_not_authorised(self, world: World) -> None:
        with pytest.raises(ChargeReversed):
            world.gateway.capture(KEY)

    def test_keys_do_not_mix(self, world: World) -> None:
        world.gateway.authorise(KEY, TOTAL, "tok_visa")
        with pytest.raises(PaymentDeclined):
            world.gateway.authorise("ord_2:charge", TOTAL, "tok_fraud")
        world.gateway.capture(KEY)


class TestReverse:
    def test_a_replay_gives_the_same_answer(self, world: World) -> None:
        world.gateway.authorise(KEY, TOTAL, "tok_visa")
        world.gateway.capture(KEY)
        assert [world.gateway.reverse(KEY) for _ in range(3)] == [Reversal(captured=TOTAL)] * 3

    def test_what_was_only_authorised_is_let_go(self, world: World) -> None:
        world.gateway.authorise(KEY, TOTAL, "tok_visa")
        assert [world.gateway.reverse(KEY) for _ in range(2)] == [Reversal(authorised=TOTAL)] * 2

    def test_what_was_declined_gives_nothing_back(self, world: World) -> None:
        with pytest.raises(PaymentDeclined):
            world.gateway.authorise(KEY, TOTAL, "tok_fraud")
        assert world.gateway.reverse(KEY) == Reversal()

    def test_a_key_that_was_never_used_is_blocked(self, world: World) -> None:
        assert [world.gateway.reverse(KEY) for _ in range(2)] == [Reversal()] * 2
        with pytest.raises(ChargeReversed):
            world.gateway.authorise(KEY, TOTAL, "tok_visa")
        with pytest.raises(ChargeReversed):
            world.gateway.capture(KEY)

    def test_a_charge_that_was_given_back_is_not_taken_again(self, world: World) -> None:
        world.gateway.authorise(KEY, TOTAL, "tok_visa")
        world.gateway.capture(KEY)
        world.gateway.reverse(KEY)
        with pytest.raises(ChargeReversed):
            world.gateway.authorise(KEY, TOTAL, "tok_visa")
        with pytest.raises(ChargeReversed):
            world.gateway.capture(KEY)


class TestRaces:
    def test_a_charge_that_races_its_reversal_never_keeps_the_money(self, world: World) -> None:
        for n in range(12):
            key = f"ord_{n}:charge"

            def charge(key: str = key) -> None:
                world.gateway.authorise(key, TOTAL, "tok_visa")
                world.gateway.capture(key)

            charged, reversal = race(charge, partial(world.gateway.reverse, key))
            assert charged is None or isinstance(charged, ChargeReversed)
            assert isinstance(reversal, Reversal)
            if charged is None:
                assert reversal == Reversal(captured=TOTAL)
            with pytest.raises(ChargeReversed):
                world.gateway.capture(key)

    def test_attempts_of_one_charge_are_one_charge(self, world: World) -> None:
        authorise = partial(world.gateway.authorise, KEY, TOTAL, "tok_visa")
        assert race(*[authorise] * 16) == [None] * 16
        assert race(*[partial(world.gateway.capture, KEY)] * 16) == [None] * 16
        reversals = race(*[partial(world.gateway.reverse, KEY)] * 16)
        assert set(reversals) == {Reversal(captured=TOTAL)}


class TestBooks:
    """What the simulated gateway tells of its own books, which an audit compares with ours."""

    def told(self, world: DynamoWorld) -> dict[str, Charge]:
        gateway = world.gateway
        assert isinstance(gateway, PaymentBooks)
        return {charge.key: charge for charge in gateway.charges()}

    def test_a_charge_is_told_as_far_as_it_came(self, dynamodb: DynamoWorld) -> None:
        for name in ("held", "taken", "returned", "freed"):
            dynamodb.gateway.authorise(name, TOTAL, "tok_visa")
        for name in ("taken", "returned"):
            dynamodb.gateway.capture(name)
        for name in ("returned", "freed", "never"):
            dynamodb.gateway.reverse(name)
        with pytest.raises(PaymentDeclined):
            dynamodb.gateway.authorise("declined", TOTAL, "tok_declined")

        assert self.told(dynamodb) == {
            "held": Charge("held", authorised=TOTAL),
            "taken": Charge("taken", captured=TOTAL),
            "returned": Charge("returned", captured=TOTAL, refunded=TOTAL),
            "freed": Charge("freed"),
            "never": Charge("never"),
            "declined": Charge("declined"),
        }

    def test_our_ledger_is_none_of_it(self, dynamodb: DynamoWorld) -> None:
        dynamodb.ledger.append(an_entry(EntryKind.CAPTURED))
        assert self.told(dynamodb) == {}

    def test_without_a_gateway_the_ledger_says_whether_somebody_took_money(
        self, dynamodb: DynamoWorld
    ) -> None:
        nobody = gateways.NoGateway(dynamodb.ledger)
        assert nobody.reverse(KEY) == Reversal()
        dynamodb.ledger.append(an_entry(EntryKind.CAPTURED))
        with pytest.raises(NoPaymentGateway):
            nobody.reverse(KEY)
