"""The seven guarantees of the checkout, and how to find what breaks them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from checkout.domain.payment import charge_key
from lab.audit.books import Account, Placed, Records
from lab.audit.report import Broken

ENDS = frozenset({"CONFIRMED", "REJECTED", "FAILED"})
TAKES = frozenset({"HELD", "COMMITTED"})
"""Reservations that have stock and redemptions; a RELEASED one has given both back."""

KEY_LIFETIME = timedelta(hours=24) - timedelta(seconds=1)
"""A day, as in the API's contract, less what is lost because its end is kept in whole seconds."""

NO_ACCOUNT = Account()


@dataclass(frozen=True)
class Rules:
    """When it is, how long an order may be under way, and how long its event and mail may."""

    now: datetime
    grace: timedelta
    delivery_grace: timedelta

    def is_overdue(self, order: Placed) -> bool:
        """Whether an order should have ended by now."""
        return self.now - order.created > self.grace

    def is_undelivered(self, order: Placed) -> bool:
        """Whether the event and the mail of an order that has ended should be out by now."""
        return self.now - order.ended > self.delivery_grace


@dataclass(frozen=True)
class Guarantee:
    """A promise, what it is about, and who breaks it."""

    number: int
    title: str
    checked: Callable[[Records], int]
    broken: Callable[[Records, Rules], Iterator[Broken]]


def oversold(records: Records, _rules: Rules) -> Iterator[Broken]:
    """Products with less than nothing on the shelf."""
    for shelf in records.shelves.values():
        if shelf.available < 0:
            yield Broken(shelf.sku, f"available is {shelf.available}")


def unconserved(records: Records, _rules: Rules) -> Iterator[Broken]:
    """Products, reservations and orders whose pieces do not add up."""
    held = _pieces(hold.lines for hold in records.holds.values() if hold.status == "HELD")
    sold = _pieces(o.lines for o in records.orders.values() if o.status == "CONFIRMED")
    for shelf in records.shelves.values():
        there, out, gone = shelf.available, held[shelf.sku], sold[shelf.sku]
        if shelf.initial != there + out + gone:
            sums = f"available {there} + held {out} + sold {gone}"
            off = there + out + gone - shelf.initial
            yield Broken(shelf.sku, f"initial {shelf.initial} is not {sums}: off by {off:+}")
    for sku in sorted((held.keys() | sold.keys()) - records.shelves.keys()):
        yield Broken(sku, f"held {held[sku]} and sold {sold[sku]}, but it has no stock record")
    yield from _unmatched(records)


