"""A role that nobody could assume is not created."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import refusal

TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
ONLY_STS = "AssumeRole policy may only specify STS AssumeRole actions."


def policy(**changed: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [TRUST | changed]})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"Resource": "*"}, "Has prohibited field Resource"),
        ({"NotResource": "arn:aws:s3:::b"}, "Has prohibited field Resource"),
        ({"Action": "s3:GetObject"}, ONLY_STS),
        ({"Action": ["sts:AssumeRole", "*"]}, ONLY_STS),
    ],
)
def test_a_trust_policy_is_about_sts_alone(cloud: Cloud, changed: Any, said: str) -> None:
    iam, name = cloud.client("iam"), f"probe-{uuid.uuid4().hex[:8]}"
    asked = {"RoleName": name, "AssumeRolePolicyDocument": policy(**changed)}
    assert refusal(iam.create_role, **asked) == ("MalformedPolicyDocument", said, 400)
    assert refusal(iam.get_role, RoleName=name)[0] == "NoSuchEntity"


def test_sessions_last_twelve_hours_at_most(cloud: Cloud) -> None:
    iam, name = cloud.client("iam"), f"probe-{uuid.uuid4().hex[:8]}"
    actions = {"Action": ["sts:AssumeRole", "sts:TagSession"]}
    asked = {"RoleName": name, "AssumeRolePolicyDocument": policy(**actions)}
    code, said, _ = refusal(iam.create_role, **asked, MaxSessionDuration=43_201)
    assert code == "ValidationError"
    assert said == (
        "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy"
        " constraint: Member must have value less than or equal to 43200"
    )
    iam.create_role(**asked, MaxSessionDuration=43_200)
    iam.delete_role(RoleName=name)
