"""Whose books an audit compares the ledger with: those of the gateway that the shop has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from checkout import gateways
from checkout.adapters.dynamodb import Table
from checkout.domain.money import Money
from checkout.domain.payment import Charge, Reversal
from checkout.settings import ParameterStore
from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate import audit
from lab.operate.audit import AuditReport
from lab.shop import payment
from tests.unit.lab.audit_books import clean_books, said
from tests.unit.lab.memory import empty_lab
from tests.unit.lab.test_audit_run import FOR_EVER_S, store


@dataclass(frozen=True)
class Silent:
    """A gateway whose provider tells nothing."""

    payments: Table
    parameters: ParameterStore

    def authorise(self, key: str, amount: Money, token: str) -> None: ...

    def capture(self, key: str) -> None: ...

    def reverse(self, key: str) -> Reversal:
        return Reversal()


@dataclass(frozen=True)
class Other(Silent):
    """A gateway with books in its own house: nothing of them is in our tables."""

    def charges(self) -> Iterator[Charge]:
        total = Money(4199, "USD")
        yield Charge("ord_sold:charge", captured=total)
        yield Charge("ord_open:charge", authorised=total)
        yield Charge("ord_failed:charge", captured=total, refunded=total)


class Forgetful(Other):
    """It never took the money of an order that our ledger calls paid."""

    def charges(self) -> Iterator[Charge]:
        return (charge for charge in super().charges() if charge.key != "ord_sold:charge")


@pytest.fixture
def target() -> Iterator[Target]:
    """The clean books, without anything of the simulated gateway's."""
    data = clean_books()
    data["payments"] = [p for p in data["payments"] if p["paymentId"].startswith("order#")]
    with empty_lab() as target:
        store(target, data)
        yield target


def audited(target: Target, monkeypatch: pytest.MonkeyPatch, gateway: Any) -> AuditReport:
    monkeypatch.setattr(gateways, "GATEWAYS", {"other": gateway})
    monkeypatch.setattr(payment, "chosen", lambda _target: "other")
    return audit.run(target, grace_s=FOR_EVER_S)


def test_correct_orders_of_another_gateway_are_not_called_broken(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = audited(target, monkeypatch, Other)
    assert (said(report), report.notes) == ([], ())


def test_a_capture_that_another_gateway_never_made_is_found(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = said(audited(target, monkeypatch, Forgetful))
    assert found == ["3: ord_sold: the gateway took 0, but the ledger says 4199"]


def test_a_gateway_without_books_leaves_the_ledger(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = audited(target, monkeypatch, Silent)
    assert said(report) == []
    assert report.notes == (
        "Money was compared with the ledger only: the gateway other has no report of its charges.",
    )


@pytest.mark.parametrize(
    ("chosen", "why"),
    [("", "dev has no payment gateway"), (None, "no function charges in dev")],
)
def test_without_a_gateway_the_report_says_so(
    target: Target, monkeypatch: pytest.MonkeyPatch, chosen: str | None, why: str
) -> None:
    monkeypatch.setattr(payment, "chosen", lambda _target: chosen)
    assert audit.run(target).notes == (f"Money was compared with the ledger only: {why}.",)


def test_a_gateway_of_another_checkout_is_named(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment, "chosen", lambda _target: "stripe")
    with pytest.raises(LabError, match="dev charges with stripe, but functions/"):
        audit.run(target)


def test_what_is_not_deployed_has_no_gateway(target: Target) -> None:
    assert payment.chosen(target) is None
