"""An order and its life: PENDING, then CONFIRMED, REJECTED or FAILED, and never back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checkout.domain.cart import CartLine
from checkout.domain.errors import (
    CheckoutError,
    InvalidCart,
    OrderNotPriced,
    OutOfStock,
    PaymentDeclined,
    PriceChanged,
)
from checkout.domain.money import Money
from checkout.domain.pricing import Destination, Quote


class OrderStatus(StrEnum):
    """Where an order is. REJECTED is the customer's or the shop's reason, FAILED is ours."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"


class RejectionCode(StrEnum):
    """Why an order was rejected."""

    INVALID_CART = "INVALID_CART"
    PRICE_CHANGED = "PRICE_CHANGED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    PAYMENT_DECLINED = "PAYMENT_DECLINED"


@dataclass(frozen=True)
class Rejection:
    """Why an order was rejected, for programs and for people."""

    code: RejectionCode
    message: str


class Fault(StrEnum):
    """How a state fails when its failure switch is thrown."""

    RAISE = "raise"
    TIMEOUT = "timeout"
    KILL_AFTER = "kill_after"
    GARBAGE = "garbage"


@dataclass(frozen=True)
class FaultInjection:
    """A failure switch: the state named `fail` fails the first `times` times, in the way `how`.

    `after` names a state that fails for good before it: what undoes things runs only then.
    """

    fail: str
    times: int = 1
    how: Fault = Fault.RAISE
    after: str = ""


@dataclass(frozen=True)
class Address:
    """Where an order goes. Country is ISO 3166-1 alpha-2."""

    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    line2: str = ""
    region: str = ""
    phone: str = ""

    @property
    def destination(self) -> Destination:
        """What prices depend on."""
        return Destination(self.country, self.region)


@dataclass(frozen=True)
class OrderRequest:
    """The request of a customer, as sent."""

    items: tuple[CartLine, ...]
    discount_codes: tuple[str, ...]
    payment_token: str
    shipping_address: Address
    email: str


@dataclass(frozen=True)
class StatusChange:
    """An entry of an order's history."""

    status: OrderStatus
    at: datetime


@dataclass(frozen=True)
class Order:
    """An order. `quote` is None until the cart has been priced.

    `expected_total` is what the customer agreed to; None for orders from before it was kept.
    `correlation_id` is that of the request that placed the order.
    `published_at` and `mailed_at` are when the event and the mail of the end status were sent.
    """

    order_id: str
    customer_id: str
    idempotency_key: str
    request: OrderRequest
    status: OrderStatus
    history: tuple[StatusChange, ...]
    created_at: datetime
    expected_total: Money | None = None
    quote: Quote | None = None
    rejection: Rejection | None = None
    simulate: FaultInjection | None = None
    published_at: datetime | None = None
    mailed_at: datetime | None = None
    correlation_id: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the order still waits for its end status."""
        return self.status is OrderStatus.PENDING

    def require_quote(self) -> Quote:
        """Returns the prices to charge. Every step that charges or confirms calls this.

        Raises `OrderNotPriced` before the cart is priced, `PriceChanged` if the total is more
        than the customer agreed to.
        """
        if self.quote is None:
            raise OrderNotPriced(self.order_id)
        if self.price_change:
            raise self.price_change
        return self.quote

    @property
    def price_change(self) -> PriceChanged | None:
        """Why the order may not be charged: its total is more than was agreed to, if it is."""
        agreed, quote = self.expected_total, self.quote
        if agreed is None or quote is None:
            return None
        same = quote.total.currency == agreed.currency
        return None if same and quote.total <= agreed else PriceChanged(agreed, quote.total)


REJECTIONS: Mapping[type[CheckoutError], RejectionCode] = {
    InvalidCart: RejectionCode.INVALID_CART,
    PriceChanged: RejectionCode.PRICE_CHANGED,
    OutOfStock: RejectionCode.OUT_OF_STOCK,
    PaymentDeclined: RejectionCode.PAYMENT_DECLINED,
}
"""Which errors reject an order, and with which code."""


def new_order(
    order_id: str,
    customer_id: str,
    idempotency_key: str,
    request: OrderRequest,
    at: datetime,
    simulate: FaultInjection | None = None,
    expected_total: Money | None = None,
    correlation_id: str = "",
) -> Order:
    """A new order, PENDING. Without a correlation id it is correlated by its own id."""
    return Order(
        order_id=order_id,
        customer_id=customer_id,
        idempotency_key=idempotency_key,
        request=request,
        status=OrderStatus.PENDING,
        history=(StatusChange(OrderStatus.PENDING, at),),
        created_at=at,
        expected_total=expected_total,
        simulate=simulate,
        correlation_id=correlation_id or order_id,
    )
