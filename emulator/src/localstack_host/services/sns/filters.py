"""Filter policies compare values with regard to their types.

LocalStack compares texts: a Number 1.0 is not 1, and a String "10" is a number.
https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
https://docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api.sns import InvalidParameterException

NUMBER, NUMERIC, OTHER = "Number", "numeric", "anything-but"


def matches_attribute(
    matches: Callable[..., bool],
    subscription_filter: Any,
    conditions: Any,
    attribute: Mapping[str, Any] | None,
    field_exists: bool,
) -> bool:
    """Wraps the evaluation of a message attribute: one of type Number is a number."""
    number = _number(attribute or {})
    if number is None:
        return matches(subscription_filter, conditions, attribute, field_exists)
    text = (attribute or {}).get("StringValue") or (attribute or {}).get("Value")
    listed = conditions if isinstance(conditions, list) else [conditions]
    return any(
        subscription_filter._evaluate_condition(
            number if _is_about_numbers(condition) else text, condition, field_exists
        )
        for condition in listed
    )


def _number(attribute: Mapping[str, Any]) -> float | None:
    kind = str(attribute.get("DataType") or attribute.get("Type") or "")
    if kind.partition(".")[0] != NUMBER:
        return None
    try:
        number = float(attribute.get("StringValue") or attribute.get("Value") or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_about_numbers(condition: Any) -> bool:
    if isinstance(condition, dict):
        excluded = condition.get(OTHER)
        first = excluded[0] if isinstance(excluded, list) and excluded else excluded
        return NUMERIC in condition or _is_number(first)
    return _is_number(condition)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def matches_value(
    matches: Callable[..., bool],
    subscription_filter: Any,
    value: Any,
    condition: Any,
    field_exists: bool,
) -> bool:
    """Wraps the evaluation of one value: only numbers are numeric, and true is not 1."""
    if isinstance(condition, dict):
        if NUMERIC in condition and not _is_number(value):
            return False
    elif isinstance(value, bool) != isinstance(condition, bool):
        return False
    return matches(subscription_filter, value, condition, field_exists)


def check(validate: Callable[..., None], validator: Any, policy: Any) -> None:
    """Wraps the check of a filter policy. Raises InvalidParameter for one that is no object."""
    if not isinstance(policy, dict):
        raise InvalidParameterException(
            f"{validator.error_prefix}FilterPolicy: Filter is not an object"
        )
    validate(validator, policy)
