"""The seven guarantees of the checkout, and the queries for their violations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from checkout.adapters.redemptions import FIRST_ORDER
from lab.operate.audit.records import Records
from lab.operate.audit.report import Violation

KEY_LIFETIME_S = 24 * 3600 - 1
"""A day, as in the API's contract, minus one second because the end is stored in whole seconds."""


@dataclass(frozen=True)
class Rules:
    """The time of the audit in epoch seconds, and the grace periods in seconds.

    `grace` is for orders, `delivery_grace` for their events and mails.
    """

    now: float
    grace: float
    delivery_grace: float

    @property
    def overdue(self) -> float:
        """Orders placed before this time must have ended."""
        return self.now - self.grace

    @property
    def undelivered(self) -> float:
        """Events and mails of orders that ended before this time must be sent."""
        return self.now - self.delivery_grace


@dataclass(frozen=True)
class Guarantee:
    """A guarantee, with the functions that count the checked rows and find violations."""

    number: int
    title: str
    checked: Callable[[Records], int]
    broken: Callable[[Records, Rules], Iterator[Violation]]


def oversold(records: Records, _rules: Rules) -> Iterator[Violation]:
    """Shards with negative stock."""
    for key, available in records.rows("SELECT key, available FROM shards WHERE available < 0"):
        yield Violation(key, f"available is {available}")


STOCK = """
SELECT sku, initial, available, COALESCE(held, 0), COALESCE(sold, 0), COALESCE(who, 0)
FROM shelves LEFT JOIN pieces USING (sku)
WHERE initial <> available + COALESCE(held, 0) + COALESCE(sold, 0)
"""
UNSTOCKED = "SELECT sku, held, sold FROM pieces WHERE sku NOT IN (SELECT sku FROM shelves)"


def unconserved(records: Records, _rules: Rules) -> Iterator[Violation]:
    """Products, reservations and orders whose pieces are inconsistent."""
    for sku, initial, available, held, sold, who in records.rows(STOCK):
        sums = f"available {available} + held {held} + sold {sold}"
        difference = available + held + sold - initial
        yield Violation(sku, f"initial {initial} is not {sums}: off by {difference:+}", who)
    for sku, held, sold in records.rows(UNSTOCKED):
        yield Violation(sku, f"held {held} and sold {sold}, but it has no stock record")
    yield from _inconsistent_sales(records)


SALES = """
SELECT h.order_id, h.status, h.lines, o.status, o.lines
FROM holds h LEFT JOIN orders o USING (order_id)
WHERE o.order_id IS NULL
    OR (h.status = 'COMMITTED' AND (o.status <> 'CONFIRMED' OR o.lines <> h.lines))
"""
UNCOMMITTED = """
SELECT order_id, h.status FROM orders o LEFT JOIN holds h USING (order_id)
WHERE o.status = 'CONFIRMED' AND h.status IS NOT 'COMMITTED'
"""


def _inconsistent_sales(records: Records) -> Iterator[Violation]:
    """CONFIRMED orders without a matching COMMITTED reservation, and the reverse."""
    for order_id, state, taken, status, sold in records.rows(SALES):
        if status is None:
            yield Violation(order_id, f"has a {state} reservation, but is no order")
        elif status != "CONFIRMED":
            yield Violation(order_id, f"is {status}, but its reservation is COMMITTED")
        else:
            yield Violation(order_id, f"sold {sold}, but its reservation took {taken}")
    for order_id, state in records.rows(UNCOMMITTED):
        reservation = f"its reservation is {state}" if state else "it has no reservation"
        yield Violation(order_id, f"is CONFIRMED, but {reservation}")


class OrderPayment(NamedTuple):
    """An order with its ledger, and the amounts that the provider has captured and holds."""

    order_id: str
    status: str
    created: float
    total: int | None
    currency: str
    agreed: int | None
    agreed_in: str
    captured: int
    refunded: int
    currencies: str | None
    kept: int
    held: int
    kept_in: str | None

    @property
    def net(self) -> int:
        """The captured amount minus refunds, by the ledger."""
        return self.captured - self.refunded

    def may_be_charged(self, rules: Rules) -> bool:
        """Whether the order is pending and in time, so that it may be charged or not."""
        return self.status == "PENDING" and self.created >= rules.overdue


ORDER_PAYMENTS = """
SELECT o.order_id, o.status, o.created, o.total, o.currency, o.agreed, o.agreed_in,
    COALESCE(a.captured, 0), COALESCE(a.refunded, 0), a.currencies,
    COALESCE(c.kept, 0), COALESCE(c.held, 0), c.currency
FROM orders o LEFT JOIN accounts a USING (order_id) LEFT JOIN charges c ON c.key = o.charge_key
"""
UNKNOWN_LEDGERS = """
SELECT order_id, captured - refunded FROM accounts
WHERE order_id NOT IN (SELECT order_id FROM orders)
"""
UNKNOWN_CHARGES = """
SELECT key, kept, held FROM charges WHERE key NOT IN (SELECT charge_key FROM orders)
"""


