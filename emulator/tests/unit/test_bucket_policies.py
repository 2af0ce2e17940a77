"""Policies of buckets: which S3 does not store."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.s3 import bucket_policies

BUCKET = "arn:aws:s3:::photos"
RESOURCE, ACTION = "Policy has invalid resource", "Policy has invalid action"
NOWHERE = "Action does not apply to any resource(s) in statement"


def reason(**changed: Any) -> str:
    """Why a policy is refused; empty for one that is stored."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": BUCKET}
    statement = {name: value for name, value in (statement | changed).items() if value}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    try:
        bucket_policies.check("photos", text)
    except CommonServiceException as error:
        return f"{error.code}: {error.message}"
    return ""


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"Resource": "arn:aws:s3:::videos/*"}, RESOURCE),
        ({"Resource": [BUCKET, "arn:aws:s3:::videos"]}, RESOURCE),
        ({"Resource": None, "NotResource": "arn:aws:s3:::photos2/*"}, RESOURCE),
        ({"Resource": "photos/*"}, RESOURCE),
        ({"Resource": "arn:aws:sqs:us-east-2:000000000000:photos"}, RESOURCE),
        ({"Action": "s3:GetObject"}, NOWHERE),
        ({"Action": ["s3:ListBucket", "s3:PutObject"]}, NOWHERE),
        ({"Action": "s3:ListBucket", "Resource": f"{BUCKET}/*"}, NOWHERE),
        ({"Action": "sqs:SendMessage"}, ACTION),
        ({"Principal": None}, "Missing required field Principal"),
    ],
)
def test_a_policy_that_is_none_for_the_bucket_is_refused(
    changed: dict[str, Any], expected: str
) -> None:
    assert reason(**changed) == f"MalformedPolicy: {expected}"


@pytest.mark.parametrize(
    "changed",
    [
        {"Action": ["s3:ListBucket", "s3:GetObject"], "Resource": [BUCKET, f"{BUCKET}/a*"]},
        {"Action": "s3:GetObject", "Resource": f"{BUCKET}/${{aws:username}}/*"},
        {"Action": "s3:GetObject", "Resource": "*"},
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::photo*"},
        {"Action": "s3:Get*"},
        {"Action": "s3:SomethingNew"},
        {"Action": "*", "Resource": f"{BUCKET}/*"},
        {"Effect": "Deny", "Principal": None, "NotPrincipal": {"AWS": "000000000000"}},
    ],
)
def test_a_policy_for_the_bucket_is_stored(changed: dict[str, Any]) -> None:
    assert reason(**changed) == ""
