from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from checkout.domain.errors import GatewayTimeout
from checkout.domain.money import Money
from checkout.domain.payment import balance
from lab.lessons import bank
from lab.lessons.bank import PRICE, Line


@dataclass
class FakeGateway:
    """Remembers every key, as a good gateway does."""

    authorised: dict[str, Money] = field(default_factory=dict)
    captured: set[str] = field(default_factory=set)

    def authorise(self, key: str, amount: Money, token: str) -> None:
        self.authorised.setdefault(key, amount)

    def capture(self, key: str) -> None:
        self.captured.add(key)


def test_a_lost_request_charges_nothing_and_a_lost_answer_does() -> None:
    for words, charges in (({"lost_requests": 1}, 0), ({"lost_answers": 1}, 1)):
        gateway = FakeGateway()
        with pytest.raises(GatewayTimeout):
            Line(gateway, **words).charge("a-key", PRICE)
        assert len(gateway.captured) == charges


def test_the_line_works_once_it_has_lost_its_words() -> None:
    gateway = FakeGateway()
    line = Line(gateway, lost_requests=1)
    with pytest.raises(GatewayTimeout):
        line.charge("a-key", PRICE)
    line.charge("a-key", PRICE)
    assert gateway.captured == {"a-key"}


def test_who_asks_once_believes_that_nothing_was_paid() -> None:
    gateway = FakeGateway()
    assert bank.pay_once(Line(gateway, lost_answers=1), PRICE) == "not paid"
    assert len(gateway.captured) == 1


def test_who_asks_again_under_new_names_pays_for_each() -> None:
    gateway = FakeGateway()
    assert bank.pay_until_answered(Line(gateway, lost_answers=2), PRICE) == "paid"
    assert len(gateway.captured) == 3


def test_who_never_gets_an_answer_gives_up() -> None:
    assert bank.pay_until_answered(Line(FakeGateway(), lost_requests=99), PRICE) == "not paid"


def test_what_was_kept_is_a_sum_over_the_entries() -> None:
    ledgers = bank.sample_ledgers(4800)

    refunded = bank.kept_after_each(ledgers["the order was paid and refunded"])
    assert refunded == {"after AUTHORISED": 0, "after CAPTURED": 4800, "after REFUNDED": 0}
    for entries in ledgers.values():
        last = list(bank.kept_after_each(entries).values())[-1:]
        assert sum(last) == balance(entries, "USD").amount
