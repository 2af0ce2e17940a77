"""Numbers as "Data types: Number" describes them: 38 digits, 1E-130 to 9.99E+125."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_dynamodb.numbers import (
    NOT_NUMERIC,
    OVERFLOW,
    PRECISION,
    UNDERFLOW,
    add,
    canonical,
    number_key,
    number_size,
    subtract,
)

NINES = "9" * 38


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1", "1"),
        ("-5", "-5"),
        ("0", "0"),
        ("007", "7"),
        ("001.23", "1.23"),
        ("00", "0"),
        ("+3", "3"),
        ("+0", "0"),
        ("1.0", "1"),
        ("100.000", "100"),
        ("0.10", "0.1"),
        ("1e3", "1000"),
        ("1E+3", "1000"),
        ("-3e2", "-300"),
        ("1.5e2", "150"),
        ("1e-3", "0.001"),
        ("123e-2", "1.23"),
        ("1.0e3", "1000"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("0e5", "0"),
        ("0.0e126", "0"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("1e125", "1" + "0" * 125),
        ("0.1e126", "1" + "0" * 125),
        ("1e-130", "0." + "0" * 129 + "1"),
        (NINES, NINES),
        (f"-{NINES}e87", f"-{NINES}" + "0" * 87),
        ("1" + "0" * 50, "1" + "0" * 50),
        ("1." + "0" * 50, "1"),
    ],
)
def test_a_number_is_stored_in_its_canonical_form(text: str, stored: str) -> None:
    assert canonical(text) == stored


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", NOT_NUMERIC),
        *[
            (text, f"{NOT_NUMERIC}: {text}")
            for text in (
                "dog",
                "NaN",
                "Infinity",
                " 1",
                "1 ",
                "1_000",
                "1e",
                "e2",
                ".",
                "+",
                "1.2.3",
                "++5",
                "0x10",
                "\u0661",
                "1\n",
            )
        ],
        ("1e126", OVERFLOW),
        ("-1e126", OVERFLOW),
        ("0e126", OVERFLOW),
        ("1e999999999999999999", OVERFLOW),
        ("1e-131", UNDERFLOW),
        ("-1e-131", UNDERFLOW),
        ("1e-999999999999999999", UNDERFLOW),
        ("1" * 39, PRECISION),
        ("0." + "1" * 39, PRECISION),
        (f"{NINES}.5", PRECISION),
    ],
)
def test_what_is_no_number_of_dynamodb_is_refused(refusal, text: str, message: str) -> None:
    assert refusal(canonical, text) == message


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        ("1", "2", "3"),
        ("0.1", "0.2", "0.3"),
        ("1000", "0.10", "1000.1"),
        ("-1", "1", "0"),
        (NINES, "1", "1" + "0" * 38),
        ("1" + "0" * 37, "1", "1" + "0" * 36 + "1"),
        ("9" * 37, "0.5", "9" * 37 + ".5"),
        ("1" + "0" * 125, "1" + "0" * 125, "2" + "0" * 125),
    ],
)
def test_sums_are_exact(left: str, right: str, total: str) -> None:
    assert add(left, right) == total


@pytest.mark.parametrize(
    ("calculate", "left", "right"),
    [
        (add, "9" + "0" * 125, "9" + "0" * 125),
        (subtract, "-9" + "0" * 125, "9" + "0" * 125),
        # More than 38 digits in the result: AWS says "overflow", too.
        (add, "1" + "0" * 50, "1"),
        (subtract, "1" + "0" * 50, "1"),
        (add, "1", "0." + "0" * 49 + "1"),
        (subtract, "1" + "0" * 125, "0." + "0" * 129 + "1"),
    ],
)
def test_a_sum_that_is_no_number_of_dynamodb_is_refused(refusal, calculate, left, right) -> None:
    assert refusal(calculate, left, right) == OVERFLOW


def test_a_difference_may_be_too_small_for_no_number_at_all() -> None:
    assert subtract("0." + "0" * 128 + "11", "0." + "0" * 128 + "1") == "0." + "0" * 129 + "1"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 1),
        ("1", 2),
        ("12", 2),
        ("123", 3),
        ("1234", 3),
        ("100", 2),
        ("120", 2),
        ("12000", 2),
        ("10203", 4),
        ("1.5", 3),
        ("10.5", 3),
        ("123.45", 4),
        ("12.345", 4),
        ("0.5", 2),
        ("0.05", 2),
        ("0.00012", 2),
        ("0.123", 3),
        ("0.0102", 3),
        ("-1", 3),
        ("-42", 3),
        ("-1.5", 4),
        (NINES, 20),
        (f"-{NINES}", 21),
        ("9" * 37 + ".9", 21),
        ("-" + "9" * 37 + ".9", 21),
        ("1" + "0" * 125, 2),
        ("0." + "0" * 129 + "1", 2),
    ],
)
def test_a_number_takes_a_byte_for_two_digits_and_one_more(text: str, size: int) -> None:
    assert number_size(text) == size


FINITE = st.builds(
    lambda sign, digits, exponent: f"{sign}{digits}e{exponent}",
    st.sampled_from(["", "-"]),
    st.integers(0, 10**38 - 1),
    st.integers(-100, 87),
)


@given(FINITE)
def test_a_canonical_number_has_the_same_value_and_is_its_own_canonical_form(text: str) -> None:
    stored = canonical(text)
    assert Decimal(stored) == Decimal(text)
    assert canonical(stored) == stored


@given(FINITE, FINITE)
def test_equal_numbers_have_equal_texts_and_keys_order_them(left: str, right: str) -> None:
    one, other = canonical(left), canonical(right)
    assert (one == other) == (Decimal(left) == Decimal(right))
    assert (number_key(one) < number_key(other)) == (Decimal(left) < Decimal(right))
    assert (number_key(one) == number_key(other)) == (one == other)
    if one == other:
        assert hash(number_key(one)) == hash(number_key(other))


@given(FINITE, FINITE)
def test_a_difference_undoes_a_sum(left: str, right: str) -> None:
    one, other = canonical(left), canonical(right)
    try:
        total = add(one, other)
    except Exception as error:
        assert type(error).__name__ == "ValidationException"  # noqa: PT017 - others must not occur
        return
    assert subtract(total, other) == one


@given(FINITE)
def test_no_number_is_larger_than_21_bytes(text: str) -> None:
    assert 1 <= number_size(canonical(text)) <= 21
