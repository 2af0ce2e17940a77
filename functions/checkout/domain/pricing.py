"""What a cart costs. The only place where a price is computed.

unit price  the lowest of list price, live sale and quantity tier
subtotal    unit price times quantity, over all lines
discount    promotion codes, allotted to lines so that they add up to the cent
shipping    by country, free from a threshold of subtotal less discount
tax         basis points of subtotal less discount, by country and region; not on shipping
total       subtotal - discount + shipping + tax

Of all combinations of codes that are allowed, the customer gets the one that costs least; of
those that cost the same, the one with the fewest codes. docs/pricing.md has examples of it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from checkout.domain import cart
from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product
from checkout.domain.errors import InvalidCart, Violation
from checkout.domain.money import Money, total, zero
from checkout.domain.promotions import Promotion


@dataclass(frozen=True)
class ShippingRate:
    """Shipping to a country, in minor units: `flat`, or nothing from `free_from` on."""

    flat: int
    free_from: int | None = None


@dataclass(frozen=True)
class PriceRules:
    """The shop's settings: currency, shipping by country, tax by `COUNTRY` or `COUNTRY-REGION`."""

    currency: str
    home_country: str
    shipping: Mapping[str, ShippingRate]
    tax: Mapping[str, int]

    def tax_rate(self, destination: Destination) -> int:
        """Basis points for a destination; where neither region nor country is listed, none."""
        regional = self.tax.get(f"{destination.country}-{destination.region}")
        return self.tax.get(destination.country, 0) if regional is None else regional

    def region_error(self, destination: Destination) -> str | None:
        """What is wrong with the region of an address, or None: tax may depend on it."""
        country, region = destination.country, destination.region
        regions = sorted(p.partition("-")[2] for p in self.tax if p.startswith(f"{country}-"))
        if not regions or region in regions:
            return None
        if not region:
            return f"is required: the tax in {country} depends on it"
        if country in self.tax:
            return None
        return f"has no tax that we know; in {country} we know {', '.join(regions)}"


@dataclass(frozen=True)
class Destination:
    """Where the goods go, as far as prices depend on it."""

    country: str
    region: str = ""


@dataclass(frozen=True)
class QuoteLine:
    """One product of a quote."""

    sku: str
    name: str
    category: str
    quantity: int
    unit_price: Money
    discount: Money

    @property
    def gross(self) -> Money:
        """Before promotions."""
        return self.unit_price * self.quantity

    @property
    def total(self) -> Money:
        """After promotions, before shipping and tax."""
        return self.gross - self.discount


@dataclass(frozen=True)
class AppliedCode:
    """A promotion code that counts, and what it takes off."""

    code: str
    description: str
    discount: Money


@dataclass(frozen=True)
class RejectedCode:
    """A promotion code that does not count, and why."""

    code: str
    reason: str


