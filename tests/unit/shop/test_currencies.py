"""Amounts are written as ISO 4217 has their currency, wherever somebody reads them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from babel.core import get_global

from checkout.domain import mail
from checkout.domain.currencies import MINOR_UNITS
from checkout.domain.errors import PriceChanged
from checkout.domain.money import Money
from checkout.domain.pricing import Quote
from lab.console import render
from lab.core import paths
from lab.lessons.tabular import _shown
from tests.shop import Shop

WRITTEN = {
    "USD": "1,234,567.89 USD",
    "EUR": "1,234,567.89 EUR",
    "JPY": "123,456,789 JPY",
    "KRW": "123,456,789 KRW",
    "VND": "123,456,789 VND",
    "ISK": "123,456,789 ISK",
    "UGX": "123,456,789 UGX",
    "KWD": "123,456.789 KWD",
    "BHD": "123,456.789 BHD",
    "TND": "123,456.789 TND",
    "CLF": "12,345.6789 CLF",
    # Not in daily use there, but ISO 4217 has them.
    "HUF": "1,234,567.89 HUF",
    "IQD": "123,456.789 IQD",
    "MGA": "1,234,567.89 MGA",
}


@pytest.mark.parametrize("currency", WRITTEN)
def test_an_amount_has_the_decimals_of_its_currency(currency: str) -> None:
    assert str(Money(123456789, currency)) == WRITTEN[currency]


@pytest.mark.parametrize("currency", WRITTEN)
def test_functions_and_the_lab_write_the_same(currency: str) -> None:
    value = {"amount": 123456789, "currency": currency}
    assert render.money(value) == _shown(value) == WRITTEN[currency]


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "JPY", "0 JPY"),
        (-1, "JPY", "-1 JPY"),
        (5, "KWD", "0.005 KWD"),
        (-1234, "BHD", "-1.234 BHD"),
        (1, "CLF", "0.0001 CLF"),
        (100, "XXX", "1.00 XXX"),
    ],
)
def test_small_negative_and_unknown_ones_too(amount: int, currency: str, text: str) -> None:
    assert str(Money(amount, currency)) == text


@pytest.mark.parametrize(
    ("currency", "total", "changed"),
    [
        ("JPY", "2,599 JPY", "The total is 2,599 JPY, not 2,099 JPY: ask for a new quote"),
        ("KWD", "2.599 KWD", "The total is 2.599 KWD, not 2.099 KWD: ask for a new quote"),
    ],
)
def test_mails_and_problems_tell_it_so(currency: str, total: str, changed: str) -> None:
    order = Shop().confirmed()
    assert order.quote
    told = mail.about(replace(order, quote=_in(currency, order.quote)))
    assert total in told.text
    assert total in told.html
    assert str(PriceChanged(Money(2099, currency), Money(2599, currency))) == changed


def _in(currency: str, quote: Quote) -> Quote:
    sums = ("subtotal", "discount", "shipping", "tax")
    amounts = {name: Money(getattr(quote, name).amount, currency) for name in sums}
    lines = tuple(
        replace(
            line,
            unit_price=Money(line.unit_price.amount, currency),
            discount=Money(line.discount.amount, currency),
        )
        for line in quote.lines
    )
    return replace(quote, lines=lines, total=Money(2599, currency), **amounts)


def test_terraform_takes_the_currencies_that_can_be_written() -> None:
    text = (paths.TERRAFORM / "modules" / "checkout" / "currencies.tf").read_text()
    codes = [code for line in re.findall(r'"([A-Z ]+)"', text) for code in line.split()]
    assert codes == sorted(MINOR_UNITS)


USED_OTHERWISE = set(
    "AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK SOS SYP YER".split()  # noqa: SIM905
)
"""Unicode's table has the decimals of daily use; here it does not follow ISO 4217."""


def test_unicodes_table_has_the_same_decimals() -> None:
    fractions = get_global("currency_fractions")
    unicodes = {c: fractions.get(c, fractions["DEFAULT"])[0] for c in MINOR_UNITS}
    different = {c for c, places in MINOR_UNITS.items() if unicodes[c] != places}
    assert different == USED_OTHERWISE