def _pieces(carts: Iterator[tuple[tuple[str, int], ...]]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for lines in carts:
        for sku, quantity in lines:
            pieces[sku] += quantity
    return pieces


def _unmatched(records: Records) -> Iterator[Broken]:
    """A COMMITTED reservation and a CONFIRMED order are two sides of one sale."""
    for hold in records.holds.values():
        order = records.orders.get(hold.order_id)
        if order is None:
            yield Broken(hold.order_id, f"has a {hold.status} reservation, but is no order")
        elif hold.status == "COMMITTED" and order.status != "CONFIRMED":
            yield Broken(order.order_id, f"is {order.status}, but its reservation is COMMITTED")
        elif hold.status == "COMMITTED" and hold.lines != order.lines:
            sold, taken = _said(order.lines), _said(hold.lines)
            yield Broken(order.order_id, f"sold {sold}, but its reservation took {taken}")
    for order in records.orders.values():
        found = records.holds.get(order.order_id)
        if order.status == "CONFIRMED" and (found is None or found.status != "COMMITTED"):
            state = f"its reservation is {found.status}" if found else "it has no reservation"
            yield Broken(order.order_id, f"is CONFIRMED, but {state}")


def _said(lines: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{quantity} of {sku}" for sku, quantity in lines) or "nothing"


def uncovered(records: Records, rules: Rules) -> Iterator[Broken]:
    """Orders whose money is not what it should be, and money without an order."""
    for order in records.orders.values():
        account = records.accounts.get(order.order_id, NO_ACCOUNT)
        if fault := _ledger_fault(order, account, rules):
            yield Broken(order.order_id, fault)
        if fault := _gateway_fault(order, account, records, rules):
            yield Broken(order.order_id, fault)
    for order_id in records.accounts.keys() - records.orders.keys():
        net = records.accounts[order_id].net
        yield Broken(order_id, f"has a ledger ({net} kept), but is no order")
    for key in records.charges.keys() - {charge_key(order_id) for order_id in records.orders}:
        charge = records.charges[key]
        yield Broken(key, f"the gateway has {charge.status} {charge.amount} for no order")


def _ledger_fault(order: Placed, account: Account, rules: Rules) -> str | None:
    """What the ledger has against an order; while one is under way it may be charged already."""
    sums = f"captured {account.captured} - refunded {account.refunded}"
    if account.currencies - {order.currency}:
        paid = ", ".join(sorted(account.currencies))
        return f"is in {order.currency or 'no currency'}, but was paid in {paid}"
    if order.status == "CONFIRMED":
        return None if account.net == order.total else f"{sums} is not its total {order.total}"
    if order.status == "PENDING" and account.net >= 0 and not rules.is_overdue(order):
        return None
    return f"is {order.status}, but {sums} is {account.net}" if account.net else None


def _gateway_fault(order: Placed, account: Account, records: Records, rules: Rules) -> str | None:
    """Where the gateway's own books and the ledger disagree about an order."""
    charge = records.charges.get(charge_key(order.order_id))
    if order.status == "PENDING" and not rules.is_overdue(order):
        return None
    paid = charge.net if charge else 0
    if paid != account.net:
        return f"the gateway took {paid}, but the ledger says {account.net}"
    if charge and paid and charge.currency != order.currency:
        return f"is in {order.currency}, but the gateway took {charge.currency}"
    if charge and charge.status == "AUTHORISED":
        return f"is {order.status}, but the gateway still holds {charge.amount} of the customer's"
    return None


def repeated(records: Records, _rules: Rules) -> Iterator[Broken]:
    """Second orders under one idempotency key, and keys that stand for no order of theirs."""
    same: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    for order in records.orders.values():
        same[order.customer, order.key].append(order)
    for orders in same.values():
        for first, second in pairwise(sorted(orders, key=lambda order: order.created)):
            if second.created - first.created < KEY_LIFETIME:
                what = f"has the key {second.key} of {second.customer}, like {first.order_id}"
                yield Broken(second.order_id, what)
    for remembered in records.keys:
        found = records.orders.get(remembered.order_id)
        if found is None or f"{found.customer}#{found.key}" != remembered.key:
            yield Broken(remembered.key, f"stands for {remembered.order_id}, no order of this key")


def unfinished(records: Records, rules: Rules) -> Iterator[Broken]:
    """Orders and reservations that nobody finished, and orders that went on after their end."""
    for order in records.orders.values():
        if order.status == "PENDING" and rules.is_overdue(order):
            yield Broken(order.order_id, f"is PENDING since {order.created:%Y-%m-%d %H:%M:%S}")
        if fault := _history_fault(order):
            yield Broken(order.order_id, fault)
    for hold in records.holds.values():
        if hold.status == "HELD" and rules.now - hold.expires_at > rules.grace:
            since = f"{hold.expires_at:%Y-%m-%d %H:%M:%S}"
            yield Broken(hold.order_id, f"still holds {_said(hold.lines)}, expired {since}")


def _history_fault(order: Placed) -> str | None:
    if order.status not in ENDS | {"PENDING"}:
        return f"has the unknown status {order.status!r}"
    life = ("PENDING",) if order.status == "PENDING" else ("PENDING", order.status)
    if order.statuses == life:
        return None
    return f"is {order.status}, but its history is {' → '.join(order.statuses)}"


def overredeemed(records: Records, _rules: Rules) -> Iterator[Broken]:
    """Promotions that were redeemed too often, or whose counters are wrong."""
    counted, by_customer = _redemptions(records)
    codes = {code.code: code for code in records.codes if not code.customer}
    for code in codes.values():
        most = max(code.redemptions, counted[code.code])
        if code.limit is not None and most > code.limit:
            yield Broken(code.code, f"redeemed {most} times, limit {code.limit}")
        if code.redemptions != counted[code.code]:
            said = f"its counter says {code.redemptions}, its orders {counted[code.code]}"
            yield Broken(code.code, said)
    for name in sorted(counted.keys() - codes.keys()):
        yield Broken(name, f"redeemed {counted[name]} times, but is no promotion")
    for (name, customer), times in sorted(by_customer.items()):
        limit = codes[name].per_customer if name in codes else None
        if limit is not None and times > limit:
            said = f"redeemed {times} times by {customer}, limit {limit} for each customer"
            yield Broken(name, said)
    yield from _miscounted_customers(records, by_customer)


def _redemptions(records: Records) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """How often each code was redeemed, in all and by each customer, by the reservations."""
    counted: Counter[str] = Counter()
    by_customer: Counter[tuple[str, str]] = Counter()
    for hold in records.holds.values():
        if hold.status in TAKES:
            counted.update(hold.promotions)
            by_customer.update((code, hold.customer) for code in hold.promotions)
    return counted, by_customer


def _miscounted_customers(
    records: Records, by_customer: Counter[tuple[str, str]]
) -> Iterator[Broken]:
    counters = {(c.code, c.customer): c.redemptions for c in records.codes if c.customer}
    for code, customer in sorted(counters.keys() | by_customer.keys()):
        said, times = counters.get((code, customer), 0), by_customer[code, customer]
        if said != times:
            yield Broken(code, f"its counter for {customer} says {said}, the orders {times}")


def unannounced(records: Records, rules: Rules) -> Iterator[Broken]:
    """Ends without event or mail, events and mails without an end, and mails sent twice."""
    messages = Counter(order.message_id for order in records.orders.values())
    for order in records.orders.values():
        if order.status == "PENDING" and (order.event or order.mail):
            yield Broken(order.order_id, "is PENDING, but its event or its mail is out")
        if order.status in ENDS and rules.is_undelivered(order):
            yield from (Broken(order.order_id, fault) for fault in _silence(order))
        if order.message_id and messages[order.message_id] > 1:
            said = f"shares the mail {order.message_id} with another order"
            yield Broken(order.order_id, said)
    for order_id, count in records.mails.items():
        if count > 1:
            yield Broken(order_id, f"the customer got {count} mails about it")


def _silence(order: Placed) -> Iterator[str]:
    since = f"ended {order.status} at {order.ended:%H:%M:%S}"
    if not order.event:
        yield f"{since}, but its event is not out"
    if not order.mail or not order.message_id:
        yield f"{since}, but its mail is not out"


def in_flight(records: Records, rules: Rules) -> int:
    """Orders that are on their way, in time: to an end status, or to their event and mail."""
    return sum(
        not rules.is_overdue(order)
        if order.status == "PENDING"
        else not rules.is_undelivered(order) and any(_silence(order))
        for order in records.orders.values()
    )


GUARANTEES = (
    Guarantee(1, "No product is oversold", lambda r: len(r.shelves), oversold),
    Guarantee(2, "Stock is conserved", lambda r: len(r.shelves), unconserved),
    Guarantee(3, "No charge without an order", lambda r: len(r.orders), uncovered),
    Guarantee(4, "One order for each idempotency key", lambda r: len(r.orders), repeated),
    Guarantee(5, "Every order ends", lambda r: len(r.orders), unfinished),
    Guarantee(6, "No promotion beyond its limit", lambda r: len(r.codes), overredeemed),
    Guarantee(7, "Every end has its event and one mail", lambda r: len(r.orders), unannounced),
)
"""Section 6 of the design, in its order."""
