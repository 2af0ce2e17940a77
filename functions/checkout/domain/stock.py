"""Stock and reservations.

A reservation is a record with a life: HELD, then COMMITTED or RELEASED. Every write to it is
conditional on where it is, so that any replay is harmless. A reservation that is RELEASED
before it was ever HELD is a tombstone: it stops a hold that comes late.

The stock of a hot product is counted in several shards, so that its buyers do not all write the
same item (docs/decisions/0008-hot-products.md). Other products have one shard, number 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checkout.domain.cart import CartLine


class ReservationStatus(StrEnum):
    """Where a reservation is."""

    HELD = "HELD"
    COMMITTED = "COMMITTED"
    RELEASED = "RELEASED"


@dataclass(frozen=True)
class Reservation:
    """Stock and promotion redemptions that an order holds until `expires_at`.

    `first_order`: it may use what is only for a customer's first order, and once it is held, that
    it does.
    """

    order_id: str
    customer_id: str
    lines: tuple[CartLine, ...]
    promotions: tuple[str, ...]
    held_at: datetime
    expires_at: datetime
    first_order: bool = False
    status: ReservationStatus = ReservationStatus.HELD


@dataclass(frozen=True)
class Take:
    """So many pieces of a product from its shard number `shard`, counted from 0 to `shards` - 1."""

    sku: str
    shard: int
    quantity: int
    shards: int = 1


@dataclass(frozen=True)
class Shard:
    """One counter of a product's stock, as it is stored: the first of `shards`, or a further one.

    `warned`: the alert of low stock was sent. `claimant`: who claimed it, an order or a sweep.
    """

    key: str
    available: int
    shards: int
    low_threshold: int = 0
    claimant: str = ""
    warned: bool = False


def choose(line: CartLine, available: Sequence[int], start: int) -> tuple[Take, ...]:
    """Where to take a line from, given the pieces in each shard; nothing if they are too few.

    The first shard that has enough, counted on from `start`; if none has, several of them, the
    fullest first.
    """
    count = len(available)
    in_turn = [(start + n) % count for n in range(count)]
    enough = [shard for shard in in_turn if available[shard] >= line.quantity]
    if enough:
        return (Take(line.sku, enough[0], line.quantity, count),)
    return _split(line, available, in_turn) if sum(available) >= line.quantity else ()


def _split(line: CartLine, available: Sequence[int], shards: Sequence[int]) -> tuple[Take, ...]:
    takes: list[Take] = []
    left = line.quantity
    for shard in sorted(shards, key=lambda shard: -available[shard]):
        part = min(left, available[shard])
        if part > 0:
            takes.append(Take(line.sku, shard, part, len(available)))
            left -= part
    return tuple(takes)


@dataclass(frozen=True)
class StockLevel:
    """How much of a product is left to sell, and whether the alert of low stock was sent.

    `available` counts all shards.
    """

    sku: str
    available: int
    low_threshold: int
    warned: bool = False

    @property
    def is_low(self) -> bool:
        """Whether operations should know."""
        return self.available <= self.low_threshold

    @property
    def wants_warning(self) -> bool:
        """Whether the stock is low and no alert has been sent yet."""
        return self.is_low and not self.warned
