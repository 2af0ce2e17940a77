"""What the use cases need from the world. Adapters implement these; tests fake them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from checkout.domain.catalogue import Product
from checkout.domain.errors import WrongRow, WrongSetting
from checkout.domain.events import Event
from checkout.domain.mail import Mail
from checkout.domain.money import Money
from checkout.domain.order import FaultInjection, Order, OrderStatus, Rejection
from checkout.domain.payment import Charge, LedgerEntry, Reversal
from checkout.domain.pricing import Quote
from checkout.domain.promotions import Promotion
from checkout.domain.stock import Reservation, StockLevel
from checkout.key_set import RsaKey


@dataclass(frozen=True)
class Page[T]:
    """A page of a list. `cursor` is for the next page; None if this is the last."""

    items: Sequence[T]
    cursor: str | None = None


@dataclass(frozen=True)
class IdempotencyRecord:
    """Which order a customer's key stands for, and for which body, until it expires.

    `correlation_id` is that of the first request with the key.
    """

    customer_id: str
    key: str
    body_hash: str
    order_id: str
    created_at: datetime
    expires_at: datetime
    correlation_id: str


class Monitoring(Protocol):
    """Reports what the checkout cannot repair by itself to its operators."""

    def wrong_row(self, table: str, key: str, wrong: WrongRow) -> None:
        """A stored row is wrong, and is treated as if it were not there."""
        ...

    def wrong_setting(self, wrong: WrongSetting) -> None:
        """A setting is wrong; the last good one is in force, or nothing that needs it is done."""
        ...

    def not_given_back(self, order_id: str, losses: Sequence[str]) -> None:
        """An order was undone, except for this, which could not be released."""
        ...

    def settled(self, order: Order, outcome: str) -> None:
        """The sweeper did something for an order, or found that nothing was left to do."""
        ...


class IssuerKeys(Protocol):
    """The public keys of whoever issues customers' tokens."""

    def find(self, kid: str) -> RsaKey | None:
        """The key with this id; None if the issuer has none. Raises `NotConfigured`."""
        ...


class Catalogue(Protocol):
    """The products. One whose row is wrong is not there."""

    def find(self, skus: Iterable[str]) -> Mapping[str, Product]:
        """The products that exist, active or not, by SKU."""
        ...

    def page(self, category: str | None, limit: int, cursor: str | None) -> Page[Product]:
        """Active products by category and SKU. Raises `InvalidCursor`."""
        ...


class Promotions(Protocol):
    """The promotion codes. One whose row is wrong is not there."""

    def find(self, codes: Iterable[str]) -> Sequence[Promotion]:
        """The promotions that exist among these codes."""
        ...


class Stock(Protocol):
    """How many pieces of each product there are, and what orders hold of them."""

    def levels(self, skus: Iterable[str]) -> Mapping[str, StockLevel]:
        """What is left to sell, by SKU."""
        ...

    def hold(self, reservation: Reservation) -> None:
        """Takes every line and redeems every promotion, or does nothing at all.

        Does nothing if this order holds its reservation already. Raises `OutOfStock`,
        `PromotionExhausted`, `NotFirstOrder`, or `ReservationClosed` if it was released before.
        """
        ...

    def release(self, order_id: str, at: datetime) -> bool:
        """Gives back what the order holds, and blocks a hold that comes late.

        What there is nothing to give back to (a row is gone, a counter was reset) is lost, for
        good: it is stored, and reported to `Monitoring`. The rest is given back all the same.
        Returns whether anything was held. Raises `ReservationClosed` if it is committed.
        """
        ...

    def losses(self, order_id: str) -> Sequence[str]:
        """What of the order could not be given back, in words."""
        ...

    def claim_alert(self, sku: str, claimant: str, at: datetime, until: datetime) -> bool:
        """Claims, until a moment, the alert that a product is low.

        Returns False if the alert was sent or claimed already, or if the stock is no longer low.
        The same claimant may claim again: it may have died half-way. A release that brings the
        stock above its threshold ends the claim and resets the alert.
        """
        ...

    def mark_alert_sent(self, sku: str, claimant: str) -> None:
        """Stores that `StockLow` was published, if the claim is still this claimant's."""
        ...

    def unsent_alerts(self, at: datetime) -> Iterable[str]:
        """The SKUs whose alert was claimed but not sent before the claim expired."""
        ...

    def expired(self, at: datetime) -> Iterable[str]:
        """The orders whose reservations are still HELD though their time is over."""
        ...


