"""Evaluates the conditions of statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from localstack_host.services.iam.condition_keys import MULTIVALUED
from localstack_host.services.iam.patterns import Context, matches_arn, matches_text, resolve

YEAR_AND_MONTH = re.compile(r"\d{4}-\d\d")
Test = Callable[[str, str], bool]  # (the request's value, the policy's value)


@dataclass(frozen=True)
class Condition:
    """One line of a `Condition` block.

    `quantifier` is ForAllValues, ForAnyValue or empty. `test` is the operator without `Not`, which
    sets `negated`. With `if_exists` the condition also holds if the request lacks the key.
    """

    operator: str
    test: str
    key: str
    values: tuple[str, ...]
    negated: bool = False
    if_exists: bool = False
    quantifier: str = ""

    @classmethod
    def of(cls, name: str, key: str, values: tuple[str, ...]) -> Condition:
        """Parses an operator of a policy, for example `ForAnyValue:StringNotLikeIfExists`."""
        quantifier, _, rest = name.rpartition(":")
        plain = rest.removesuffix("IfExists")
        return cls(
            operator=name,
            test=plain.replace("Not", "", 1),
            key=key.lower(),
            values=values,
            negated="Not" in plain,
            if_exists=rest != plain,
            quantifier=quantifier,
        )

    @property
    def understood(self) -> bool:
        """Whether the operator is supported."""
        quantified = self.quantifier in ("", "ForAllValues", "ForAnyValue")
        return quantified and self.test in (*TESTS, "Null")

    def holds(self, context: Context) -> bool:
        """Whether the condition holds for a request."""
        actual = context.get(self.key)
        if self.test == "Null":
            return (actual is None) == (self.values[0].lower() == "true")
        if not actual:
            return self._holds_without_key()
        if self.key in MULTIVALUED and not self.quantifier:  # AWS requires a quantifier
            return False
        expected = [v for v in (resolve(value, context) for value in self.values) if v is not None]
        matches = [self._matches(value, expected) for value in actual]
        return all(matches) if self._requires_all() else any(matches)

    def _holds_without_key(self) -> bool:
        if self.if_exists or self.quantifier == "ForAllValues":
            return True
        return self.negated and self.quantifier != "ForAnyValue"

    def _requires_all(self) -> bool:
        return self.quantifier == "ForAllValues" or (self.negated and not self.quantifier)

    def _matches(self, value: str, expected: list[str]) -> bool:
        test = TESTS[self.test]
        return any(test(value, candidate) for candidate in expected) != self.negated


def _equal(value: str, expected: str) -> bool:
    return matches_text(_literal(expected), value)


def _equal_ignoring_case(value: str, expected: str) -> bool:
    return matches_text(_literal(expected), value, any_case=True)


def _literal(text: str) -> str:
    return text.replace("*", "\ue000").replace("?", "\ue001")


def _like(value: str, expected: str) -> bool:
    return matches_text(expected, value)


def _arn_like(value: str, expected: str) -> bool:
    return matches_arn(expected, value)


def _truth(value: str, expected: str) -> bool:
    return value.lower() == expected.lower()


def _in_network(value: str, expected: str) -> bool:
    with suppress(ValueError):
        return ip_address(value) in ip_network(expected, strict=False)
    return False


def _numbers(compare: Callable[[float, float], bool]) -> Test:
    def test(value: str, expected: str) -> bool:
        with suppress(ValueError):
            return compare(float(value), float(expected))
        return False

    return test


def _dates(compare: Callable[[float, float], bool]) -> Test:
    def test(value: str, expected: str) -> bool:
        with suppress(ValueError):
            return compare(_epoch(value), _epoch(expected))
        return False

    return test


def _epoch(text: str) -> float:
    """Seconds since 1970 of a date in a policy: ISO 8601 as the W3C has it, or already seconds.

    https://www.w3.org/TR/NOTE-datetime
    """
    with suppress(ValueError):
        return float(text)
    date = datetime.fromisoformat(f"{text}-01" if YEAR_AND_MONTH.fullmatch(text) else text)
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

TESTS: dict[str, Test] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_ignoring_case,
    "StringLike": _like,
    "ArnEquals": _arn_like,  # the same as ArnLike, according to AWS
    "ArnLike": _arn_like,
    "Bool": _truth,
    "BinaryEquals": _equal,
    "IpAddress": _in_network,
    **{f"Numeric{name}": _numbers(compare) for name, compare in COMPARISONS.items()},
    **{f"Date{name}": _dates(compare) for name, compare in COMPARISONS.items()},
}
