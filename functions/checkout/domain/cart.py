"""The cart of a customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checkout.domain.catalogue import Product
from checkout.domain.errors import InvalidCart, Violation

MAX_LINES = 50
"""Different products in a cart: what one transaction can hold, promotion codes included."""

MAX_QUANTITY = 99


@dataclass(frozen=True)
class CartLine:
    """So many pieces of one product."""

    sku: str
    quantity: int


def merged(lines: Iterable[CartLine]) -> tuple[CartLine, ...]:
    """One line for each SKU, in the order in which the SKUs first appear."""
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
    return tuple(CartLine(sku, quantity) for sku, quantity in quantities.items())


def check(lines: Iterable[CartLine], products: Mapping[str, Product], currency: str) -> None:
    """Raises `InvalidCart` with everything that keeps the cart from being sold.

    `lines` are as the customer sent them, so that the pointers point into the request.
    """
    sent = tuple(lines)
    quantities = {line.sku: line.quantity for line in merged(sent)}
    violations = [Violation("/items", message) for message in _size_faults(len(quantities))]
    violations += [
        Violation(f"/items/{index}/{field}", message)
        for index, line in enumerate(sent)
        for field, message in _faults(line, quantities[line.sku], products, currency)
    ]
    if violations:
        raise InvalidCart(violations)


def _size_faults(count: int) -> Iterable[str]:
    if count == 0:
        yield "The cart is empty"
    if count > MAX_LINES:
        yield f"{count} different products are more than {MAX_LINES}"


def _faults(
    line: CartLine, together: int, products: Mapping[str, Product], currency: str
) -> Iterable[tuple[str, str]]:
    """What is wrong with a line; `together` counts the pieces of all lines with its SKU."""
    sku, product = line.sku, products.get(line.sku)
    if product is None:
        yield "sku", f"There is no product {sku}"
    elif not product.active:
        yield "sku", f"{sku} is no longer sold"
    elif product.price.currency != currency:
        yield "sku", f"{sku} is sold in {product.price.currency}, not in {currency}"
    if line.quantity < 1:
        yield "quantity", f"{line.quantity} of {sku} are less than 1"
    if together > MAX_QUANTITY:
        yield "quantity", f"{together} of {sku} are more than {MAX_QUANTITY}"
