"""What a cart costs, from the catalogue as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout.domain import pricing
from checkout.domain.cart import CartLine
from checkout.domain.pricing import Destination, PriceRules, Quote
from checkout.ports import Catalogue, Clock, Promotions


@dataclass(frozen=True)
class Pricing:
    """Everything that prices a cart; quotes and orders are priced by the same one."""

    catalogue: Catalogue
    promotions: Promotions
    rules: PriceRules
    clock: Clock

    def quote(
        self, items: Sequence[CartLine], codes: Sequence[str], destination: Destination
    ) -> Quote:
        """Prices a cart now. Raises `InvalidCart`."""
        return pricing.quote(
            items,
            self.catalogue.find(line.sku for line in items),
            self.promotions.find(codes),
            codes,
            destination,
            self.rules,
            self.clock.now(),
        )

    def home(self) -> Destination:
        """The destination of a cart if the customer has named none."""
        return Destination(self.rules.home_country)
