"""Stock and reservations.

A reservation is a record with a life: HELD, then COMMITTED or RELEASED. Every write to it is
conditional on where it is, so that any replay is harmless. A reservation that is RELEASED
before it was ever HELD is a tombstone: it stops a hold that comes late.
"""

from __future__ import annotations

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
    """Stock and promotion redemptions that an order holds until `expires_at`."""

    order_id: str
    customer_id: str
    lines: tuple[CartLine, ...]
    promotions: tuple[str, ...]
    held_at: datetime
    expires_at: datetime
    status: ReservationStatus = ReservationStatus.HELD


@dataclass(frozen=True)
class StockLevel:
    """How much of a product is left to sell, when that is little, and whether we said so."""

    sku: str
    available: int
    low_threshold: int
    warned: bool = False

    @property
    def wants_warning(self) -> bool:
        """Whether the stock is low and nobody has been told yet."""
        return self.available <= self.low_threshold and not self.warned
