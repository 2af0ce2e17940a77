"""Sessions of IAM users, federated users, and the roles that users assume."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from localstack_host.host import process
from localstack_host.services.iam import totp
from tests.integration.conftest import TRUST, Cloud, document
from tests.integration.roles import ACCOUNT, ROOT, allow
from tests.integration.test_permissions import refusal
from tests.integration.users import GET, MISSING, User, client_of, code

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize("trusted", ["account", "user", "other"])
def test_a_role_is_assumed_if_it_trusts_the_user_and_the_user_may(
    cloud: Cloud, trusted: str
) -> None:
    user, other = User(cloud), User(cloud)
    principal = {"account": ROOT, "user": user.arn, "other": other.arn}[trusted]
    role = cloud.role(allow("dynamodb:*"), AWS=principal)
    assume, wanted = user.client("sts").assume_role, {"RoleArn": role, "RoleSessionName": "test"}

    without_policy = code(assume, **wanted)
    user.may(allow("sts:AssumeRole", role))
    with_policy = code(assume, **wanted)

    assert (without_policy, with_policy) == {
        "account": ("AccessDenied", ""),
        "user": ("", ""),
        "other": ("AccessDenied", "AccessDenied"),
    }[trusted]
    user.may({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"})
    _, message, _ = refusal(assume, **wanted)
    assert f"User: {user.arn} is not authorized to perform: sts:AssumeRole" in message


def test_a_role_that_wants_mfa_is_assumed_with_a_device_of_the_user_only(cloud: Cloud) -> None:
    user = User(cloud, allow("sts:AssumeRole"))
    with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    trust = TRUST | {"Principal": {"AWS": ROOT}, "Condition": with_mfa}
    role = cloud.role(allow("sqs:*", Condition=with_mfa), AWS=ROOT)
    user.iam.update_assume_role_policy(
        RoleName=role.rpartition("/")[2], PolicyDocument=document(trust)
    )
    device = user.iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)["VirtualMFADevice"]
    serial, seed = device["SerialNumber"], device["Base32StringSeed"].decode()
    code_at = lambda later: totp.code(seed, time.time() + later)  # noqa: E731
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    enable = partial(user.iam.enable_mfa_device, UserName=user.name, SerialNumber=serial)
    assert code(enable, **codes) == "InvalidAuthenticationCode"
    enable(AuthenticationCode1=code_at(0), AuthenticationCode2=code_at(30))
    assume, wanted = user.client("sts").assume_role, {"RoleArn": role, "RoleSessionName": "test"}
    assert code(assume, **wanted) == "AccessDenied"
    for wrong in (
        {"SerialNumber": f"{serial}x", "TokenCode": code_at(0)},
        {"SerialNumber": serial, "TokenCode": code_at(3600)},
    ):
        assert code(assume, **wanted, **wrong) == "AccessDenied"
    keys = assume(**wanted, SerialNumber=serial, TokenCode=code_at(0))["Credentials"]
    assert code(client_of(cloud, keys, "sqs").list_queues) == ""

    tokens = user.client("sts").get_session_token
    user.may(allow("iam:ListUsers"))
    for arguments, expected in (
        ({}, "InvalidClientTokenId"),
        ({"SerialNumber": serial, "TokenCode": code_at(0)}, ""),
    ):
        keys = tokens(**arguments)["Credentials"]
        assert code(client_of(cloud, keys, "iam").list_users) == expected
    assert code(tokens, SerialNumber=serial, TokenCode="abcdef") == "AccessDenied"


def test_a_session_lasts_as_long_as_its_role_permits(cloud: Cloud) -> None:
    user = User(cloud, allow("sts:AssumeRole"))
    role = cloud.role(allow("sts:*"), AWS=ROOT)
    assume, wanted = user.client("sts").assume_role, {"RoleArn": role, "RoleSessionName": "test"}
    _, message, _ = refusal(assume, **wanted, DurationSeconds=3601)
    exceeds = "The requested DurationSeconds exceeds the "
    assert message == f"{exceeds}MaxSessionDuration set for this role."
    user.iam.update_role(RoleName=role.rpartition("/")[2], MaxSessionDuration=7200)

    session = assume(**wanted, DurationSeconds=7200)
    left = session["Credentials"]["Expiration"] - datetime.now(UTC)
    assert timedelta(seconds=7100) < left <= timedelta(seconds=7200)
    chained = client_of(cloud, session["Credentials"], "sts").assume_role
    _, message, _ = refusal(chained, **wanted, DurationSeconds=3601)
    assert message == f"{exceeds}1 hour session limit for roles assumed by role chaining."
    owners = cloud.client("sts").get_session_token(DurationSeconds=7200)["Credentials"]
    assert owners["Expiration"] - datetime.now(UTC) <= timedelta(hours=1)


def test_a_session_of_a_user_has_the_users_rights(cloud: Cloud) -> None:
    user = User(cloud, allow("dynamodb:GetItem"))
    keys = user.client("sts").get_session_token()["Credentials"]
    session = lambda service: client_of(cloud, keys, service)  # noqa: E731

    assert session("sts").get_caller_identity()["Arn"] == user.arn
    assert code(session("dynamodb").get_item, **GET) == MISSING
    assert refusal(session("dynamodb").list_tables)[1].startswith(f"User: {user.arn} ")
    assert code(client_of(cloud, keys | {"SessionToken": "x"}, "dynamodb").get_item, **GET) == (
        "UnrecognizedClientException"
    )
    assert refusal(session("sts").get_session_token)[1] == (
        "Cannot call GetSessionToken with session credentials"
    )
    user.may_nothing()
    assert code(session("dynamodb").get_item, **GET) == "AccessDeniedException"
    user.iam.delete_access_key(UserName=user.name, AccessKeyId=user.key["AccessKeyId"])
    user.iam.delete_user(UserName=user.name)
    assert code(session("dynamodb").get_item, **GET) == "UnrecognizedClientException"


def test_a_federated_user_has_what_both_policies_allow(cloud: Cloud) -> None:
    user = User(cloud, allow("sts:GetFederationToken"), allow("dynamodb:*"))
    tokens = user.client("sts").get_federation_token
    limit = document(allow("dynamodb:GetItem"), allow("sqs:*"))
    issued = tokens(Name="ada", Policy=limit)
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/ada"
    keys = issued["Credentials"]
    session = lambda service: client_of(cloud, keys, service)  # noqa: E731

    assert (issued["FederatedUser"]["Arn"], issued["FederatedUser"]["FederatedUserId"]) == (
        arn, f"{ACCOUNT}:ada",
    )  # fmt: skip
    identity = session("sts").get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (arn, f"{ACCOUNT}:ada")
    assert code(session("dynamodb").get_item, **GET) == MISSING
    _, message, _ = refusal(session("dynamodb").list_tables)
    assert message.startswith(f"User: {arn} is not authorized to perform: dynamodb:ListTables")
    assert message.endswith("because no session policy allows the dynamodb:ListTables action")
    assert code(session("sqs").list_queues) == "AccessDenied"
    assert code(session("iam").list_users) == "InvalidClientTokenId"

    managed = user.managed(allow("dynamodb:ListTables"))
    named = tokens(Name="bob", PolicyArns=[{"arn": managed}])["Credentials"]
    assert code(client_of(cloud, named, "dynamodb").list_tables) == ""
    assert code(client_of(cloud, named, "dynamodb").get_item, **GET) == "AccessDeniedException"
    nothing = tokens(Name="eve")["Credentials"]
    assert code(client_of(cloud, nothing, "dynamodb").list_tables) == "AccessDeniedException"
    user.may(allow("dynamodb:*"))
    _, message, _ = refusal(tokens, Name="ada")
    assert f"sts:GetFederationToken on resource: {arn} " in message


def test_tags_of_a_session_want_a_permission_and_are_those_of_its_principal(cloud: Cloud) -> None:
    user = User(cloud, allow("sts:*"))
    of_stock = {"StringEquals": {"aws:PrincipalTag/team": "stock"}}
    role = cloud.role(allow("sqs:ListQueues", Condition=of_stock), AWS=ROOT)
    name, assume = role.rpartition("/")[2], user.client("sts").assume_role
    user.iam.tag_role(RoleName=name, Tags=[{"Key": "team", "Value": "orders"}])
    plain = {"RoleArn": role, "RoleSessionName": "test"}
    tagged = plain | {"Tags": [{"Key": "team", "Value": "stock"}]}

    assert f"sts:TagSession on resource: {role} " in refusal(assume, **tagged)[1]
    trust = TRUST | {"Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": {"AWS": ROOT}}
    user.iam.update_assume_role_policy(RoleName=name, PolicyDocument=document(trust))
    codes = [
        code(client_of(cloud, assume(**wanted)["Credentials"], "sqs").list_queues)
        for wanted in (plain, tagged)
    ]
    assert codes == ["AccessDenied", ""]


def test_users_and_their_sessions_are_there_again_after_a_restart(own: process.Emulator) -> None:
    cloud = Cloud(own.endpoint)
    user = User(cloud, allow("sqs:ListQueues"))
    session = user.client("sts").get_session_token()["Credentials"]
    process.stop()
    process.start(own.port)
    for keys in (user.key, session):
        assert code(client_of(cloud, keys, "sqs").list_queues) == ""
        assert code(client_of(cloud, keys, "dynamodb").list_tables) == "AccessDeniedException"


def test_managed_session_policies_limit_a_role(cloud: Cloud) -> None:
    user = User(cloud, allow("sts:AssumeRole"))
    role = cloud.role(allow("*"), AWS=ROOT)
    limit = user.managed(allow("sqs:*"))
    keys = user.client("sts").assume_role(
        RoleArn=role, RoleSessionName="test", PolicyArns=[{"arn": limit}]
    )["Credentials"]
    assert code(client_of(cloud, keys, "sqs").list_queues) == ""
    _, message, _ = refusal(client_of(cloud, keys, "dynamodb").list_tables)
    assert message.endswith("because no session policy allows the dynamodb:ListTables action")
