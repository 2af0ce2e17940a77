"""How often promotions were redeemed: a counter for everybody, and one for each customer.

An order that uses what is only for a first order stands in one counter more, whatever the code:
so of two orders at the same moment only one is the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checkout.adapters.dynamodb import NUMBER, Item, Table, counts, update_step
from checkout.adapters.rows import MOST, Row
from checkout.domain.errors import InvalidCart, NotFirstOrder, PromotionExhausted
from checkout.domain.promotions import Promotion
from checkout.domain.stock import Reservation

EVERYBODY = "PROMOTION"
"""The scope of a code's own record, which counts its redemptions by all customers."""

FIRST_ORDER = "#FIRST-ORDER"
"""In the place of a code, which has no #: a customer's order with a first order's promotions."""

NEVER = "attribute_exists(code) AND attribute_not_exists(code)"
"""The condition of what may not be redeemed. It is refused in the transaction, together with what
else is refused: a replay, or stock that is not there, is reported first."""


@dataclass(frozen=True)
class Redemptions:
    """The steps that count an order's codes, and the code that each step is about."""

    steps: tuple[Item, ...] = ()
    codes: tuple[str, ...] = ()
    first_order: tuple[str, ...] = ()

    def refusal(self, refused: Iterable[int]) -> InvalidCart:
        """Why the order cannot have its codes, from the positions of steps that were refused."""
        codes = {self.codes[position] for position in refused}
        if FIRST_ORDER in codes:
            return NotFirstOrder(self.first_order)
        return PromotionExhausted(codes)


def redeem(reservation: Reservation, known: Iterable[Promotion], table: Table) -> Redemptions:
    """What redeems a reservation's codes. One that is not among the `known` is refused."""
    promotions = {promotion.code: promotion for promotion in known}
    first_order = tuple(p.code for p in promotions.values() if p.first_order_only)
    steps = [
        (code, step)
        for code in reservation.promotions
        for step in _counts(code, promotions.get(code), _customer(reservation.customer_id), table)
    ]
    if first_order:
        limit = 1 if reservation.first_order else 0
        step = _count(table, FIRST_ORDER, _customer(reservation.customer_id), limit)
        steps.append((FIRST_ORDER, step))
    return Redemptions(
        tuple(step for _, step in steps), tuple(code for code, _ in steps), first_order
    )


def _counts(code: str, promotion: Promotion | None, customer: str, table: Table) -> Iterator[Item]:
    if promotion is None:
        yield _count(table, code, EVERYBODY, 0)
        return
    yield _count(table, code, EVERYBODY, promotion.redemption_limit)
    yield _count(table, code, customer, promotion.customer_limit)


def _count(table: Table, code: str, scope: str, limit: int | None) -> Item:
    """A counter that holds anything but a count from zero up is not believed."""
    room = counts("redemptions", ":zero", ":most")
    new = "attribute_exists(code) AND" if scope == EVERYBODY else ""
    condition = f"{new} (attribute_not_exists(redemptions) OR {room})"
    most = MOST if limit is None else limit - 1
    values: Item = {":one": 1, ":zero": 0, ":most": most, **NUMBER}
    if limit == 0:
        condition, values = NEVER, {":one": 1}
    key = {"code": code, "scope": scope}
    return update_step(table, key, "ADD redemptions :one", condition.strip(), values)


def counters(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Code and scope of each counter that a reservation's item stands in. Raises `WrongRow`."""
    row = Row(item)
    codes, first = row.texts("promotions"), row.flag("firstOrder", False)
    if codes or first:
        customer = _customer(row.text("customerId"))
        yield from ((code, scope) for code in codes for scope in (EVERYBODY, customer))
        yield from [(FIRST_ORDER, customer)] if first else []


def uncount(table: Table, code: str, scope: str) -> Item:
    """The step that takes a redemption back, if the counter knows of any."""
    return update_step(
        table,
        {"code": code, "scope": scope},
        "ADD redemptions :less",
        counts("redemptions", ":one"),
        {":less": -1, ":one": 1, **NUMBER},
    )


def _customer(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"
