from __future__ import annotations

from lab.lessons import bills
from lab.measure.cost import prices


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    assert bills.size({"sku": "TEA"}) == len("sku") + len("TEA")


def test_reading_is_billed_in_steps_of_four_kilobytes() -> None:
    assert bills.units(1, fresh=True) == 1
    assert bills.units(4096, fresh=True) == 1
    assert bills.units(4097, fresh=True) == 2


def test_an_answer_that_may_be_old_is_half_the_price() -> None:
    assert bills.units(8192) == bills.units(8192, fresh=True) / 2


def test_all_that_is_read_counts_together() -> None:
    small = {"sku": "x" * 97}
    assert bills.read_units([small] * 40, fresh=True) == 1
    assert bills.read_units([small] * 41, fresh=True) == 2


def test_the_price_is_the_list_price() -> None:
    assert bills.usd(2) == 2 * prices.load().of("read_units").usd
