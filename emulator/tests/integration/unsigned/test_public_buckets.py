"""What a bucket's policy and access control lists tell everybody about objects."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import REGION, Cloud, document
from tests.integration.unsigned.raw import Raw
from tests.integration.unsigned.test_served import allow

pytestmark = pytest.mark.exhaustive

WEBSITE = {"IndexDocument": {"Suffix": "index.html"}}
PUBLIC: dict[str, Any] = {"ACL": "public-read"}


def a_bucket(cloud: Cloud) -> str:
    """A bucket that may be public, and is not yet."""
    name, s3 = f"public-{uuid.uuid4().hex[:8]}", cloud.client("s3")
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket=name)
    return name


def list_by_acl(cloud: Cloud, bucket: str) -> None:
    cloud.client("s3").put_bucket_acl(Bucket=bucket, ACL="public-read")


def list_by_policy(cloud: Cloud, bucket: str) -> None:
    listing = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")
    cloud.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(listing))


LISTED = pytest.mark.parametrize("let_list", [list_by_acl, list_by_policy])


@LISTED
@pytest.mark.parametrize("query", ["", "?acl", "?tagging", "?attributes"])
def test_who_may_list_is_told_that_an_object_is_missing(
    cloud: Cloud, raw: Raw, let_list: Any, query: str
) -> None:
    bucket = a_bucket(cloud)
    headers = {"x-amz-object-attributes": "ETag"}
    before = raw.get(f"/{bucket}/none{query}", headers=headers)
    assert (raw.code(before), before.status_code) == ("AccessDenied", 403)
    let_list(cloud, bucket)
    missing = raw.get(f"/{bucket}/none{query}", headers=headers)
    assert (raw.code(missing), missing.status_code) == ("NoSuchKey", 404)
    assert raw.head(f"/{bucket}/none").status_code == 404


@LISTED
def test_who_may_list_may_not_read(cloud: Cloud, raw: Raw, let_list: Any) -> None:
    bucket, s3 = a_bucket(cloud), cloud.client("s3")
    let_list(cloud, bucket)
    s3.put_object(Bucket=bucket, Key="private", Body=b"content")
    s3.put_object(Bucket=bucket, Key="public", Body=b"content", **PUBLIC)
    assert raw.get(f"/{bucket}/private").status_code == 403
    assert raw.get(f"/{bucket}/public").text == "content"
    assert raw.get(f"/{bucket}").is_success


def test_who_may_read_but_not_list_is_not_told(cloud: Cloud, raw: Raw) -> None:
    bucket = a_bucket(cloud)
    reading = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    cloud.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(reading))
    assert raw.get(f"/{bucket}/none").status_code == 403


def test_a_version_has_a_list_of_its_own(cloud: Cloud, raw: Raw) -> None:
    bucket, s3 = a_bucket(cloud), cloud.client("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(Bucket=bucket, Key="key", Body=b"old", **PUBLIC)["VersionId"]
    new = s3.put_object(Bucket=bucket, Key="key", Body=b"new")["VersionId"]
    assert raw.get(f"/{bucket}/key").status_code == 403
    assert raw.get(f"/{bucket}/key?versionId={new}").status_code == 403
    assert raw.get(f"/{bucket}/key?versionId={old}").text == "old"
    s3.delete_object(Bucket=bucket, Key="key")
    assert raw.get(f"/{bucket}/key").status_code == 403
    list_by_acl(cloud, bucket)
    assert raw.code(raw.get(f"/{bucket}/key")) == "NoSuchKey"


def test_who_may_write_sets_the_list_of_what_is_new(cloud: Cloud, raw: Raw) -> None:
    bucket, s3 = a_bucket(cloud), cloud.client("s3")
    s3.put_object(Bucket=bucket, Key="source", Body=b"content")
    headers = {"x-amz-acl": "public-read"}
    assert raw.put(f"/{bucket}/new", content=b"x", headers=headers).status_code == 403
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    assert raw.put(f"/{bucket}/new", content=b"x", headers=headers).is_success
    assert raw.get(f"/{bucket}/new").text == "x"
    assert raw.put(f"/{bucket}/source?acl", headers=headers).status_code == 403
    copy = {"x-amz-copy-source": f"/{bucket}/new"}
    assert raw.put(f"/{bucket}/copy", headers=copy).status_code == 403
    assert raw.delete(f"/{bucket}/new").is_success


def a_website(cloud: Cloud, **settings: Any) -> tuple[str, dict[str, str]]:
    """A bucket that is a website, and the headers of a request for it."""
    bucket = a_bucket(cloud)
    cloud.client("s3").put_bucket_website(Bucket=bucket, WebsiteConfiguration=WEBSITE | settings)
    return bucket, {"Host": f"{bucket}.s3-website.localhost.localstack.cloud"}


def let_read(cloud: Cloud, bucket: str) -> None:
    reading = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    cloud.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(reading))


@pytest.mark.parametrize(("let_in", "status"), [(list_by_acl, 404), (let_read, 403)])
def test_a_website_has_its_error_document(cloud: Cloud, raw: Raw, let_in: Any, status: int) -> None:
    bucket, host = a_website(cloud, ErrorDocument={"Key": "error.html"})
    s3 = cloud.client("s3")
    let_in(cloud, bucket)
    assert raw.get("/none", headers=host).status_code == status
    s3.put_object(Bucket=bucket, Key="error.html", Body=b"sorry", **PUBLIC)
    page = raw.get("/none", headers=host)
    assert (page.status_code, page.text) == (status, "sorry")


@pytest.mark.parametrize(("let_in", "status"), [(list_by_acl, 404), (let_read, 403)])
def test_a_website_sends_elsewhere(cloud: Cloud, raw: Raw, let_in: Any, status: int) -> None:
    rule = {
        "Condition": {"HttpErrorCodeReturnedEquals": str(status)},
        "Redirect": {"ReplaceKeyWith": "elsewhere.html"},
    }
    bucket, host = a_website(cloud, RoutingRules=[rule])
    let_in(cloud, bucket)
    answer = raw.get("/none", headers=host)
    assert (answer.status_code, answer.headers["location"][-14:]) == (301, "elsewhere.html")


@pytest.mark.parametrize("let_in", [list_by_acl, let_read])
def test_a_website_finds_the_index_of_a_folder(cloud: Cloud, raw: Raw, let_in: Any) -> None:
    bucket, host = a_website(cloud)
    let_in(cloud, bucket)
    cloud.client("s3").put_object(Bucket=bucket, Key="docs/index.html", Body=b"docs", **PUBLIC)
    answer = raw.get("/docs", headers=host)
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs/")
    assert raw.get("/docs/", headers=host).text == "docs"


def a_new_bucket(cloud: Cloud) -> str:
    """A bucket as it is made: with all settings that block public access."""
    name = f"blocked-{uuid.uuid4().hex[:8]}"
    place = {"LocationConstraint": REGION}
    cloud.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return name


def test_a_new_bucket_takes_no_public_policy(cloud: Cloud) -> None:
    bucket, s3 = a_new_bucket(cloud), cloud.client("s3")
    public = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    message = (
        f's3:PutBucketPolicy on resource: "arn:aws:s3:::{bucket}"'
        " because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public"
        " Access."
    )
    with pytest.raises(ClientError, match=re.escape(message)) as refused:
        s3.put_bucket_policy(Bucket=bucket, Policy=public)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=bucket)
    with pytest.raises(ClientError, match="MalformedPolicy"):
        s3.put_bucket_policy(Bucket=bucket, Policy="{none")
    with pytest.raises(ClientError, match="InvalidBucketOwnerAWSAccountID"):
        s3.put_bucket_policy(Bucket=bucket, Policy=public, ExpectedBucketOwner="0000")

    block = {"BlockPublicPolicy": False, "RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    s3.put_bucket_policy(Bucket=bucket, Policy=public)


def test_a_policy_for_some_addresses_is_not_public_and_is_not_blocked(
    cloud: Cloud, raw: Raw
) -> None:
    bucket, s3 = a_new_bucket(cloud), cloud.client("s3")
    s3.put_object(Bucket=bucket, Key="key", Body=b"content")
    here = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    reading = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", here)
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reading))
    assert raw.get(f"/{bucket}/key").text == "content"
    elsewhere = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    reading = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", elsewhere)
    s3.put_bucket_policy(Bucket=bucket, Policy=document(reading))
    assert raw.get(f"/{bucket}/key").status_code == 403
