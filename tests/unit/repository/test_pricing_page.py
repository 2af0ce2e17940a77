"""The tables of docs/pricing.md, executed: the page says what the shop charges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product, Sale, Tier
from checkout.domain.pricing import Destination, PriceRules, Quote, ShippingRate, quote
from checkout.domain.promotions import Promotion, PromotionKind
from lab.core import paths
from tests.builders import NOW, a_product, a_promotion, minutes, usd

PAGE = (paths.ROOT / "docs" / "pricing.md").read_text(encoding="utf-8")
KINDS = {
    "percentage": PromotionKind.PERCENTAGE,
    "fixed amount": PromotionKind.FIXED_AMOUNT,
    "buy x get y": PromotionKind.BUY_X_GET_Y,
    "free shipping": PromotionKind.FREE_SHIPPING,
}
Row = Mapping[str, str]


def tables(page: str) -> list[list[Row]]:
    """The tables of a Markdown page: a row is a mapping from column to cell."""
    found: list[list[Row]] = []
    lines = iter(page.splitlines())
    for line in lines:
        if line.startswith("|"):
            found.append(list(_rows(_cells(line), lines)))
    return found


def _rows(columns: list[str], lines: Iterator[str]) -> Iterator[Row]:
    next(lines)  # the rule under the head
    for line in lines:
        if not line.startswith("|"):
            return
        yield dict(zip(columns, _cells(line), strict=True))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def parts(cell: str, separator: str = ",") -> list[str]:
    return [part.strip() for part in cell.split(separator) if part.strip()]


def cents(cell: str) -> int:
    """`12.34` as 1234, and nothing as 0; `7.25 %` is 725 basis points in the same way."""
    units, _, rest = (cell.removesuffix("%").strip() or "0").partition(".")
    return int(units) * 100 + int(rest.ljust(2, "0"))


def product_of(row: Row) -> Product:
    tiers = [tier.split(":") for tier in parts(row["tiers"])]
    more: dict[str, Any] = {"tiers": tuple(Tier(int(n), usd(cents(p))) for n, p in tiers)}
    if row["sale"]:
        more["sale"] = Sale(usd(cents(row["sale"])), NOW, NOW + minutes(1))
    return a_product(row["SKU"], cents(row["list price"]), category=row["category"], **more)


def promotion_of(row: Row) -> Promotion:
    kind, value = KINDS[row["kind"]], row["value"]
    bundle = parts(value, "+") if kind is PromotionKind.BUY_X_GET_Y else ["0", "0"]
    return a_promotion(
        row["code"],
        kind=kind,
        basis_points=cents(value) if kind is PromotionKind.PERCENTAGE else 0,
        amount=cents(value) if kind is PromotionKind.FIXED_AMOUNT else 0,
        buy_quantity=int(bundle[0]),
        free_quantity=int(bundle[1]),
        categories=frozenset(parts(row["categories"])),
        minimum_subtotal=cents(row["minimum"]),
        stackable=row["stacks"] == "yes",
    )


def rules_of(rows: list[Row]) -> PriceRules:
    shipped = {r["country"]: r for r in rows if r["shipping"]}
    rates = {
        country: ShippingRate(cents(row["shipping"]), cents(row["free from"]))
        for country, row in shipped.items()
    }
    return PriceRules("USD", "US", rates, {row["country"]: cents(row["tax"]) for row in rows})


@dataclass(frozen=True)
class Page:
    products: Mapping[str, Product]
    promotions: tuple[Promotion, ...]
    rules: PriceRules
    examples: tuple[Row, ...]

    @classmethod
    def read(cls, page: str) -> Page:
        products, codes, countries, examples = tables(page)
        return cls(
            {row["SKU"]: product_of(row) for row in products},
            tuple(map(promotion_of, codes)),
            rules_of(countries),
            tuple(examples),
        )

    def price(self, example: Row) -> Quote:
        wanted = [line.split() for line in parts(example["cart"], "+")]
        items = [CartLine(sku, int(quantity)) for quantity, sku in wanted]
        country, _, region = example["to"].partition("-")
        to = Destination(country, region)
        codes = parts(example["codes"])
        return quote(items, self.products, self.promotions, codes, to, self.rules, NOW)


def printed(priced: Quote) -> dict[str, str]:
    """A quote in the words of the table."""
    sums = {
        name: str(getattr(priced, name)).removesuffix(" USD")
        for name in ("subtotal", "discount", "shipping", "tax", "total")
    }
    by_line = " + ".join(str(line.discount).removesuffix(" USD") for line in priced.lines)
    return {
        **sums,
        "by line": by_line if priced.discount.amount else "",
        "counts": ", ".join(code.code for code in priced.applied),
    }


EXAMPLES = Page.read(PAGE)


@pytest.mark.parametrize("example", EXAMPLES.examples, ids=lambda row: row["what it shows"])
def test_an_example_is_charged_as_it_is_printed(example: Row) -> None:
    said = {column: example[column] for column in printed(EXAMPLES.price(example))}
    assert printed(EXAMPLES.price(example)) == said


def test_the_page_has_an_example_of_every_kind_of_code() -> None:
    used = {code for row in EXAMPLES.examples for code in parts(row["counts"])}
    kinds = {promotion.kind for promotion in EXAMPLES.promotions if promotion.code in used}
    assert kinds == set(PromotionKind)
    assert len(EXAMPLES.examples) >= 12


def test_every_example_adds_up_as_a_reader_would_add_it_up() -> None:
    for row in EXAMPLES.examples:
        goods = cents(row["subtotal"]) - cents(row["discount"])
        assert goods + cents(row["shipping"]) + cents(row["tax"]) == cents(row["total"])
        assert sum(map(cents, parts(row["by line"], "+"))) == cents(row["discount"])
