"""Which bucket policies are public: AWS's page "The meaning of public", case by case."""

from __future__ import annotations

from typing import Any

import pytest

from localstack_host.services.iam.policies import of_document
from localstack_host.services.iam.public_policies import is_public

EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def public(*statements: dict[str, Any]) -> bool:
    return is_public(of_document({"Version": "2012-10-17", "Statement": list(statements)}))


def when(operator: str, key: str, value: Any) -> dict[str, Any]:
    return EVERYBODY | {"Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    "statement",
    [
        EVERYBODY,
        EVERYBODY | {"Principal": {"AWS": "*"}},
        EVERYBODY | {"Principal": {"AWS": ["arn:aws:iam::123456789012:root", "*"]}},
        {n: v for n, v in EVERYBODY.items() if n != "Principal"}
        | {"NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}},
        when("IpAddress", "aws:SourceIp", "0.0.0.0/1"),
        when("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "0.0.0.0/0"]),
        when("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"),
        when("StringLike", "aws:SourceVpc", "vpc-*"),
        when("StringEquals", "aws:PrincipalOrgID", "${aws:PrincipalOrgID}"),
        when("StringEqualsIfExists", "aws:SourceVpc", "vpc-91237329"),
        when("StringEquals", "s3:prefix", "public"),
        when("Bool", "aws:SecureTransport", "true"),
        when("StringLike", "aws:Referer", "https://example.com/*"),
    ],
)
def test_a_policy_that_lets_anybody_in_is_public(statement: dict[str, Any]) -> None:
    assert public(statement)
    assert public(EVERYBODY | {"Effect": "Deny"}, statement)


@pytest.mark.parametrize(
    "statement",
    [
        EVERYBODY | {"Effect": "Deny"},
        EVERYBODY | {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        EVERYBODY | {"Principal": {"Service": "cloudfront.amazonaws.com"}},
        when("IpAddress", "aws:SourceIp", "127.0.0.1/32"),
        when("IpAddress", "aws:SourceIp", ["192.0.2.1", "2001:db8::/32"]),
        when("StringEquals", "aws:SourceVpc", "vpc-91237329"),
        when("StringLike", "aws:SourceVpce", "vpce-1a2b3c4d"),
        when("StringEquals", "AWS:SourceAccount", "123456789012"),
        when("ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:orders"),
        when("StringEquals", "aws:PrincipalOrgID", "o-1234567890"),
        when(
            "ArnLike",
            "s3:DataAccessPointArn",
            "arn:aws:s3:us-west-2:123456789012:accesspoint/*",
        ),
    ],
)
def test_a_policy_with_a_fixed_limit_is_not(statement: dict[str, Any]) -> None:
    assert not public(statement)
