"""Presigned URLs of S3 are verified, and are served until they expire."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from tests.integration.conftest import Cloud
from tests.integration.roles import REGION, Role, allow
from tests.integration.unsigned.raw import Raw
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

KEY = "a b/ü+(1)~%2F&=.txt"
Keys = tuple[str, ...]


@pytest.fixture
def bucket(cloud: Cloud) -> Iterator[str]:
    name, s3 = f"presigned-{uuid.uuid4().hex[:8]}", cloud.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=name, Key=KEY, Body=b"content")
    yield name
    for found in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=found["Key"])
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def raw(cloud: Cloud) -> Raw:
    return Raw(cloud.endpoint)


def of_owner(_cloud: Cloud) -> Keys:
    return "test", "test"


def of_account(_cloud: Cloud) -> Keys:
    return "000000000000", "test"


def of_role(cloud: Cloud) -> Keys:
    keys = Role(cloud, allow("s3:*")).keys
    return keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]


def of_user(cloud: Cloud) -> Keys:
    iam, name = cloud.client("iam"), f"user-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def of_session_of_owner(cloud: Cloud) -> Keys:
    keys = cloud.client("sts").get_session_token()["Credentials"]
    return keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]


OF_ALL = pytest.mark.parametrize(
    "keys_of", [of_owner, of_account, of_role, of_user, of_session_of_owner]
)
VERSIONS = pytest.mark.parametrize("version", ["s3", "s3v4"])


def presign(
    cloud: Cloud, version: str, keys: Keys, call: str, seconds: int = 60, **named: Any
) -> str:
    session = boto3.Session(*keys, region_name=REGION)
    config = Config(signature_version=version)
    s3 = session.client("s3", endpoint_url=cloud.endpoint, config=config)
    return str(s3.generate_presigned_url(call, Params=named, ExpiresIn=seconds))


@OF_ALL
@VERSIONS
def test_a_url_is_what_its_signer_signed(
    cloud: Cloud, raw: Raw, bucket: str, version: str, keys_of: Callable[[Cloud], Keys]
) -> None:
    keys = keys_of(cloud)
    named = {"Bucket": bucket, "Key": KEY}
    url = presign(cloud, version, keys, "get_object", **named)
    assert httpx.get(url).text == "content"
    other = presign(cloud, version, (keys[0], "another", *keys[2:]), "get_object", **named)
    for wrong in (url.replace(f"/{bucket}/a", f"/{bucket}/b"), other):
        answer = httpx.get(wrong)
        assert (raw.code(answer), answer.status_code) == ("SignatureDoesNotMatch", 403)
    for method in ("PUT", "DELETE"):
        assert httpx.request(method, url).status_code == 403


@OF_ALL
@VERSIONS
def test_a_url_expires(
    cloud: Cloud, raw: Raw, bucket: str, version: str, keys_of: Callable[[Cloud], Keys]
) -> None:
    url = presign(cloud, version, keys_of(cloud), "get_object", 1, Bucket=bucket, Key=KEY)
    wait_for(lambda: httpx.get(url).status_code != 200, "it is still served")
    answer = httpx.get(url)
    assert (raw.code(answer), answer.status_code) == ("AccessDenied", 403)
    assert "Request has expired" in answer.text


@VERSIONS
def test_an_upload_has_the_headers_that_were_signed(
    cloud: Cloud, bucket: str, version: str
) -> None:
    named = {"Bucket": bucket, "Key": "put", "Metadata": {"a": "b"}, "ContentType": "text/css"}
    url = presign(cloud, version, of_role(cloud), "put_object", **named)
    headers = {"x-amz-meta-a": "b", "Content-Type": "text/css"}
    assert httpx.put(url, content=b"x", headers=headers).is_success
    stored = cloud.client("s3").head_object(Bucket=bucket, Key="put")
    assert (stored["Metadata"], stored["ContentType"]) == ({"a": "b"}, "text/css")
    for wrong in ({"Content-Type": "text/html"}, {"x-amz-meta-c": "d"}):
        assert httpx.put(url, content=b"x", headers=headers | wrong).status_code == 403


@VERSIONS
def test_a_key_that_was_never_issued_signs_nothing(
    cloud: Cloud, raw: Raw, bucket: str, version: str
) -> None:
    for key in ("AKIAIOSFODNN7EXAMPLE", "ASIAQAAAAAAAAAAAAAAA"):
        url = presign(cloud, version, (key, "test"), "get_object", Bucket=bucket, Key=KEY)
        answer = httpx.get(url)
        assert (raw.code(answer), answer.status_code) == ("InvalidAccessKeyId", 403)


def test_a_key_that_is_deleted_signs_nothing(cloud: Cloud, raw: Raw, bucket: str) -> None:
    key, secret = of_user(cloud)
    url = presign(cloud, "s3v4", (key, secret), "get_object", Bucket=bucket, Key=KEY)
    assert httpx.get(url).text == "content"
    iam = cloud.client("iam")
    user = iam.get_access_key_last_used(AccessKeyId=key)["UserName"]
    iam.delete_access_key(UserName=user, AccessKeyId=key)
    assert raw.code(httpx.get(url)) == "InvalidAccessKeyId"
