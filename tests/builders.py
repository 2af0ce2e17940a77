"""Values for tests: each builder gives something valid, and a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from checkout.domain import pricing
from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product
from checkout.domain.money import Money
from checkout.domain.order import Address, Order, OrderRequest, OrderStatus, StatusChange, new_order
from checkout.domain.payment import EntryKind, LedgerEntry, charge_key
from checkout.domain.pricing import Destination, PriceRules, Quote, ShippingRate
from checkout.domain.promotions import Promotion, PromotionKind
from checkout.domain.stock import Reservation
from checkout.ports import IdempotencyRecord

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PORTLAND = Destination("US", "OR")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_product(sku: str = "TEA", price: int = 1000, **changes: Any) -> Product:
    product = Product(
        sku=sku,
        name=f"The {sku}",
        description="Nice to have.",
        category="tea",
        price=usd(price),
    )
    return replace(product, **changes)


def a_promotion(code: str = "TEN", **changes: Any) -> Promotion:
    """Ten percent off everything, unless told otherwise."""
    promotion = Promotion(
        code=code,
        description=f"What {code} does",
        kind=PromotionKind.PERCENTAGE,
        basis_points=1000,
    )
    return replace(promotion, **changes)


def rules(**changes: Any) -> PriceRules:
    """Free shipping at home from 75.00 on; no tax in Oregon, 7.25 percent in California."""
    found = PriceRules(
        currency="USD",
        home_country="US",
        shipping={"US": ShippingRate(599, 7500), "GB": ShippingRate(1699, 15000)},
        tax={"US": 0, "US-CA": 725, "GB": 2000},
    )
    return replace(found, **changes)


def cart(**quantities: int) -> tuple[CartLine, ...]:
    """`cart(TEA=2)`: two pieces of TEA."""
    return tuple(CartLine(sku, quantity) for sku, quantity in quantities.items())


def an_address(**changes: str) -> Address:
    address = Address(
        name="Ada Byron",
        line1="12 Analytical Way",
        city="Portland",
        postal_code="97201",
        country="US",
        region="OR",
    )
    return replace(address, **changes)


def a_request(**changes: Any) -> OrderRequest:
    request = OrderRequest(
        items=cart(TEA=2),
        discount_codes=(),
        payment_token="tok_visa",
        shipping_address=an_address(),
        email="ada@example.com",
    )
    return replace(request, **changes)


def a_quote(**changes: Any) -> Quote:
    """Two teas for 20.00, shipped for 5.99: 25.99."""
    quote = pricing.quote(
        cart(TEA=2), {"TEA": a_product()}, [], [], Destination("US"), rules(), NOW
    )
    return replace(quote, **changes)


def an_order(order_id: str = "ord_1", customer_id: str = "cus_ada", **changes: Any) -> Order:
    """A new order, PENDING and not priced."""
    order = new_order(order_id, customer_id, f"key-of-{order_id}", a_request(), NOW)
    return replace(order, **{"correlation_id": "request-1", **changes})


def an_ended_order(status: OrderStatus = OrderStatus.CONFIRMED, **changes: Any) -> Order:
    order = an_order(quote=a_quote())
    history = (*order.history, StatusChange(status, NOW + minutes(1)))
    return replace(order, status=status, history=history, **changes)


def a_record(order: Order, **changes: Any) -> IdempotencyRecord:
    record = IdempotencyRecord(
        customer_id=order.customer_id,
        key=order.idempotency_key,
        body_hash="the-hash",
        order_id=order.order_id,
        created_at=order.created_at,
        expires_at=order.created_at + timedelta(hours=24),
        correlation_id=order.correlation_id,
    )
    return replace(record, **changes)


def a_reservation(
    order_id: str = "ord_1", lines: Mapping[str, int] | None = None, **changes: Any
) -> Reservation:
    held = Reservation(
        order_id=order_id,
        customer_id="cus_ada",
        lines=cart(**(lines or {"TEA": 1})),
        promotions=(),
        held_at=NOW,
        expires_at=NOW + minutes(15),
    )
    return replace(held, **changes)


def an_entry(kind: EntryKind, amount: int = 2599, order_id: str = "ord_1") -> LedgerEntry:
    return LedgerEntry(order_id, kind, usd(amount), charge_key(order_id), NOW)
