"""The ledger, and the simulated payment gateway.

They share a table but not a key: `order#…` is our ledger, `gateway#…` stands for what a real
gateway would keep in its own house. Nothing but `SimulatedGateway` reads the latter.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checkout.adapters import item_mapping
from checkout.adapters.dynamodb import ConditionFailed, Item, Table
from checkout.adapters.rows import LOGGED, readable
from checkout.domain.errors import ChargeReversed, Contended, GatewayTimeout, PaymentDeclined
from checkout.domain.money import Money
from checkout.domain.payment import Charge, EntryKind, LedgerEntry, Reversal
from checkout.ports import Monitoring

DECLINES = {
    "tok_declined": "declined",
    "tok_insufficient_funds": "insufficient_funds",
    "tok_expired_card": "expired_card",
    "tok_fraud": "fraud",
}
BOOKS = "gateway#"
PAYS = {"tok_visa", "tok_timeout_once"}
MAX_ATTEMPTS = 4


@dataclass(frozen=True)
class DynamoLedger:
    """The ledger in the payments table. It is only ever added to."""

    table: Table
    monitoring: Monitoring = LOGGED

    def append(self, entry: LedgerEntry) -> None:
        """See `ports.Ledger`."""
        item = {"paymentId": f"order#{entry.order_id}", **item_mapping.ledger_item(entry)}
        try:
            self.table.put_if_absent(item, "paymentId")
        except ConditionFailed:
            return

    def entries(self, order_id: str) -> Sequence[LedgerEntry]:
        """See `ports.Ledger`."""
        items = self.table.query(
            "paymentId = :id", {":id": f"order#{order_id}"}, ConsistentRead=True
        )
        return readable(items, item_mapping.ledger_entry, self.table, "paymentId", self.monitoring)

    def has(self, order_id: str, kind: EntryKind) -> bool:
        """Whether the order has an entry of this kind; needs less than to read all of them."""
        key = {"paymentId": f"order#{order_id}", "entry": kind.value}
        return self.table.get(key) is not None


@dataclass(frozen=True)
class SimulatedGateway:
    """A payment gateway whose tokens choose the outcome; it remembers every key.

    `timeout_s` is how long a caller waits before it gives up on an answer.
    """

    table: Table
    timeout_s: float

    def authorise(self, key: str, amount: Money, token: str) -> None:
        """See `ports.PaymentGateway`."""
        charge = self.table.get(_key(key))
        if charge is None:
            charge = self._first_try(key, amount, token)
        if charge["status"] == "DECLINED":
            raise PaymentDeclined(charge["reason"])
        if charge["status"] == "REVERSED":
            raise ChargeReversed(key)

    def _first_try(self, key: str, amount: Money, token: str) -> Item:
        if token == "tok_gateway_down":  # noqa: S105 - a test token, not a secret
            self._never_answer()
        charge = {
            **_key(key),
            "status": "AUTHORISED" if token in PAYS else "DECLINED",
            "reason": DECLINES.get(token, "unknown_token"),
            "amount": amount.amount,
            "currency": amount.currency,
        }
        try:
            self.table.put_if_absent(charge, "paymentId")
        except ConditionFailed as lost_race:
            charge = lost_race.old or charge
        if token == "tok_timeout_once":  # noqa: S105 - a test token, not a secret
            self._never_answer()
        return charge

    def _never_answer(self) -> None:
        time.sleep(self.timeout_s)
        raise GatewayTimeout(f"No answer within {self.timeout_s} s")

    def capture(self, key: str) -> None:
        """See `ports.PaymentGateway`."""
        try:
            self._move(key, "CAPTURED", ("AUTHORISED", "CAPTURED"))
        except ConditionFailed as failed:
            raise ChargeReversed(key) from failed

    def reverse(self, key: str) -> Reversal:
        """See `ports.PaymentGateway`. A key that was never used is blocked all the same."""
        for _ in range(MAX_ATTEMPTS):
            charge = self.table.get(_key(key))
            try:
                if charge is None:
                    self._block(key)
                    return Reversal()
                if charge["status"] in ("AUTHORISED", "CAPTURED"):
                    self._move(key, "REVERSED", (charge["status"],), was=charge["status"])
                return _reversal(charge)
            except ConditionFailed:
                continue
        raise Contended(f"The charge {key} keeps changing")

    def charges(self) -> Iterator[Charge]:
        """See `ports.PaymentBooks`."""
        return (_charge(item) for item in self.table.scan({"paymentId": BOOKS}))

    def _block(self, key: str) -> None:
        self.table.put_if_absent({**_key(key), "status": "REVERSED"}, "paymentId")

    def _move(self, key: str, to: str, allowed: Sequence[str], was: str = "") -> None:
        values = {":to": to, **{f":from{i}": status for i, status in enumerate(allowed)}}
        remember = ", was = :was" if was else ""
        self.table.update(
            _key(key),
            f"SET #status = :to{remember}",
            f"#status IN ({', '.join(f':from{i}' for i in range(len(allowed)))})",
            {"#status": "status"},
            {**values, **({":was": was} if was else {})},
        )


def _key(key: str) -> Item:
    return {"paymentId": f"{BOOKS}{key}", "entry": "CHARGE"}


def _charge(item: Item) -> Charge:
    amount = Money(item["amount"], item["currency"]) if "amount" in item else None
    captured = "CAPTURED" in (item["status"], item.get("was"))
    return Charge(
        key=item["paymentId"].removeprefix(BOOKS),
        authorised=amount if item["status"] == "AUTHORISED" else None,
        captured=amount if captured else None,
        refunded=amount if captured and item["status"] == "REVERSED" else None,
    )


def _reversal(charge: Item) -> Reversal:
    """The refund of a reversal; the same for every repetition."""
    held = charge.get("was", charge["status"])
    amount = Money(charge["amount"], charge["currency"]) if "amount" in charge else None
    return Reversal(
        captured=amount if held == "CAPTURED" else None,
        authorised=amount if held == "AUTHORISED" else None,
    )
