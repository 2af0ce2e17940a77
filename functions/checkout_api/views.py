"""Domain values as the JSON of openapi.json."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from checkout.domain.money import Money, total
from checkout.domain.payment import EntryKind, LedgerEntry, payment_status
from checkout.domain.pricing import Quote, QuoteLine
from checkout.ports import Page
from checkout.use_cases.browse_catalogue import Offer
from checkout.use_cases.view_orders import OrderView

Json = dict[str, Any]


def page[T](items: Page[T], view: Callable[[T], Json]) -> Json:
    """A page of anything."""
    body: Json = {"items": [view(item) for item in items.items]}
    return {**body, "nextCursor": items.cursor} if items.cursor else body


def money(value: Money) -> Json:
    """An amount."""
    return {"amount": value.amount, "currency": value.currency}


def timestamp(at: datetime) -> str:
    """A moment as RFC 3339 has it, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def offer(value: Offer) -> Json:
    """A product and what is available of it."""
    product = value.product
    body: Json = {
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "category": product.category,
        "price": money(product.price),
        "available": value.available,
    }
    if product.tiers:
        body["tiers"] = [
            {"minQuantity": tier.min_quantity, "unitPrice": money(tier.unit_price)}
            for tier in product.tiers
        ]
    if product.sale:
        body["sale"] = {
            "price": money(product.sale.price),
            "startsAt": timestamp(product.sale.starts_at),
            "endsAt": timestamp(product.sale.ends_at),
        }
    return body


def quote(value: Quote) -> Json:
    """Prices, line by line."""
    sums = ("subtotal", "discount", "shipping", "tax", "total")
    return {
        "lines": [_line(line) for line in value.lines],
        **{name: money(getattr(value, name)) for name in sums},
        "applied": [
            {"code": a.code, "description": a.description, "discount": money(a.discount)}
            for a in value.applied
        ],
        "rejected": [{"code": r.code, "reason": r.reason} for r in value.rejected],
    }


def _line(line: QuoteLine) -> Json:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unitPrice": money(line.unit_price),
        "discount": money(line.discount),
        "total": money(line.total),
    }


def accepted(order_id: str) -> Json:
    """The answer to an order."""
    return {"orderId": order_id, "status": "PENDING", "links": {"order": order_path(order_id)}}


def order_path(order_id: str) -> str:
    """Where the order is, relative to the URL of POST /checkout (RFC 3986, 5.2).

    So it is right behind any stage or base path, and whatever name the API has.
    """
    return f"orders/{order_id}"


def order(value: OrderView) -> Json:
    """An order, its prices once they are known, and its payment."""
    placed = value.order
    body: Json = {
        "orderId": placed.order_id,
        "customerId": placed.customer_id,
        "status": placed.status.value,
        "history": [{"status": c.status.value, "at": timestamp(c.at)} for c in placed.history],
        "createdAt": timestamp(placed.created_at),
        "payment": _payment(value.entries),
        **(quote(placed.quote) if placed.quote else {"lines": []}),
    }
    if placed.expected_total:
        body["expectedTotal"] = money(placed.expected_total)
    if placed.rejection:
        rejection = placed.rejection
        body["rejection"] = {"code": rejection.code.value, "message": rejection.message}
    return body


def _payment(entries: Iterable[LedgerEntry]) -> Json:
    known = list(entries)
    status = payment_status(known)
    body: Json = {"status": status.value if status else "NONE"}
    for name, kind in (("captured", EntryKind.CAPTURED), ("refunded", EntryKind.REFUNDED)):
        amounts = [entry.amount for entry in known if entry.kind is kind]
        if amounts:
            body[name] = money(total(amounts, amounts[0].currency))
    return body
