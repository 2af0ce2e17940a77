"""What a customer asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checkout.domain.catalogue import Product
from checkout.domain.errors import InvalidCart, Violation

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
    """Raises `InvalidCart` with every line that cannot be sold.

    `lines` are as the customer sent them, so that the pointers point into the request.
    """
    sent = tuple(lines)
    quantities = {line.sku: line.quantity for line in merged(sent)}
    violations = [
        Violation(f"/items/{index}/{field}", message)
        for index, line in enumerate(sent)
        for field, message in _faults(line.sku, quantities, products, currency)
    ]
    if violations:
        raise InvalidCart(violations)


def _faults(
    sku: str, quantities: Mapping[str, int], products: Mapping[str, Product], currency: str
) -> Iterable[tuple[str, str]]:
    product = products.get(sku)
    if product is None:
        yield "sku", f"There is no product {sku}"
    elif not product.active:
        yield "sku", f"{sku} is no longer sold"
    elif product.price.currency != currency:
        yield "sku", f"{sku} is sold in {product.price.currency}, not in {currency}"
    if quantities[sku] > MAX_QUANTITY:
        yield "quantity", f"{quantities[sku]} of {sku} are more than {MAX_QUANTITY}"
