"""Products and promotion codes in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checkout.adapters import item_mapping
from checkout.adapters.dynamodb import Item, Table
from checkout.adapters.rows import LOGGED, readable
from checkout.domain.catalogue import Product
from checkout.domain.promotions import Promotion
from checkout.ports import Monitoring, Page

LISTING = {"listing": "ACTIVE", "listingKey": None, "sku": None}


@dataclass(frozen=True)
class DynamoCatalogue:
    """The products table. The sparse index `listing` holds only what is on sale, sorted."""

    table: Table
    monitoring: Monitoring = LOGGED

    def find(self, skus: Iterable[str]) -> Mapping[str, Product]:
        """See `ports.Catalogue`."""
        items = self.table.get_many({"sku": sku} for sku in skus)
        return {product.sku: product for product in self._products(items)}

    def _products(self, items: Iterable[Item]) -> list[Product]:
        return readable(items, item_mapping.product, self.table, "sku", self.monitoring)

    def page(self, category: str | None, limit: int, cursor: str | None) -> Page[Product]:
        """See `ports.Catalogue`. One query serves both the whole list and one category."""
        condition = "listing = :listing"
        values = {":listing": "ACTIVE"}
        if category is not None:
            condition += " AND begins_with(listingKey, :category)"
            values[":category"] = f"{category}#"
        items, following = self.table.page(
            condition, values, limit, cursor, LISTING, IndexName="listing"
        )
        return Page(self._products(items), following)


@dataclass(frozen=True)
class DynamoPromotions:
    """The promotions table: a code's own record is in the scope PROMOTION."""

    table: Table
    monitoring: Monitoring = LOGGED

    def find(self, codes: Iterable[str]) -> Sequence[Promotion]:
        """See `ports.Promotions`."""
        items = self.table.get_many({"code": code, "scope": "PROMOTION"} for code in codes)
        return readable(items, item_mapping.promotion, self.table, "code", self.monitoring)
