"""Policies that IAM does not store: too large, too many, or with what they may not have."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.roles import ACCOUNT
from tests.integration.test_permissions import refusal
from tests.integration.test_trust_policies import policy as trust

MISSING = f"arn:aws:iam::{ACCOUNT}:policy/missing"
LIMIT = "LimitExceeded"


def policy(size: int = 0, **changed: Any) -> str:
    """A policy of this size without its white space, of which it has a lot."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::"} | changed
    document = {"Version": "2012-10-17", "Statement": [statement]}
    if size:
        statement["Resource"] += "x" * (size - len(json.dumps(document, separators=(",", ":"))))
    return json.dumps(document, indent=40)


@pytest.fixture
def name() -> str:
    return f"quota-{uuid.uuid4().hex[:8]}"


@pytest.fixture(params=["Role", "User", "Group"])
def identity(request: pytest.FixtureRequest, cloud: Cloud, name: str) -> tuple[str, str]:
    """A kind of identity, and the name of one."""
    iam, kind = cloud.client("iam"), request.param
    more = {"AssumeRolePolicyDocument": trust()} if kind == "Role" else {}
    getattr(iam, f"create_{kind.lower()}")(**{f"{kind}Name": name}, **more)
    return kind, name


def test_inline_policies_have_a_size_together(cloud: Cloud, identity: tuple[str, str]) -> None:
    kind, name = identity
    most = {"Role": 10_240, "User": 2_048, "Group": 5_120}[kind]
    put = getattr(cloud.client("iam"), f"put_{kind.lower()}_policy")
    parameters = {f"{kind}Name": name, "PolicyName": "first"}
    put(**parameters, PolicyDocument=policy(most))
    put(**parameters, PolicyDocument=policy(most - 200))  # instead of the first
    parameters["PolicyName"] = "second"
    message = f"Maximum policy size of {most} bytes exceeded for {kind.lower()} {name}"
    too_large = refusal(put, **parameters, PolicyDocument=policy(201))
    assert too_large == (LIMIT, message, 409)
    put(**parameters, PolicyDocument=policy(200))


def test_ten_managed_policies_are_attached_at_most(cloud: Cloud, identity: tuple[str, str]) -> None:
    iam, (kind, name) = cloud.client("iam"), identity
    attach = getattr(iam, f"attach_{kind.lower()}_policy")
    arns = [
        iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=policy())["Policy"]["Arn"]
        for number in range(11)
    ]
    for arn in (*arns[:10], arns[0]):
        attach(**{f"{kind}Name": name}, PolicyArn=arn)
    message = f"Cannot exceed quota for PoliciesPer{kind}: 10"
    assert refusal(attach, **{f"{kind}Name": name}, PolicyArn=arns[10]) == (LIMIT, message, 409)


def test_a_managed_policy_has_a_size(cloud: Cloud, name: str) -> None:
    iam, message = cloud.client("iam"), "Cannot exceed quota for PolicySize: 6144"
    too_large = policy(6_145)
    refused = refusal(iam.create_policy, PolicyName=name, PolicyDocument=too_large)
    assert refused == (LIMIT, message, 409)
    created = iam.create_policy(PolicyName=name, PolicyDocument=policy(6_144))["Policy"]
    new_version = iam.create_policy_version
    refused = refusal(new_version, PolicyArn=created["Arn"], PolicyDocument=too_large)
    assert refused == (LIMIT, message, 409)


def test_a_trust_policy_has_a_size(cloud: Cloud, name: str) -> None:
    iam, message = cloud.client("iam"), "Cannot exceed quota for ACLSizePerRole: 2048"
    services = [f"{'x' * 40}{number}.amazonaws.com" for number in range(40)]
    too_large = trust(Principal={"Service": services})
    refused = refusal(iam.create_role, RoleName=name, AssumeRolePolicyDocument=too_large)
    assert refused == (LIMIT, message, 409)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust())
    refused = refusal(iam.update_assume_role_policy, RoleName=name, PolicyDocument=too_large)
    assert refused == (LIMIT, message, 409)


def test_a_boundary_is_a_policy_that_there_is(cloud: Cloud, name: str) -> None:
    iam, limit = cloud.client("iam"), {"PermissionsBoundary": MISSING}
    message = f"Scope ARN: {MISSING} does not exist or is not attachable."
    role = {"RoleName": name, "AssumeRolePolicyDocument": trust()}
    for call, parameters in ((iam.create_role, role), (iam.create_user, {"UserName": name})):
        assert refusal(call, **parameters, **limit) == ("NoSuchEntity", message, 404)
    iam.create_role(**role)
    iam.create_user(UserName=name)
    for call, parameters in (
        (iam.put_role_permissions_boundary, {"RoleName": name}),
        (iam.put_user_permissions_boundary, {"UserName": name}),
    ):
        assert refusal(call, **parameters, **limit) == ("NoSuchEntity", message, 404)
        call(**parameters, PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess")


def test_a_name_has_a_length(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    code, message, _ = refusal(iam.create_role, RoleName="x" * 65, AssumeRolePolicyDocument=trust())
    assert code == "ValidationError"
    assert message.endswith("Member must have length less than or equal to 64")


PRINCIPAL = "Policy document should not specify a principal."
SID = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular"
    " expression [0-9A-Za-z]*"
)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"Principal": "*"}, PRINCIPAL),
        ({"NotPrincipal": {"AWS": ACCOUNT}}, PRINCIPAL),
        ({"Sid": "in three words"}, SID),
    ],
)
def test_an_identitys_policy_has_no_principal_and_a_plain_sid(
    cloud: Cloud, identity: tuple[str, str], changed: dict[str, Any], message: str
) -> None:
    iam, (kind, name) = cloud.client("iam"), identity
    malformed = ("MalformedPolicyDocument", message, 400)
    document = {"PolicyDocument": policy(**changed)}
    put = getattr(iam, f"put_{kind.lower()}_policy")
    assert refusal(put, **{f"{kind}Name": name}, PolicyName="p", **document) == malformed
    assert refusal(iam.create_policy, PolicyName=name, **document) == malformed
    created = iam.create_policy(PolicyName=name, PolicyDocument=policy(Sid="Read"))["Policy"]
    assert refusal(iam.create_policy_version, PolicyArn=created["Arn"], **document) == malformed
