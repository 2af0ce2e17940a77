"""What is on sale, and how much of it is left."""

from __future__ import annotations

from dataclasses import dataclass

from checkout.domain.catalogue import Product
from checkout.domain.errors import ProductNotFound
from checkout.ports import Catalogue, Page, Stock


@dataclass(frozen=True)
class Offer:
    """A product on sale and the pieces available."""

    product: Product
    available: int


def list_offers(
    category: str | None, limit: int, cursor: str | None, catalogue: Catalogue, stock: Stock
) -> Page[Offer]:
    """A page of what is on sale. Raises `InvalidCursor`."""
    page = catalogue.page(category, limit, cursor)
    levels = stock.levels(product.sku for product in page.items)
    offers = [
        Offer(product, levels[product.sku].available if product.sku in levels else 0)
        for product in page.items
    ]
    return Page(offers, page.cursor)


def get_offer(sku: str, catalogue: Catalogue, stock: Stock) -> Offer:
    """One product on sale. Raises `ProductNotFound`, also for an inactive one."""
    product = catalogue.find([sku]).get(sku)
    if product is None or not product.active:
        raise ProductNotFound(sku)
    level = stock.levels([sku]).get(sku)
    return Offer(product, level.available if level else 0)
