"""Numbers: 38 decimal digits, magnitudes from 1E-130 to 9.99…E+125, compared by value.

A number is kept as the text that DynamoDB answers with, its canonical form: plain decimal, no
leading or trailing zeros, no plus sign, no negative zero. Equal numbers have equal texts.
"""

import re
from decimal import Context, Decimal

from embedded_dynamodb.errors import ValidationException

MAX_DIGITS = 38
MAX_EXPONENT = 125
MIN_EXPONENT = -130
MAX_SIZE = 21  # bytes

OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
PRECISION = "Attempting to store more than 38 significant digits in a Number"
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"

NUMBER = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
# Two numbers at the ends of the range are 256 digits apart: sums are exact.
EXACT = Context(prec=300, Emin=-1000, Emax=1000)

type NumberKey = int | Decimal


def canonical(text: str) -> str:
    """The form in which DynamoDB stores and answers a number: "1E3" is "1000"."""
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= MAX_DIGITS:
        return text
    match = NUMBER.fullmatch(text)
    if match is None:
        raise ValidationException(f"{NOT_NUMERIC}: {text}" if text else NOT_NUMERIC)
    sign, whole, fraction, bare_fraction, exponent = match.groups()
    fraction = fraction or bare_fraction or ""
    return _formatted(sign == "-", (whole or "") + fraction, _exponent(exponent) - len(fraction))


def _exponent(text: str | None) -> int:
    # Longer exponents are outside of the range whatever stands before them.
    if text is None:
        return 0
    return int(text) if len(text) <= 10 else int(text[0] + "9" * 9 if text[0] == "-" else "9" * 9)


def _formatted(negative: bool, digits: str, exponent: int) -> str:
    """The canonical text of digits times 10^exponent."""
    significant = digits.lstrip("0")
    # A zero's own exponent counts too: DynamoDB takes 0.0e126 and refuses 0e126.
    magnitude = exponent + max(len(significant), 1) - 1
    if magnitude > MAX_EXPONENT:
        raise ValidationException(OVERFLOW)
    if magnitude < MIN_EXPONENT:
        raise ValidationException(UNDERFLOW)
    kept = significant.rstrip("0")
    if not kept:
        return "0"
    if len(kept) > MAX_DIGITS:
        raise ValidationException(PRECISION)
    plain = _plain(kept, exponent + len(significant) - len(kept))
    return f"-{plain}" if negative else plain


def _plain(digits: str, exponent: int) -> str:
    if exponent >= 0:
        return digits + "0" * exponent
    point = len(digits) + exponent
    if point > 0:
        return f"{digits[:point]}.{digits[point:]}"
    return f"0.{'0' * -point}{digits}"


def add(left: str, right: str) -> str:
    """The sum of two canonical numbers, exact or refused."""
    if "." in left or "." in right:
        return _canonical_result(EXACT.add(Decimal(left), Decimal(right)))
    return _canonical_integer(int(left) + int(right))


def subtract(left: str, right: str) -> str:
    """The difference of two canonical numbers, exact or refused."""
    if "." in left or "." in right:
        return _canonical_result(EXACT.subtract(Decimal(left), Decimal(right)))
    return _canonical_integer(int(left) - int(right))


def _canonical_integer(value: int) -> str:
    if -(10**MAX_DIGITS) < value < 10**MAX_DIGITS:
        return str(value)
    return _canonical_result(Decimal(value))


def _canonical_result(value: Decimal) -> str:
    negative, digits, exponent = value.as_tuple()
    try:
        return _formatted(bool(negative), "".join(map(str, digits)), int(exponent))
    except ValidationException as refused:
        # DynamoDB says "overflow" too when a result has too many digits.
        if refused.message == PRECISION:
            raise ValidationException(OVERFLOW) from None
        raise


def number_key(text: str) -> NumberKey:
    """What canonical numbers are ordered by; whole ones are quicker as int."""
    return Decimal(text) if "." in text else int(text)


def number_size(text: str) -> int:
    """Bytes of a canonical number: one, one for two digits, and one for a minus sign.

    Digits before and after the point are counted apart. Zeros at either end do not count.
    """
    if text == "0":
        return 1
    negative = text[0] == "-"
    whole, _, fraction = text[negative:].partition(".")
    if not fraction:
        whole = whole.rstrip("0")
    elif whole == "0":
        whole, fraction = "", fraction.lstrip("0")
    return min(1 + (len(whole) + 1) // 2 + (len(fraction) + 1) // 2 + negative, MAX_SIZE)