@dataclass(frozen=True)
class Quote:
    """What a cart costs, line by line."""

    lines: tuple[QuoteLine, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    applied: tuple[AppliedCode, ...] = ()
    rejected: tuple[RejectedCode, ...] = ()


def quote(
    items: Sequence[CartLine],
    products: Mapping[str, Product],
    promotions: Iterable[Promotion],
    codes: Iterable[str],
    destination: Destination,
    rules: PriceRules,
    at: datetime,
) -> Quote:
    """Prices a cart at a moment.

    Raises `InvalidCart` if a line cannot be sold or nothing is shipped to the destination.
    A code that cannot be used is listed in `rejected`; it does not fail the quote.
    """
    cart.check(items, products, rules.currency)
    rate = _shipping_rate(destination, rules)
    lines = _price_lines(cart.merged(items), products, at)
    known = {p.code: p for p in promotions}
    usable, rejected = _sort_codes(sorted(set(codes)), known, lines, at)
    tax_rate = rules.tax_rate(destination)
    cost = _cost_of(usable, lines, rate, tax_rate)
    best = min(_choices(usable), key=cost)
    for promotion in usable:
        if promotion not in best:
            saves = cost([promotion]) < cost([])
            reason = "another code saves more" if saves else "saves nothing here"
            rejected.append(RejectedCode(promotion.code, reason))
    return _total_up(lines, best, rate, tax_rate, rejected)


def _shipping_rate(destination: Destination, rules: PriceRules) -> ShippingRate:
    rate = rules.shipping.get(destination.country)
    if rate is None:
        message = f"We do not ship to {destination.country}, only to {', '.join(rules.shipping)}"
        raise InvalidCart([Violation("/country", message)])
    return rate


def _price_lines(
    items: Sequence[CartLine], products: Mapping[str, Product], at: datetime
) -> list[QuoteLine]:
    def line(item: CartLine) -> QuoteLine:
        product = products[item.sku]
        price = product.unit_price(item.quantity, at)
        nothing = zero(price.currency)
        return QuoteLine(item.sku, product.name, product.category, item.quantity, price, nothing)

    return [line(item) for item in sorted(items, key=lambda item: item.sku)]


def _sort_codes(
    codes: Sequence[str], known: Mapping[str, Promotion], lines: Sequence[QuoteLine], at: datetime
) -> tuple[list[Promotion], list[RejectedCode]]:
    subtotal = _subtotal(lines)
    usable, rejected = [], []
    for code in codes:
        promotion = known.get(code)
        reason = promotion.ineligibility(subtotal, lines, at) if promotion else "unknown"
        if promotion and reason is None:
            usable.append(promotion)
        else:
            rejected.append(RejectedCode(code, reason or ""))
    return usable, rejected


def _choices(usable: Sequence[Promotion]) -> Iterator[tuple[Promotion, ...]]:
    """What the customer may use: any of the codes that stack, fewer first, or another one alone."""
    stackable = [p for p in usable if p.stackable]
    for count in range(len(stackable) + 1):
        yield from combinations(stackable, count)
    yield from ((p,) for p in usable if not p.stackable)


def _cost_of(
    usable: Sequence[Promotion], lines: Sequence[QuoteLine], rate: ShippingRate, tax_rate: int
) -> Callable[[Sequence[Promotion]], int]:
    """Tells what a choice of codes leaves to pay, in minor units; quick, for there are many.

    Ten codes that stack are the most that the API takes: 1,024 choices.
    """
    gross = [line.gross.amount for line in lines]
    off = {p.code: [part.amount for part in p.discounts(lines)] for p in usable}

    def cost(choice: Sequence[Promotion]) -> int:
        parts = zip(gross, *(off[p.code] for p in choice), strict=True)
        left = sum(max(0, whole - sum(discounts)) for whole, *discounts in parts)
        goods = Money(left, _currency(lines))
        return (goods + _shipping(goods, choice, rate) + goods.fraction(tax_rate)).amount

    return cost


def _discounted(lines: Sequence[QuoteLine], promotions: Sequence[Promotion]) -> list[QuoteLine]:
    """The lines with the discounts of all promotions, none of them below zero."""
    result = list(lines)
    for promotion in promotions:
        result = [
            _with_discount(line, min(line.discount + off, line.gross))
            for line, off in zip(result, promotion.discounts(lines), strict=True)
        ]
    return result


def _with_discount(line: QuoteLine, discount: Money) -> QuoteLine:
    return QuoteLine(line.sku, line.name, line.category, line.quantity, line.unit_price, discount)


def _shipping(goods: Money, promotions: Sequence[Promotion], rate: ShippingRate) -> Money:
    free_code = any(p.frees_shipping for p in promotions)
    free_order = rate.free_from is not None and goods.amount >= rate.free_from
    return Money(0 if free_code or free_order else rate.flat, goods.currency)


def _total_up(
    lines: Sequence[QuoteLine],
    promotions: Sequence[Promotion],
    rate: ShippingRate,
    tax_rate: int,
    rejected: Iterable[RejectedCode],
) -> Quote:
    discounted = _discounted(lines, promotions)
    currency = _currency(lines)
    subtotal = _subtotal(lines)
    goods = total((line.total for line in discounted), currency)
    shipping = _shipping(goods, promotions, rate)
    tax = goods.fraction(tax_rate)
    return Quote(
        lines=tuple(discounted),
        subtotal=subtotal,
        discount=subtotal - goods,
        shipping=shipping,
        tax=tax,
        total=goods + shipping + tax,
        applied=_applied(lines, promotions, _shipping(goods, (), rate)),
        rejected=tuple(sorted(rejected, key=lambda r: r.code)),
    )


def _applied(
    lines: Sequence[QuoteLine], promotions: Sequence[Promotion], shipping: Money
) -> tuple[AppliedCode, ...]:
    """What each code took off, in turn: the same order and caps as `_discounted`.

    `shipping` is what shipping would cost if no code made it free.
    """
    before = _subtotal(lines)
    result = []
    for count, promotion in enumerate(promotions, 1):
        after = total(
            (line.total for line in _discounted(lines, promotions[:count])), before.currency
        )
        saved = shipping if promotion.frees_shipping else before - after
        result.append(AppliedCode(promotion.code, promotion.description, saved))
        before = after
    return tuple(result)


def _subtotal(lines: Sequence[QuoteLine]) -> Money:
    return total((line.gross for line in lines), _currency(lines))


def _currency(lines: Sequence[QuoteLine]) -> str:
    return lines[0].unit_price.currency
