"""The mail a customer gets when an order ends, in text and in HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from checkout.domain.money import zero
from checkout.domain.order import Order, OrderStatus, RejectionCode
from checkout.domain.pricing import Quote

SUBJECTS = {
    OrderStatus.CONFIRMED: "Your order {order_id} is confirmed",
    OrderStatus.REJECTED: "We could not accept your order {order_id}",
    OrderStatus.FAILED: "Something went wrong with your order {order_id}",
}
REASONS = {
    RejectionCode.INVALID_CART: "Something in your cart cannot be sold right now.",
    RejectionCode.PRICE_CHANGED: "The price has changed since. You have not been charged.",
    RejectionCode.OUT_OF_STOCK: "Something in your cart is sold out. You have not been charged.",
    RejectionCode.PAYMENT_DECLINED: "Your payment was declined. You have not been charged.",
}
FAILED = "The mistake is ours. You have not been charged, or your money is on its way back."
THANKS = "Thank you. We are packing it now."


@dataclass(frozen=True)
class Mail:
    """A mail, ready to send. Its header has the correlation id of the order's request."""

    to: str
    subject: str
    text: str
    html: str
    correlation_id: str


def about(order: Order) -> Mail:
    """The mail for an order that has ended."""
    paragraphs = [f"Hello {order.request.shipping_address.name},", _news(order)]
    bill = _bill(order.quote) if order.status is OrderStatus.CONFIRMED and order.quote else []
    subject = SUBJECTS[order.status].format(order_id=order.order_id)
    text, html = _text(paragraphs, bill), _html(paragraphs, bill)
    return Mail(order.request.email, subject, text, html, order.correlation_id)


def _news(order: Order) -> str:
    if order.status is OrderStatus.CONFIRMED:
        return THANKS
    if order.rejection is None:
        return FAILED
    return REASONS[order.rejection.code] + _both_totals(order)


def _both_totals(order: Order) -> str:
    change = order.price_change
    return f" You agreed to {change.expected}; it is {change.actual} now." if change else ""


def _bill(quote: Quote) -> list[tuple[str, str]]:
    """Lines before promotions, which are one row of their own: so the rows add up."""
    lines = [(f"{line.quantity} x {line.name}", str(line.gross)) for line in quote.lines]
    sums = [("Shipping", quote.shipping), ("Tax", quote.tax), ("Total", quote.total)]
    return lines + _discount(quote) + [(name, str(amount)) for name, amount in sums]


def _discount(quote: Quote) -> list[tuple[str, str]]:
    if not quote.discount.amount:
        return []
    codes = ", ".join(applied.code for applied in quote.applied)
    return [(f"Discount ({codes})", str(zero(quote.discount.currency) - quote.discount))]


def _text(paragraphs: Iterable[str], bill: Iterable[tuple[str, str]]) -> str:
    rows = [f"{what:<44} {amount:>16}" for what, amount in bill]
    return "\n\n".join([*paragraphs, "\n".join(rows)]).strip() + "\n"


def _html(paragraphs: Iterable[str], bill: Iterable[tuple[str, str]]) -> str:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    rows = "".join(
        f'<tr><td>{escape(what)}</td><td align="right">{escape(amount)}</td></tr>'
        for what, amount in bill
    )
    return f"<html><body>{text}<table>{rows}</table></body></html>"
