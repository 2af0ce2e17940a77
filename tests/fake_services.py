"""The services around the checkout in memory: the gateway, the bus, the mail, the workflow."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import RLock

from checkout.domain.errors import ChargeReversed, GatewayTimeout, PaymentDeclined
from checkout.domain.events import Event
from checkout.domain.mail import Mail
from checkout.domain.money import Money
from checkout.domain.order import FaultInjection
from checkout.domain.payment import EntryKind, LedgerEntry, Reversal
from checkout.domain.pricing import PriceRules
from checkout.settings import TokenSettings


class Down(Exception):
    """A service does not answer. Nothing that the checkout knows by name."""


@dataclass
class Flaky:
    """A service that is `Down` for as many calls as a test wants."""

    outages: int = 0

    def answer(self) -> None:
        if self.outages:
            self.outages -= 1
            raise Down


@dataclass
class FakeLedger(Flaky):
    kept: dict[tuple[str, EntryKind], LedgerEntry] = field(default_factory=dict)

    def append(self, entry: LedgerEntry) -> None:
        self.answer()
        self.kept.setdefault((entry.order_id, entry.kind), entry)

    def entries(self, order_id: str) -> Sequence[LedgerEntry]:
        return [entry for (owner, _), entry in self.kept.items() if owner == order_id]


@dataclass(frozen=True)
class Charge:
    """What the gateway knows under a key; `was` is where it stood before it was reversed."""

    status: str
    amount: Money | None = None
    reason: str = ""
    was: str = ""


DECLINES = {
    "tok_declined": "declined",
    "tok_insufficient_funds": "insufficient_funds",
    "tok_expired_card": "expired_card",
    "tok_fraud": "fraud",
}


@dataclass
class FakeGateway:
    """Does what its tokens say; `takings` has every amount that was really captured."""

    charges: dict[str, Charge] = field(default_factory=dict)
    takings: list[Money] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    def authorise(self, key: str, amount: Money, token: str) -> None:
        with self.lock:
            first = key not in self.charges
            if first and token == "tok_gateway_down":
                raise GatewayTimeout
            charge = self.charges.setdefault(key, self._decide(amount, token))
        if first and token == "tok_timeout_once":
            raise GatewayTimeout
        if charge.status == "DECLINED":
            raise PaymentDeclined(charge.reason)
        if charge.status == "REVERSED":
            raise ChargeReversed(key)

    def _decide(self, amount: Money, token: str) -> Charge:
        if token in ("tok_visa", "tok_timeout_once"):
            return Charge("AUTHORISED", amount)
        return Charge("DECLINED", amount, DECLINES.get(token, "unknown_token"))

    def capture(self, key: str) -> None:
        with self.lock:
            charge = self.charges.get(key)
            if charge is None or charge.status not in ("AUTHORISED", "CAPTURED"):
                raise ChargeReversed(key)
            if charge.status == "AUTHORISED" and charge.amount:
                self.takings.append(charge.amount)
            self.charges[key] = replace(charge, status="CAPTURED")

    def reverse(self, key: str) -> Reversal:
        with self.lock:
            charge = self.charges.setdefault(key, Charge("REVERSED"))
            if charge.status in ("AUTHORISED", "CAPTURED"):
                charge = replace(charge, status="REVERSED", was=charge.status)
                self.charges[key] = charge
        return Reversal(
            captured=charge.amount if charge.was == "CAPTURED" else None,
            authorised=charge.amount if charge.was == "AUTHORISED" else None,
        )


@dataclass
class FakeEvents(Flaky):
    published: list[Event] = field(default_factory=list)

    def publish(self, event: Event) -> None:
        self.answer()
        self.published.append(event)

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.published]


@dataclass
class FakeMailer(Flaky):
    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> str:
        self.answer()
        self.sent.append(mail)
        return f"message-{len(self.sent)}"


@dataclass
class FakeWorkflow(Flaky):
    """`started` has one entry for each execution; a test puts those that are over in `ended`."""

    started: dict[str, FaultInjection | None] = field(default_factory=dict)
    correlated: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def start(self, order_id: str, simulate: FaultInjection | None, correlation_id: str) -> None:
        self.answer()
        self.correlated.setdefault(order_id, correlation_id)
        self.started.setdefault(order_id, simulate)

    def has_ended(self, order_id: str) -> bool | None:
        return order_id in self.ended if order_id in self.started else None


@dataclass
class FakeClock:
    at: datetime

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


class RandomOrderIds:
    def order_id(self) -> str:
        return f"ord_{uuid.uuid4().hex}"


@dataclass
class FakeParameters:
    """What SSM holds."""

    rules: PriceRules
    token_settings: TokenSettings
    hold: timedelta = timedelta(minutes=15)

    def price_rules(self) -> PriceRules:
        return self.rules

    def tokens(self, fresh: bool = False) -> TokenSettings:
        return self.token_settings

    def hold_for(self) -> timedelta:
        return self.hold
