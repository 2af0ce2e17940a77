"""ValidateCart: the order's prices are computed here, once."""

from __future__ import annotations

from checkout.domain.pricing import Quote
from checkout.ports import Orders
from checkout.use_cases.quote_cart import Pricing


def validate_cart(order_id: str, orders: Orders, pricing: Pricing) -> Quote:
    """Prices the order and writes the prices to it; a replay returns the first prices.

    Raises `InvalidCart` if it cannot be sold, `PriceChanged` if it costs more than was agreed to,
    `OrderClosed` if the order has ended. The prices are written in any case: they are the reason.
    """
    order = orders.get(order_id)
    if order.quote:
        return order.require_quote()
    request = order.request
    quote = pricing.quote(
        request.items, request.discount_codes, request.shipping_address.destination
    )
    orders.save_quote(order_id, quote)
    return orders.get(order_id).require_quote()