def uncovered(records: Records, rules: Rules) -> Iterator[Violation]:
    """Orders with wrong payments, and payments without an order."""
    for payment in map(OrderPayment._make, records.rows(ORDER_PAYMENTS)):
        gateway_fault = _gateway_fault(payment, rules) if records.knows_charges else None
        for fault in (_ledger_fault(payment, rules), _overcharge(payment), gateway_fault):
            if fault:
                yield Violation(payment.order_id, fault)
    for order_id, net in records.rows(UNKNOWN_LEDGERS):
        yield Violation(order_id, f"has a ledger ({net} kept), but is no order")
    for key, kept, held in records.rows(UNKNOWN_CHARGES):
        yield Violation(key, f"the gateway took {kept} and holds {held} for no order")


def _ledger_fault(payment: OrderPayment, rules: Rules) -> str | None:
    """The inconsistency between an order and the ledger, if any."""
    sums = f"captured {payment.captured} - refunded {payment.refunded}"
    if payment.currencies is not None and payment.currencies != payment.currency:
        currencies = ", ".join(sorted(payment.currencies.split(",")))
        return f"is in {payment.currency or 'no currency'}, but was paid in {currencies}"
    if payment.status == "CONFIRMED":
        return None if payment.net == payment.total else f"{sums} is not its total {payment.total}"
    if payment.net >= 0 and payment.may_be_charged(rules):
        return None
    return f"is {payment.status}, but {sums} is {payment.net}" if payment.net else None


def _overcharge(payment: OrderPayment) -> str | None:
    """The message if more was captured than agreed, even if it was refunded later."""
    if payment.agreed is None or not payment.captured:
        return None
    if payment.currencies not in (None, payment.agreed_in):
        agreed = f"{payment.agreed_in} was agreed to"
        return f"captured {payment.captured} in {payment.currencies}, but {agreed}"
    if payment.captured > payment.agreed:
        return f"captured {payment.captured}, but {payment.agreed} was agreed to"
    return None


def _gateway_fault(payment: OrderPayment, rules: Rules) -> str | None:
    """The inconsistency between the gateway and the ledger, if any."""
    if payment.may_be_charged(rules):
        return None
    if payment.kept != payment.net:
        return f"the gateway took {payment.kept}, but the ledger says {payment.net}"
    if payment.kept and payment.kept_in != payment.currency:
        return f"is in {payment.currency}, but the gateway took {payment.kept_in}"
    if payment.held:
        return f"is {payment.status}, but the gateway still holds {payment.held} of the customer's"
    return None


SAME_KEY = """
SELECT order_id, key, customer, earlier FROM (
    SELECT order_id, key, customer, LAG(order_id) OVER same AS earlier,
        created - LAG(created) OVER same AS gap
    FROM orders WINDOW same AS (PARTITION BY customer, key ORDER BY created)
) WHERE gap < :lifetime
"""
STRAY_KEYS = """
SELECT k.key, k.order_id FROM keys k LEFT JOIN orders o USING (order_id)
WHERE k.key IS NOT o.customer || '#' || o.key
"""


def repeated(records: Records, _rules: Rules) -> Iterator[Violation]:
    """Second orders with one idempotency key, and keys without a matching order."""
    for order_id, key, customer, earlier in records.rows(SAME_KEY, lifetime=KEY_LIFETIME_S):
        yield Violation(order_id, f"has the key {key} of {customer}, like {earlier}")
    for key, order_id in records.rows(STRAY_KEYS):
        yield Violation(key, f"stands for {order_id}, no order of this key")


LATE_ORDERS = "SELECT order_id, created FROM orders WHERE status = 'PENDING' AND created < :before"
STRANGE_LIVES = """
SELECT order_id, status, life FROM orders
WHERE status NOT IN ('PENDING', 'CONFIRMED', 'REJECTED', 'FAILED')
    OR life <> iif(status = 'PENDING', status, 'PENDING → ' || status)
"""
LATE_HOLDS = """
SELECT order_id, lines, expires FROM holds WHERE status = 'HELD' AND expires < :before
"""


def unfinished(records: Records, rules: Rules) -> Iterator[Violation]:
    """Overdue orders and reservations, and orders with an impossible history."""
    for order_id, created in records.rows(LATE_ORDERS, before=rules.overdue):
        yield Violation(order_id, f"is PENDING since {_at(created):%Y-%m-%d %H:%M:%S}")
    for order_id, status, life in records.rows(STRANGE_LIVES):
        known = status in ("PENDING", "CONFIRMED", "REJECTED", "FAILED")
        fault = f"is {status}, but its history is {life}"
        yield Violation(order_id, fault if known else f"has the unknown status {status!r}")
    for order_id, lines, expires in records.rows(LATE_HOLDS, before=rules.overdue):
        yield Violation(order_id, f"still holds {lines}, expired {_at(expires):%Y-%m-%d %H:%M:%S}")


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


