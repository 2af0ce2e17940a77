"""What holds for the price of every cart, whatever is in it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from checkout.domain import pricing
from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product, Sale, Tier
from checkout.domain.money import total
from checkout.domain.pricing import Destination, PriceRules, Quote, ShippingRate
from checkout.domain.promotions import Promotion, PromotionKind
from tests.builders import NOW, a_product, a_promotion, a_request, minutes, rules, usd
from tests.shop import Shop

SKUS = ("A", "B", "C", "D")
CATEGORIES = ("tea", "cake")
CODES = ("C1", "C2", "C3", "C4")
SALE = st.builds(
    Sale,
    st.integers(0, 20_000).map(usd),
    st.sampled_from([NOW - minutes(1), NOW, NOW + minutes(1)]),
    st.sampled_from([NOW, NOW + minutes(2)]),
)
TIER = st.builds(Tier, st.integers(2, 40), st.integers(0, 20_000).map(usd))


@dataclass(frozen=True)
class Case:
    """A cart and everything that its price depends on."""

    items: tuple[CartLine, ...]
    products: dict[str, Product]
    promotions: tuple[Promotion, ...]
    to: Destination
    shop: PriceRules

    def quote(self) -> Quote:
        codes = [promotion.code for promotion in self.promotions]
        return pricing.quote(
            self.items, self.products, self.promotions, codes, self.to, self.shop, NOW
        )


@st.composite
def products(draw: st.DrawFn) -> dict[str, Product]:
    return {
        sku: a_product(
            sku,
            draw(st.integers(0, 20_000)),
            category=draw(st.sampled_from(CATEGORIES)),
            tiers=tuple(draw(st.lists(TIER, max_size=2))),
            sale=draw(st.none() | SALE),
        )
        for sku in SKUS
    }


@st.composite
def promotions(draw: st.DrawFn, code: str) -> Promotion:
    return a_promotion(
        code,
        kind=draw(st.sampled_from(PromotionKind)),
        basis_points=draw(st.integers(0, 10_000)),
        amount=draw(st.integers(0, 30_000)),
        buy_quantity=draw(st.integers(1, 4)),
        free_quantity=draw(st.integers(1, 3)),
        minimum_subtotal=draw(st.sampled_from([0, 0, 10_000])),
        categories=draw(st.sets(st.sampled_from(CATEGORIES)).map(frozenset)),
        stackable=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    items = draw(
        st.lists(
            st.builds(CartLine, st.sampled_from(SKUS), st.integers(1, 16)), min_size=1, max_size=6
        )
    )
    chosen = draw(st.lists(st.sampled_from(CODES), unique=True, max_size=4))
    free_from = draw(st.none() | st.integers(0, 40_000))
    shop = rules(
        shipping={"US": ShippingRate(draw(st.integers(0, 3000)), free_from)},
        tax={"US": draw(st.integers(0, 3000))},
    )
    codes = tuple(draw(promotions(code)) for code in chosen)
    return Case(tuple(items), draw(products()), codes, Destination("US", "OR"), shop)


@given(cases())
def test_a_quote_adds_up_to_the_cent(case: Case) -> None:
    quote = case.quote()
    goods = total((line.total for line in quote.lines), "USD")
    assert goods == quote.subtotal - quote.discount
    assert quote.discount == total((line.discount for line in quote.lines), "USD")
    assert quote.subtotal == total((line.unit_price * line.quantity for line in quote.lines), "USD")
    assert quote.total == goods + quote.shipping + quote.tax


@given(cases())
def test_nothing_is_ever_negative(case: Case) -> None:
    quote = case.quote()
    sums = [quote.subtotal, quote.discount, quote.shipping, quote.tax, quote.total]
    lines = [amount for line in quote.lines for amount in (line.discount, line.total)]
    assert min(amount.amount for amount in [*sums, *lines]) >= 0


@given(cases())
def test_nobody_pays_more_than_list_price_and_full_shipping_and_tax(case: Case) -> None:
    listed = total((case.products[i.sku].price * i.quantity for i in case.items), "USD")
    most = listed + usd(case.shop.shipping["US"].flat) + listed.fraction(case.shop.tax["US"])
    assert case.quote().total <= most


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_codes_does_not_matter(case: Case, dice: random.Random) -> None:
    items, codes = list(case.items), list(case.promotions)
    dice.shuffle(items)
    dice.shuffle(codes)
    assert replace(case, items=tuple(items), promotions=tuple(codes)).quote() == case.quote()


@given(cases())
def test_splitting_lines_changes_nothing(case: Case) -> None:
    pieces = tuple(CartLine(item.sku, 1) for item in case.items for _ in range(item.quantity))
    assert replace(case, items=pieces).quote() == case.quote()


@given(cases())
def test_every_code_is_either_applied_or_rejected(case: Case) -> None:
    quote = case.quote()
    told = [a.code for a in quote.applied] + [r.code for r in quote.rejected]
    assert sorted(told) == sorted(promotion.code for promotion in case.promotions)


@given(cases())
def test_what_the_codes_take_off_is_the_discount(case: Case) -> None:
    free = {p.code for p in case.promotions if p.kind is PromotionKind.FREE_SHIPPING}
    quote = case.quote()
    off = total((a.discount for a in quote.applied if a.code not in free), "USD")
    assert off == quote.discount


@given(cases())
def test_no_allowed_combination_of_codes_would_cost_less(case: Case) -> None:
    """Any of the stackable codes together, or any other one alone."""
    best = case.quote().total
    for choice in allowed(case.promotions):
        assert best <= replace(case, promotions=choice).quote().total


@given(cases())
def test_no_code_is_redeemed_for_nothing(case: Case) -> None:
    """Without any one of the codes that were applied, the customer would pay more."""
    quote = case.quote()
    used = tuple(p for p in case.promotions if p.code in {a.code for a in quote.applied})
    for promotion in used:
        others = tuple(p for p in used if p != promotion)
        assert quote.total < replace(case, promotions=others).quote().total


def allowed(promotions: Sequence[Promotion]) -> Iterator[tuple[Promotion, ...]]:
    stackable = [p for p in promotions if p.stackable]
    for count in range(len(stackable) + 1):
        yield from combinations(stackable, count)
    yield from ((p,) for p in promotions if not p.stackable)


@given(cases())
def test_what_was_quoted_is_what_checkout_charges(case: Case) -> None:
    shop = Shop()
    shop.parameters.rules = case.shop
    for product in case.products.values():
        shop.sell(product, available=1000)
    shop.promote(*case.promotions)
    codes = tuple(promotion.code for promotion in case.promotions)
    shop.place(request=a_request(items=case.items, discount_codes=codes))
    shop.run("ord_1", ["validate", "reserve", "pay", "generate"])
    quote = case.quote()
    assert shop.orders.get("ord_1").quote == quote
    assert shop.gateway.takings == ([quote.total] if quote.total.amount else [])
