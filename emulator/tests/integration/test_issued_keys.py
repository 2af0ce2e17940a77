"""Keys are those that the emulator issued, and their secrets have to sign."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from tests.integration.conftest import Cloud, document
from tests.integration.roles import REGION, Role, allow
from tests.integration.test_permissions import refusal

# A call of each protocol, with the codes for an unknown key and for a wrong signature.
CALLS = [
    ("dynamodb", "list_tables", "UnrecognizedClientException", "InvalidSignatureException"),
    ("lambda", "list_functions", "UnrecognizedClientException", "InvalidSignatureException"),
    ("events", "list_rules", "UnrecognizedClientException", "InvalidSignatureException"),
    ("sns", "list_topics", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    ("sts", "get_caller_identity", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    ("s3", "list_buckets", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
]
OF_CALLS = pytest.mark.parametrize(("service", "call", "unknown", "wrong"), CALLS)


def client(cloud: Cloud, service: str, key: str, secret: str, token: str | None = None) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    session = boto3.Session(key, secret, token, region_name=REGION)
    return session.client(service, endpoint_url=cloud.endpoint, config=config)  # type: ignore[call-overload]


@pytest.fixture
def role(cloud: Cloud) -> Role:
    return Role(cloud, allow("*"))


@OF_CALLS
@pytest.mark.parametrize(
    "key", ["AKIAIOSFODNN7EXAMPLE", "ASIAQAAAAAAAAAAAAAAA", "LKIAQ" + 15 * "A"]
)
def test_a_key_that_was_never_issued_is_nobodys(
    cloud: Cloud, service: str, call: str, unknown: str, wrong: str, key: str
) -> None:
    code, message, _ = refusal(getattr(client(cloud, service, key, "secret"), call))
    assert code == unknown
    assert key in message
    assert wrong != unknown


@OF_CALLS
def test_a_session_needs_its_secret_and_its_token(
    role: Role, service: str, call: str, unknown: str, wrong: str
) -> None:
    key, secret, token = (
        role.keys[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    )
    getattr(client(role.cloud, service, key, secret, token), call)()
    for keys, code in (
        ((key, "another", token), wrong),
        ((key, secret, None), unknown),
        ((key, secret, f"{token}x"), unknown),
    ):
        assert refusal(getattr(client(role.cloud, service, *keys), call))[0] == code


def test_a_users_key_is_good_until_it_is_inactive_or_deleted(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="grace")
    named = {"UserName": "grace", "PolicyName": "listing"}
    iam.put_user_policy(**named, PolicyDocument=document(allow("dynamodb:ListTables")))
    key = iam.create_access_key(UserName="grace")["AccessKey"]
    tables = client(cloud, "dynamodb", key["AccessKeyId"], key["SecretAccessKey"]).list_tables
    tables()
    other = client(cloud, "dynamodb", key["AccessKeyId"], "another").list_tables
    assert refusal(other)[0] == "InvalidSignatureException"
    its = {"UserName": "grace", "AccessKeyId": key["AccessKeyId"]}
    iam.update_access_key(**its, Status="Inactive")
    assert refusal(tables)[0] == "UnrecognizedClientException"
    iam.update_access_key(**its, Status="Active")
    tables()
    iam.delete_access_key(**its)
    assert refusal(tables)[0] == "UnrecognizedClientException"
    iam.delete_user_policy(**named)
    iam.delete_user(UserName="grace")


def test_temporary_keys_of_the_owner_are_keys(cloud: Cloud) -> None:
    sts = cloud.client("sts")
    for keys in (
        sts.get_session_token()["Credentials"],
        sts.get_federation_token(Name="ada", Policy=document(allow("dynamodb:*")))["Credentials"],
    ):
        issued = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        client(cloud, "dynamodb", *issued).list_tables()
        wrong = client(cloud, "dynamodb", issued[0], "another", issued[2])
        assert refusal(wrong.list_tables)[0] == "InvalidSignatureException"
        wrong = client(cloud, "dynamodb", issued[0], issued[1], "another")
        assert refusal(wrong.list_tables)[0] == "UnrecognizedClientException"


def test_bodies_of_all_kinds_are_signed_and_arrive(role: Role) -> None:
    functions, objects = role.client("lambda"), role.client("s3")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handle(event, context):\n    return event\n")
    name = f"{role.name}-echo"
    lambda_role = role.cloud.role()
    functions.create_function(
        FunctionName=name, Runtime="python3.13", Role=lambda_role, Handler="app.handle",
        Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    sent = json.dumps({"key": "ü" * 1000}).encode()
    for qualified in (name, f"arn:aws:lambda:{REGION}:000000000000:function:{name}"):
        answer = functions.invoke(FunctionName=qualified, Payload=sent)
        assert json.loads(answer["Payload"].read()) == json.loads(sent)
    functions.delete_function(FunctionName=name)

    bucket = f"signed-{role.name}"
    place = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    objects.create_bucket(Bucket=bucket, **place)
    where = {"Bucket": bucket, "Key": "a b/ü+(1).txt"}
    objects.put_object(**where, Body=b"contents", Metadata={"note": "two  spaces"})
    assert objects.get_object(**where)["Body"].read() == b"contents"
    url = objects.generate_presigned_url("get_object", Params=where)
    assert httpx.get(url).text == "contents"
    for name in (where["Key"],):
        objects.delete_object(Bucket=bucket, Key=name)
    objects.delete_bucket(Bucket=bucket)


def test_a_presigned_address_of_a_role_is_its_own(role: Role) -> None:
    config = Config(signature_version="s3v4")
    keys = [role.keys[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    bucket = f"presigned-{role.name}"
    place = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    owner = role.cloud.client("s3")
    owner.create_bucket(Bucket=bucket, **place)
    owner.put_object(Bucket=bucket, Key="mine", Body=b"mine")
    owner.put_object(Bucket=bucket, Key="other", Body=b"other")
    session = boto3.Session(*keys, region_name=REGION)
    signing = session.client("s3", endpoint_url=role.cloud.endpoint, config=config)
    url = signing.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "mine"})
    assert httpx.get(url).text == "mine"
    changed = httpx.get(url.replace("/mine", "/other"))
    assert (changed.status_code, "SignatureDoesNotMatch" in changed.text) == (403, True)
    for key in ("mine", "other"):
        owner.delete_object(Bucket=bucket, Key=key)
    owner.delete_bucket(Bucket=bucket)