class Orders(Protocol):
    """The orders."""

    def place(self, order: Order, record: IdempotencyRecord) -> IdempotencyRecord:
        """Stores a new order under its key, once.

        Returns the record that now holds the key: the given one, or that of an earlier call
        that has not expired; in that case nothing was stored.
        """
        ...

    def replay_of(self, customer_id: str, key: str, at: datetime) -> IdempotencyRecord | None:
        """The record of an earlier call with this key that has not expired."""
        ...

    def get(self, order_id: str) -> Order:
        """The order. Raises `OrderNotFound`, `OrderUnreadable` if its row is wrong."""
        ...

    def is_first(self, order: Order) -> bool:
        """Whether the customer placed no earlier order that still stands."""
        ...

    def of_customer(self, customer_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """A customer's orders, newest first. Raises `InvalidCursor`."""
        ...

    def save_quote(self, order_id: str, quote: Quote) -> None:
        """Writes the prices of an order once. Raises `OrderClosed` if it has ended."""
        ...

    def confirm(self, order_id: str, at: datetime) -> None:
        """CONFIRMED, and its reservation COMMITTED, in one transaction.

        Raises `OrderClosed` if it ended another way, `ReservationClosed` if nothing is held.
        """
        ...

    def close(
        self, order_id: str, status: OrderStatus, at: datetime, rejection: Rejection | None
    ) -> None:
        """REJECTED or FAILED. Raises `OrderClosed` if it ended another way."""
        ...

    def mark_published(self, order_id: str, at: datetime) -> None:
        """Stores that the event of the end status was published."""
        ...

    def claim_mail(self, order_id: str, at: datetime, until: datetime) -> bool:
        """Claims the order's mail until a moment; False if it is sent or claimed already."""
        ...

    def mark_mailed(self, order_id: str, at: datetime, message_id: str) -> None:
        """Stores that the mail of the end status was sent."""
        ...

    def open_since(self, before: datetime) -> Iterable[str]:
        """The ids of orders from before a moment without an end, or whose event is not out."""
        ...


class Ledger(Protocol):
    """The append-only books of payments."""

    def append(self, entry: LedgerEntry) -> None:
        """Adds an entry; an entry of this kind for this order that exists is kept as it is."""
        ...

    def entries(self, order_id: str) -> Sequence[LedgerEntry]:
        """All entries of an order."""
        ...


class PaymentGateway(Protocol):
    """Somebody else's service. Every call is idempotent by its key."""

    def authorise(self, key: str, amount: Money, token: str) -> None:
        """Reserves money. Raises `PaymentDeclined`, `GatewayTimeout`, `ChargeReversed`."""
        ...

    def capture(self, key: str) -> None:
        """Takes the reserved money. Raises `GatewayTimeout`, `ChargeReversed`."""
        ...

    def reverse(self, key: str) -> Reversal:
        """Gives back whatever the key stands for, and blocks what comes late under it."""
        ...


@runtime_checkable
class PaymentBooks(Protocol):
    """A gateway that publishes its provider's own books, for audits."""

    def charges(self) -> Iterable[Charge]:
        """Every charge of this shop, page by page; what was only declined may be left out."""
        ...


class Events(Protocol):
    """The event bus."""

    def publish(self, event: Event) -> None:
        """Puts an event on the bus, or raises."""
        ...


class Mailer(Protocol):
    """The mail service."""

    def send(self, mail: Mail) -> str:
        """Sends a mail and returns its message id. Raises `MailNotSent`."""
        ...


class Workflow(Protocol):
    """The state machine."""

    def start(self, order_id: str, simulate: FaultInjection | None, correlation_id: str) -> None:
        """Starts the order's one execution; does nothing if it was started before."""
        ...

    def has_ended(self, order_id: str) -> bool | None:
        """Whether the execution has ended; None if there never was one."""
        ...


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Now, in UTC."""
        ...


class Ids(Protocol):
    """A source of names."""

    def order_id(self) -> str:
        """A new order's id."""
        ...
