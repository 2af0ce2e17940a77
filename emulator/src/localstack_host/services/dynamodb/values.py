"""Values that DynamoDB refuses wherever they stand in a request, and moto stores or fails at."""

from __future__ import annotations

import re
from typing import Any

from localstack_host.localstack_api import CommonServiceException

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
NUMBER = re.compile(r"[+-]?(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
DIGITS = 38
LARGEST, SMALLEST = 125, -130  # exponents of ten
LEVELS = 32
NESTED = frozenset({"L", "M"})


def check_values(value: Any, levels: int = 0) -> None:
    """Raises ValidationException for a number that is none, or values nested too deeply."""
    if isinstance(value, list):
        for each in value:
            check_values(each, levels)
    elif isinstance(value, dict):
        for name, each in value.items():
            _check_member(name, each, levels + (len(value) == 1 and name in NESTED))


def _check_member(name: str, value: Any, levels: int) -> None:
    """An attribute value is an object with one member: its type's name, and itself."""
    if levels > LEVELS:
        raise invalid(
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested"
            " levels beyond supported limit"
        )
    if name == "N" and isinstance(value, str):
        _check_number(value)
    elif name == "NS" and isinstance(value, list):
        for each in value:
            _check_number(str(each))
    elif isinstance(value, dict | list):
        check_values(value, levels)


def _check_number(text: str) -> None:
    match = NUMBER.fullmatch(text)
    if not match:
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}")
    before, behind = match[1] or "", match[2] or match[3] or ""
    digits = (before + behind).lstrip("0")
    if not digits:
        return
    if len(digits.rstrip("0")) > DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    exponent = _exponent(match[4]) + len(digits) - len(behind) - 1
    if exponent > LARGEST:
        raise _out_of_range("overflow", "larger")
    if exponent < SMALLEST:
        raise _out_of_range("underflow", "smaller")


def _exponent(text: str | None) -> int:
    """The number, or one that is too far away: thousands of digits are not read."""
    digits = (text or "0").lstrip("+-").lstrip("0")[:6]
    return int(f"{'-' if (text or '').startswith('-') else ''}{digits or 0}")


def _out_of_range(what: str, compared: str) -> CommonServiceException:
    return invalid(
        f"Number {what}. Attempting to store a number with magnitude {compared} than supported"
        " range"
    )


def invalid(said: str) -> CommonServiceException:
    """DynamoDB's error for a request that cannot be meant."""
    return CommonServiceException("ValidationException", said, sender_fault=True)