COUNTS = """
WITH counted AS (SELECT code, SUM(times) AS times, SUM(who) AS who FROM redeemed GROUP BY code)
SELECT code, redemptions, most, COALESCE(times, 0), COALESCE(who, 0)
FROM codes LEFT JOIN counted USING (code) WHERE customer = ''
"""
NO_PROMOTION = """
SELECT code, SUM(times), SUM(who) FROM redeemed
WHERE code <> :first AND code NOT IN (SELECT code FROM codes WHERE customer = '') GROUP BY code
"""
FIRST_TOO_OFTEN = "SELECT customer, times, who FROM redeemed WHERE code = :first AND times > 1"
TOO_OFTEN = """
SELECT r.code, r.customer, r.times, c.per_customer, r.who
FROM redeemed r JOIN codes c ON c.code = r.code AND c.customer = ''
WHERE r.times > c.per_customer
"""
MISCOUNTED = """
SELECT code, customer, SUM(counted), SUM(times), SUM(who) FROM (
    SELECT code, customer, redemptions AS counted, 0 AS times, 0 AS who FROM codes
    WHERE customer <> ''
    UNION ALL SELECT code, customer, 0, times, who FROM redeemed)
GROUP BY code, customer HAVING SUM(counted) <> SUM(times)
"""


def overredeemed(records: Records, _rules: Rules) -> Iterator[Violation]:
    """Promotions redeemed beyond a limit, and wrong counters."""
    for code, count, limit, times, who in records.rows(COUNTS):
        if limit is not None and max(count, times) > limit:
            yield Violation(code, f"redeemed {max(count, times)} times, limit {limit}", who)
        if count != times:
            yield Violation(code, f"its counter says {count}, its orders {times}", who)
    for customer, times, who in records.rows(FIRST_TOO_OFTEN, first=FIRST_ORDER):
        yield Violation(customer, f"has {times} orders with codes that are for a first order", who)
    for code, times, who in records.rows(NO_PROMOTION, first=FIRST_ORDER):
        yield Violation(code, f"redeemed {times} times, but is no promotion", who)
    for code, customer, times, limit, who in records.rows(TOO_OFTEN):
        fault = f"redeemed {times} times by {customer}, limit {limit} for each customer"
        yield Violation(code, fault, who)
    for code, customer, count, times, who in records.rows(MISCOUNTED):
        yield Violation(code, f"its counter for {customer} says {count}, the orders {times}", who)


EARLY = "SELECT order_id FROM orders WHERE status = 'PENDING' AND (event OR mail)"
SILENT = """
SELECT order_id, status, ended, event, mail AND message_id <> '' FROM orders
WHERE status IN ('CONFIRMED', 'REJECTED', 'FAILED') AND ended < :before
    AND NOT (event AND mail AND message_id <> '')
"""
SHARED = """
SELECT order_id, message_id FROM orders WHERE message_id IN (
    SELECT message_id FROM orders WHERE message_id <> '' GROUP BY message_id HAVING COUNT(*) > 1)
"""


def unannounced(records: Records, rules: Rules) -> Iterator[Violation]:
    """Ended orders without event or mail, the reverse, and mails sent twice."""
    for (order_id,) in records.rows(EARLY):
        yield Violation(order_id, "is PENDING, but its event or its mail is out")
    for order_id, status, ended, event, mail in records.rows(SILENT, before=rules.undelivered):
        missing = [name for name, out in (("event", event), ("mail", mail)) if not out]
        for name in missing:
            since = f"ended {status} at {_at(ended):%H:%M:%S}"
            yield Violation(order_id, f"{since}, but its {name} is not out")
    for order_id, message_id in records.rows(SHARED):
        yield Violation(order_id, f"shares the mail {message_id} with another order")
    for order_id, count in records.rows("SELECT order_id, count FROM mails WHERE count > 1"):
        yield Violation(order_id, f"the customer got {count} mails about it")


IN_FLIGHT = """
SELECT COUNT(*) FROM orders WHERE iif(status = 'PENDING', created >= :overdue,
    ended >= :undelivered AND NOT (event AND mail AND message_id <> ''))
"""


def in_flight(records: Records, rules: Rules) -> int:
    """The number of orders that are in time but have not ended, or lack their event or mail."""
    counts = records.rows(IN_FLIGHT, overdue=rules.overdue, undelivered=rules.undelivered)
    return int(next(counts)[0])


def losses(records: Records) -> Iterator[Violation]:
    """What compensation could not give back. Not a violation, but reported."""
    for order_id, what in records.rows("SELECT order_id, what FROM losses ORDER BY order_id"):
        yield Violation(order_id, f"could not give back {what}")


def _products(records: Records) -> int:
    return records.count("*", "shelves")


def _orders(records: Records) -> int:
    return records.count("*", "orders")


def _codes(records: Records) -> int:
    return records.count("*", "codes")


GUARANTEES = (
    Guarantee(1, "No product is oversold", _products, oversold),
    Guarantee(2, "Stock is conserved", _products, unconserved),
    Guarantee(3, "No charge without an order", _orders, uncovered),
    Guarantee(4, "One order for each idempotency key", _orders, repeated),
    Guarantee(5, "Every order ends", _orders, unfinished),
    Guarantee(6, "No promotion beyond its limit", _codes, overredeemed),
    Guarantee(7, "Every end has its event and one mail", _orders, unannounced),
)
"""Section 6 of the design, in its order."""
