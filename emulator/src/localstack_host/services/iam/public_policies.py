"""Which policies of buckets are public, as S3's settings to block public access mean it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_network

from localstack_host.services.iam.conditions import Condition
from localstack_host.services.iam.policies import CACHED, Policy, Statement

ADDRESSES = "aws:sourceip"
POINTS = "s3:dataaccesspointarn"
# Conditions on these keys, with fixed values, leave only some of everybody.
LIMITING = frozenset(
    {
        ADDRESSES,
        POINTS,
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
    }
)
OPERATORS = frozenset(
    {"ArnEquals", "ArnLike", "IpAddress", "StringEquals", "StringEqualsIgnoreCase", "StringLike"}
)
# "very broad IP ranges … are evaluated as public": the shortest prefix that is not, by version.
NARROW = {4: 8, 6: 32}


@lru_cache(CACHED)
def is_public(policy: Policy) -> bool:
    """Whether one of its statements allows something to everybody, without a fixed limit."""
    return any(s.allows and _names_everybody(s) and not _is_limited(s) for s in policy.statements)


def _names_everybody(statement: Statement) -> bool:
    if statement.not_principals is not None:
        return True
    return statement.principals is not None and "*" in statement.principals.named("AWS")


def _is_limited(statement: Statement) -> bool:
    return any(
        condition.key in LIMITING
        and condition.test in OPERATORS
        and not (condition.negated or condition.if_exists or condition.quantifier)
        and bool(condition.values)
        and all(_is_fixed(condition, value) for value in condition.values)
        for condition in statement.conditions
    )


def _is_fixed(condition: Condition, value: str) -> bool:
    """Whether a value has no wildcard and no variable; an access point may have any name."""
    if condition.key == ADDRESSES:
        return _is_narrow(value)
    fixed = value.partition(":accesspoint/")[0] if condition.key == POINTS else value
    return not any(part in fixed for part in ("*", "?", "${"))


def _is_narrow(addresses: str) -> bool:
    try:
        network = ip_network(addresses, strict=False)
    except ValueError:
        return False
    return network.is_private or network.prefixlen >= NARROW[network.version]
