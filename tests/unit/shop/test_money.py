"""Money: sums, shares, rounding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.money import CurrencyMismatch, Money, allot, total, zero
from tests.builders import usd

WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("amount", "basis_points", "rounded"),
    [
        (1000, 725, 73),  # 72.5: the half goes up
        (1000, 724, 72),  # 72.4
        (1999, 1000, 200),  # 199.9
        (1, 5000, 1),  # 0.5
        (1, 4999, 0),
        (333, 10_000, 333),
        (0, 725, 0),
        (10**15, 1, 10**11),
    ],
)
def test_a_fraction_is_rounded_half_up(amount: int, basis_points: int, rounded: int) -> None:
    assert usd(amount).fraction(basis_points) == usd(rounded)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        usd(1) + Money(1, "EUR")
    with pytest.raises(CurrencyMismatch):
        min(usd(1), Money(1, "EUR"))


def test_a_total_of_nothing_is_zero() -> None:
    assert total([], "USD") == zero("USD")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (123456, "1,234.56 USD"),
        (5, "0.05 USD"),
        (0, "0.00 USD"),
        (-5, "-0.05 USD"),
        (10**17 + 1, "1,000,000,000,000,000.01 USD"),
    ],
)
def test_money_reads_well(amount: int, text: str) -> None:
    assert str(usd(amount)) == text


def test_money_of_any_size_can_be_written_down() -> None:
    assert str(usd(10**400)).endswith("000.00 USD")


@given(WEIGHTS, st.integers(0, 10**7))
def test_allotted_parts_add_up_to_the_amount(weights: list[int], amount: int) -> None:
    parts = allot(usd(amount), weights)
    assert total(parts, "USD") == usd(amount if sum(weights) else 0)


@given(WEIGHTS, st.data())
def test_no_part_exceeds_its_weight(weights: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(weights)))
    parts = allot(usd(amount), weights)
    assert all(0 <= part.amount <= weight for part, weight in zip(parts, weights, strict=True))


@given(WEIGHTS, st.integers(0, 10**7))
def test_no_part_is_a_whole_cent_away_from_its_share(weights: list[int], amount: int) -> None:
    whole = sum(weights) or 1
    parts = allot(usd(amount if sum(weights) else 0), weights)
    shares = [amount * weight / whole for weight in weights]
    assert all(abs(part.amount - share) < 1 for part, share in zip(parts, shares, strict=True))


def test_left_over_cents_go_to_the_largest_remainders_first() -> None:
    assert allot(usd(100), [1, 1, 1]) == [usd(34), usd(33), usd(33)]
    assert allot(usd(10), [1, 5, 4]) == [usd(1), usd(5), usd(4)]
    assert allot(usd(1), [1, 3]) == [usd(0), usd(1)]
