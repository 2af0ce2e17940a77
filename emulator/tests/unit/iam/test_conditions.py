"""Every operator, on values that fit, that do not, and that are absent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.iam.asked import ask, statement

ARN = "arn:aws:sns:us-east-2:000000000000:orders"


def holds(operator: str, wanted: Any, found: Any = None, key: str = "aws:SourceArn") -> bool:
    keys = {} if found is None else {key: found}
    return ask(statement(Condition={operator: {key: wanted}}), keys=keys).allowed


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", ["b", "a"], "a", True),
        ("StringEquals", "A", "a", False),
        ("StringEquals", "*", "a", False),
        ("StringEquals", "a*", "a*", True),
        ("StringNotEquals", "a", "a", False),
        ("StringNotEquals", ["b", "a"], "a", False),
        ("StringNotEquals", ["b", "c"], "a", True),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringNotEqualsIgnoreCase", "A", "a", False),
        ("StringLike", "a*c?", "abbcd", True),
        ("StringLike", "a*c?", "abbc", False),
        ("StringNotLike", "a*", "abc", False),
        ("StringNotLike", "b*", "abc", True),
        ("ArnEquals", ARN, ARN, True),
        ("ArnEquals", "arn:aws:sns:*:*:ord*", ARN, True),
        ("ArnLike", "arn:aws:sns:us-east-2:000000000000:*", ARN, True),
        ("ArnLike", "arn:aws:sns:*:orders", ARN, False),
        ("ArnNotEquals", ARN, ARN, False),
        ("ArnNotLike", "arn:aws:sqs:*:*:*", ARN, True),
        ("Bool", "true", "true", True),
        ("Bool", True, "true", True),
        ("Bool", False, "true", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", 10, "10", True),
        ("NumericNotEquals", "10", "11", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "9", "10", True),  # not as text
        ("NumericGreaterThanEquals", "11", "10", False),
        ("NumericEquals", "ten", "10", False),
        ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
        ("DateNotEquals", "2026-01-01", "2026-01-02", True),
        ("DateLessThan", "2026-01-02", "2026-01-01T23:59:59Z", True),
        ("DateLessThanEquals", "2026-01-01T00:00:00Z", "1767225600", True),
        ("DateGreaterThan", "2026-01-01", "2026-01-01T00:00:00Z", False),
        ("DateGreaterThanEquals", "2026-01-01", "2026-01-01T00:00:00Z", True),
        ("DateGreaterThan", "yesterday", "2026-01-01", False),
        ("DateLessThan", "2026-02", "2026-01-31T23:59:59Z", True),
        ("DateEquals", "2026-02", "2026-02-01T00:00:00Z", True),
        ("DateEquals", "2026-02-01T00:00Z", "2026-02-01", True),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", ["192.168.0.0/16", "10.1.2.3"], "10.1.2.3", True),
        ("IpAddress", "10.0.0.0/8", "11.1.2.3", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("Null", "true", "a", False),
        ("Null", "false", "a", True),
        ("StringEqualsIfExists", "a", "a", True),
        ("StringEqualsIfExists", "a", "b", False),
        ("StringNotEqualsIfExists", "a", "a", False),
    ],
)
def test_an_operator_compares(operator: str, wanted: Any, found: str, expected: bool) -> None:
    assert holds(operator, wanted, found) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringLike", False),
        ("ArnLike", False),
        ("Bool", False),
        ("NumericLessThan", False),
        ("IpAddress", False),
        ("StringNotEquals", True),
        ("ArnNotLike", True),
        ("NotIpAddress", True),
        ("StringEqualsIfExists", True),
        ("ArnLikeIfExists", True),
        ("BoolIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAllValues:StringNotEquals", True),
    ],
)
def test_a_key_that_is_absent(operator: str, expected: bool) -> None:
    assert holds(operator, "true") is expected


def test_null_asks_whether_a_key_is_absent() -> None:
    assert holds("Null", "true")
    assert not holds("Null", "false")


@pytest.mark.parametrize(
    ("operator", "found", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a", "c"], True),
        ("ForAnyValue:StringEquals", ["c", "d"], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["a", "d"], False),
        ("ForAnyValue:StringNotEquals", ["a", "d"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
        ("ForAllValues:StringLikeIfExists", ["a", "b"], True),
    ],
)
def test_keys_of_many_values(operator: str, found: list[str], expected: bool) -> None:
    assert holds(operator, ["a", "b"], found) is expected


@pytest.mark.parametrize("key", ["aws:TagKeys", "aws:CalledVia", "dynamodb:LeadingKeys"])
@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringLikeIfExists"])
def test_a_key_of_many_values_needs_a_quantifier(key: str, operator: str) -> None:
    assert not holds(operator, ["a", "b"], ["a"], key)
    assert not holds(operator, ["x"], ["a"], key)
    assert holds(f"ForAnyValue:{operator}", ["a", "b"], ["a", "c"], key)


def test_a_key_of_many_values_is_no_variable() -> None:
    keys = {"aws:PrincipalTag/team": "a", "aws:TagKeys": ["a"]}
    like = {"StringEquals": {"aws:PrincipalTag/team": "${aws:TagKeys}"}}
    unlike = {"StringNotEquals": {"aws:PrincipalTag/team": "${aws:TagKeys}"}}
    assert not ask(statement(Condition=like), keys=keys).allowed
    assert ask(statement(Condition=unlike), keys=keys).allowed


def test_keys_are_compared_in_any_case() -> None:
    block = {"StringEquals": {"AWS:SOURCEaccount": "1"}}
    assert ask(statement(Condition=block), keys={"aws:SourceAccount": "1"}).allowed


def test_all_conditions_must_hold() -> None:
    block = {
        "StringEquals": {"aws:SourceAccount": "1", "aws:PrincipalType": "AssumedRole"},
        "Bool": {"aws:SecureTransport": "true"},
    }
    keys = {
        "aws:SourceAccount": "1",
        "aws:PrincipalType": "AssumedRole",
        "aws:SecureTransport": "true",
    }
    assert ask(statement(Condition=block), keys=keys).allowed
    for key in keys:
        assert not ask(statement(Condition=block), keys=keys | {key: "other"}).allowed


def test_a_value_may_be_a_variable() -> None:
    block = {"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}
    allow = statement(Condition=block)
    assert ask(allow, keys={"aws:SourceAccount": "1", "aws:PrincipalAccount": "1"}).allowed
    assert not ask(allow, keys={"aws:SourceAccount": "1", "aws:PrincipalAccount": "2"}).allowed
    assert not ask(allow, keys={"aws:SourceAccount": "1"}).allowed


def test_a_resource_may_hold_the_variable_of_the_source_account() -> None:
    allow = statement(Resource="arn:aws:sns:us-east-2:${aws:SourceAccount}:orders")
    assert ask(allow, resource=ARN, keys={"aws:SourceAccount": "000000000000"}).allowed
    assert not ask(allow, resource=ARN, keys={"aws:SourceAccount": "111111111111"}).allowed
