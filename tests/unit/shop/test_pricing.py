"""Prices by example: tiers, sales, shipping, tax, and promotion codes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from checkout.domain import pricing
from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product, Sale, Tier
from checkout.domain.errors import InvalidCart
from checkout.domain.pricing import Destination, PriceRules, Quote, RejectedCode, ShippingRate
from checkout.domain.promotions import Promotion, PromotionKind
from tests.builders import NOW, PORTLAND, a_product, a_promotion, cart, minutes, rules, usd


def price(
    items: Sequence[CartLine],
    *products: Product,
    codes: Sequence[Promotion] = (),
    to: Destination = PORTLAND,
    shop: PriceRules | None = None,
    at: datetime = NOW,
) -> Quote:
    known = {p.sku: p for p in (products or (a_product(),))}
    names = [code.code for code in codes]
    return pricing.quote(items, known, codes, names, to, shop or rules(), at)


class TestUnitPrice:
    TIERED = a_product(tiers=(Tier(5, usd(900)), Tier(10, usd(800))))

    @pytest.mark.parametrize(
        ("quantity", "unit"), [(1, 1000), (4, 1000), (5, 900), (9, 900), (10, 800), (99, 800)]
    )
    def test_a_tier_counts_from_its_quantity_on(self, quantity: int, unit: int) -> None:
        line = price(cart(TEA=quantity), self.TIERED).lines[0]
        assert line.unit_price == usd(unit)

    def test_split_lines_reach_the_tier_together(self) -> None:
        quote = price([CartLine("TEA", 3), CartLine("TEA", 2)], self.TIERED)
        assert [(line.quantity, line.unit_price) for line in quote.lines] == [(5, usd(900))]

    @pytest.mark.parametrize(
        ("at", "unit"),
        [
            (NOW - minutes(0.01), 1000),
            (NOW, 700),
            (NOW + minutes(59.99), 700),
            (NOW + minutes(60), 1000),
        ],
    )
    def test_a_sale_is_on_from_its_start_until_just_before_its_end(
        self, at: datetime, unit: int
    ) -> None:
        product = a_product(sale=Sale(usd(700), NOW, NOW + minutes(60)))
        assert price(cart(TEA=1), product, at=at).lines[0].unit_price == usd(unit)

    def test_the_lowest_of_list_price_tier_and_sale_wins(self) -> None:
        sale = Sale(usd(850), NOW, NOW + minutes(1))
        product = a_product(tiers=(Tier(5, usd(900)), Tier(10, usd(800))), sale=sale)
        assert price(cart(TEA=5), product).lines[0].unit_price == usd(850)
        assert price(cart(TEA=10), product).lines[0].unit_price == usd(800)

    def test_a_sale_above_the_list_price_does_no_harm(self) -> None:
        product = a_product(sale=Sale(usd(2000), NOW, NOW + minutes(1)))
        assert price(cart(TEA=1), product).lines[0].unit_price == usd(1000)


class TestShippingAndTax:
    def test_shipping_is_flat_below_the_threshold(self) -> None:
        quote = price(cart(TEA=1), a_product(price=7499))
        assert (quote.shipping, quote.total) == (usd(599), usd(8098))

    def test_shipping_is_free_from_the_threshold_on(self) -> None:
        assert price(cart(TEA=1), a_product(price=7500)).shipping == usd(0)

    def test_the_threshold_counts_what_is_left_after_the_discount(self) -> None:
        quote = price(cart(TEA=1), a_product(price=8000), codes=[a_promotion()])
        assert (quote.subtotal - quote.discount, quote.shipping) == (usd(7200), usd(599))

    def test_without_a_threshold_shipping_is_never_free(self) -> None:
        shop = rules(shipping={"US": ShippingRate(599)})
        assert price(cart(TEA=99), shop=shop).shipping == usd(599)

    def test_nothing_is_shipped_to_a_country_without_a_rate(self) -> None:
        with pytest.raises(InvalidCart, match="We do not ship to FR, only to US, GB") as caught:
            price(cart(TEA=1), to=Destination("FR"))
        assert caught.value.violations[0].pointer == "/country"

    @pytest.mark.parametrize(
        ("to", "tax"),
        [
            (Destination("US", "CA"), 73),  # 72.5, half up
            (Destination("US", "NV"), 0),  # the country's rate
            (Destination("US"), 0),
            (Destination("GB", "LND"), 200),
        ],
    )
    def test_the_region_decides_the_tax_and_else_the_country(
        self, to: Destination, tax: int
    ) -> None:
        assert price(cart(TEA=1), to=to).tax == usd(tax)

    def test_a_region_without_tax_is_not_taxed_by_its_country(self) -> None:
        shop = rules(tax={"US": 900, "US-OR": 0})
        assert price(cart(TEA=1), shop=shop).tax == usd(0)

    def test_a_country_without_a_rate_is_not_taxed(self) -> None:
        assert price(cart(TEA=1), shop=rules(tax={})).tax == usd(0)

    def test_tax_is_on_goods_after_the_discount_and_not_on_shipping(self) -> None:
        quote = price(cart(TEA=1), codes=[a_promotion()], to=Destination("GB"))
        assert quote.shipping == usd(1699)
        assert quote.tax == usd(180)  # 20 percent of 9.00
        assert quote.total == usd(900 + 1699 + 180)


class TestKinds:
    def test_a_percentage_is_rounded_once_and_allotted_to_the_cent(self) -> None:
        products = [a_product(sku, price=333) for sku in ("A", "B", "C")]
        quote = price(cart(A=1, B=1, C=1), *products, codes=[a_promotion()])
        assert quote.discount == usd(100)  # 10 percent of 9.99 is 0.999
        assert [line.discount.amount for line in quote.lines] == [34, 33, 33]

    def test_a_fixed_amount_never_exceeds_what_it_is_for(self) -> None:
        code = a_promotion(kind=PromotionKind.FIXED_AMOUNT, amount=5000)
        quote = price(cart(TEA=1), codes=[code])
        assert (quote.discount, quote.total) == (usd(1000), usd(599))

    @pytest.mark.parametrize(("quantity", "free"), [(2, 0), (3, 1), (5, 1), (6, 2)])
    def test_buy_two_get_one_gives_a_piece_for_every_full_bundle(
        self, quantity: int, free: int
    ) -> None:
        code = a_promotion(kind=PromotionKind.BUY_X_GET_Y, buy_quantity=2, free_quantity=1)
        assert price(cart(TEA=quantity), codes=[code]).discount == usd(1000 * free)

    def test_bundles_are_counted_for_each_product(self) -> None:
        code = a_promotion(kind=PromotionKind.BUY_X_GET_Y, buy_quantity=1, free_quantity=1)
        quote = price(cart(A=1, B=2), a_product("A"), a_product("B", price=700), codes=[code])
        assert [line.discount for line in quote.lines] == [usd(0), usd(700)]

    def test_free_shipping_takes_off_what_shipping_would_have_cost(self) -> None:
        quote = price(cart(TEA=1), codes=[a_promotion(kind=PromotionKind.FREE_SHIPPING)])
        assert (quote.shipping, quote.discount, quote.total) == (usd(0), usd(0), usd(1000))
        assert quote.applied[0].discount == usd(599)

    def test_free_shipping_is_worth_what_shipping_would_cost_after_all_other_codes(self) -> None:
        """FREE comes before TEN, which alone would cost this order its free shipping."""
        codes = [a_promotion("FREE", kind=PromotionKind.FREE_SHIPPING), a_promotion("TEN")]
        quote = price(cart(TEA=1), a_product(price=8000), codes=codes)
        assert [(a.code, a.discount) for a in quote.applied] == [
            ("FREE", usd(599)),
            ("TEN", usd(800)),
        ]

    @pytest.mark.parametrize("kind", [PromotionKind.PERCENTAGE, PromotionKind.BUY_X_GET_Y])
    def test_only_the_categories_of_a_code_are_discounted(self, kind: PromotionKind) -> None:
        code = a_promotion(
            kind=kind, buy_quantity=1, free_quantity=1, categories=frozenset({"cake"})
        )
        cake = a_product("CAKE", price=500, category="cake")
        quote = price(cart(TEA=2, CAKE=2), a_product(), cake, codes=[code])
        assert {line.sku: line.discount.amount > 0 for line in quote.lines} == {
            "TEA": False,
            "CAKE": True,
        }


class TestObjections:
    """Why a code does not count; the quote goes through all the same."""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"starts_at": NOW + minutes(1)}, "not valid yet"),
            ({"ends_at": NOW}, "expired"),
            ({"minimum_subtotal": 1001}, "needs a subtotal of 10.01 USD"),
            ({"categories": frozenset({"soap", "cake"})}, "only for cake, soap"),
            ({"redemption_limit": 3, "redemptions": 3}, "used up"),
        ],
    )
    def test_a_code_that_does_not_apply_is_listed_with_its_reason(
        self, changes: dict[str, Any], reason: str
    ) -> None:
        quote = price(cart(TEA=1), codes=[a_promotion(**changes)])
        assert quote.rejected == (RejectedCode("TEN", reason),)
        assert (quote.applied, quote.discount) == ((), usd(0))

    @pytest.mark.parametrize(
        "changes",
        [
            {"starts_at": NOW},
            {"ends_at": NOW + minutes(0.01)},
            {"minimum_subtotal": 1000},
            {"categories": frozenset({"tea"})},
            {"redemption_limit": 3, "redemptions": 2},
        ],
    )
    def test_a_code_counts_right_up_to_its_limit(self, changes: dict[str, Any]) -> None:
        assert price(cart(TEA=1), codes=[a_promotion(**changes)]).discount == usd(100)

    def test_an_unknown_code_is_listed(self) -> None:
        quote = pricing.quote(
            cart(TEA=1), {"TEA": a_product()}, [], ["WHAT"], PORTLAND, rules(), NOW
        )
        assert quote.rejected == (RejectedCode("WHAT", "unknown"),)

    def test_a_code_that_is_sent_twice_counts_once(self) -> None:
        assert price(cart(TEA=1), codes=[a_promotion()] * 2).discount == usd(100)


class TestCombinations:
    """Every stackable code together, or one that does not stack, whichever saves more."""

    FIVE = a_promotion("FIVE", kind=PromotionKind.FIXED_AMOUNT, amount=500)
    HALF = a_promotion("HALF", basis_points=5000, stackable=False)
    TEN = a_promotion("TEN")

    def test_stackable_codes_add_up(self) -> None:
        quote = price(cart(TEA=2), codes=[self.TEN, self.FIVE])
        assert [(a.code, a.discount) for a in quote.applied] == [
            ("FIVE", usd(500)),
            ("TEN", usd(200)),
        ]

    def test_a_better_code_alone_supersedes_the_stack(self) -> None:
        quote = price(cart(TEA=2), codes=[self.TEN, self.FIVE, self.HALF])
        assert [a.code for a in quote.applied] == ["HALF"]
        assert {r.code: r.reason for r in quote.rejected} == {
            "FIVE": "another code saves more",
            "TEN": "another code saves more",
        }

    def test_a_worse_code_alone_gives_way_to_the_stack(self) -> None:
        worse = a_promotion("WORSE", basis_points=1100, stackable=False)
        quote = price(cart(TEA=2), codes=[self.TEN, self.FIVE, worse])
        assert [a.code for a in quote.applied] == ["FIVE", "TEN"]
        assert [r.code for r in quote.rejected] == ["WORSE"]

    def test_the_stack_wins_a_tie(self) -> None:
        same = a_promotion("ALONE", basis_points=1000, stackable=False)
        assert [a.code for a in price(cart(TEA=1), codes=[same, self.TEN]).applied] == ["TEN"]

    def test_stacked_codes_never_take_a_line_below_zero(self) -> None:
        most = a_promotion("MOST", basis_points=9000)
        quote = price(cart(TEA=1), codes=[most, self.FIVE])
        assert quote.discount == usd(1000)
        assert sum(a.discount.amount for a in quote.applied) == 1000

    def test_the_comparison_includes_shipping(self) -> None:
        """Free shipping (5.99) beats 10 percent of 10.00."""
        free = a_promotion("FREE", kind=PromotionKind.FREE_SHIPPING, stackable=False)
        assert [a.code for a in price(cart(TEA=1), codes=[self.TEN, free]).applied] == ["FREE"]

    def test_the_comparison_includes_tax(self) -> None:
        """160.00 and free shipping, or 145.00 and 16.99: with 20 percent tax the second is less."""
        big = a_promotion("BIG", kind=PromotionKind.FIXED_AMOUNT, amount=1500, stackable=False)
        none = a_promotion("NONE", kind=PromotionKind.FREE_SHIPPING)
        quote = price(
            cart(TEA=16), codes=[none, big], to=Destination("GB"), shop=rules(tax={"GB": 2000})
        )
        assert [a.code for a in quote.applied] == ["BIG"]
        assert quote.total == usd(14500 + 2900 + 1699)

    def test_a_stackable_code_that_would_cost_more_than_it_saves_is_left_out(self) -> None:
        """83.00 less 7.00 ships free; less 12.00 it would not: 76.00, or 71.00 and 5.99."""
        six = a_promotion("SIX", kind=PromotionKind.FIXED_AMOUNT, amount=600)
        one = a_promotion("ONE", kind=PromotionKind.FIXED_AMOUNT, amount=100)
        less = a_promotion("LESS", kind=PromotionKind.FIXED_AMOUNT, amount=500)
        quote = price(cart(TEA=1), a_product(price=8300), codes=[six, one, less])
        assert [a.code for a in quote.applied] == ["ONE", "SIX"]
        assert quote.total == usd(7600)
        assert quote.rejected == (RejectedCode("LESS", "another code saves more"),)


class TestCodesThatSaveNothing:
    """They are not applied, so they are not redeemed: the customer keeps them for another time."""

    def only_rejected(self, *codes: Promotion, listed: int = 7500) -> tuple[RejectedCode, ...]:
        quote = price(cart(TEA=1), a_product(price=listed), codes=codes)
        assert (quote.total, quote.applied) == (usd(listed), ())
        return quote.rejected

    def test_free_shipping_where_shipping_is_free(self) -> None:
        free = a_promotion("FREE", kind=PromotionKind.FREE_SHIPPING)
        assert self.only_rejected(free) == (RejectedCode("FREE", "saves nothing here"),)

    def test_a_bundle_that_is_not_full(self) -> None:
        pair = a_promotion("PAIR", kind=PromotionKind.BUY_X_GET_Y, buy_quantity=1, free_quantity=1)
        assert self.only_rejected(pair) == (RejectedCode("PAIR", "saves nothing here"),)

    def test_a_discount_that_is_lost_in_rounding(self) -> None:
        tiny = a_promotion("TINY", basis_points=1)
        quote = price(cart(TEA=1), a_product(price=49), codes=[tiny])
        assert quote.rejected == (RejectedCode("TINY", "saves nothing here"),)

    def test_a_discount_that_costs_the_free_shipping(self) -> None:
        tiny = a_promotion("TINY", basis_points=1)
        assert self.only_rejected(tiny) == (RejectedCode("TINY", "saves nothing here"),)

    def test_a_discount_that_costs_just_as_much_shipping_as_it_saves(self) -> None:
        even = a_promotion("EVEN", kind=PromotionKind.FIXED_AMOUNT, amount=599)
        assert self.only_rejected(even) == (RejectedCode("EVEN", "saves nothing here"),)

    def test_a_code_whose_lines_are_free_by_another_one(self) -> None:
        whole = a_promotion("WHOLE", basis_points=10_000)
        quote = price(cart(TEA=1), codes=[whole, a_promotion("TEN")])
        assert [a.code for a in quote.applied] == ["WHOLE"]
        assert quote.rejected == (RejectedCode("TEN", "another code saves more"),)

    def test_of_a_code_that_is_of_use_and_one_that_is_not_only_the_first_is_applied(self) -> None:
        free = a_promotion("FREE", kind=PromotionKind.FREE_SHIPPING)
        quote = price(cart(TEA=1), a_product(price=20_000), codes=[free, a_promotion("TEN")])
        assert [a.code for a in quote.applied] == ["TEN"]
        assert quote.rejected == (RejectedCode("FREE", "saves nothing here"),)


def test_the_best_of_ten_codes_is_found_in_no_time() -> None:
    """1,024 choices for a cart of fifty lines, as large as the API takes them."""
    skus = [f"S{n}" for n in range(50)]
    codes = [
        a_promotion(f"C{n}", kind=PromotionKind.FIXED_AMOUNT, amount=2**n, minimum_subtotal=1)
        for n in range(10)
    ]
    started = time.process_time()
    quote = price(
        cart(**dict.fromkeys(skus, 1)), *(a_product(sku, 160) for sku in skus), codes=codes
    )
    assert quote.total == usd(7500)  # 80.00 less 5.00: with free shipping still
    assert sum(a.discount.amount for a in quote.applied) == 500
    assert time.process_time() - started < 2
