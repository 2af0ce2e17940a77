"""What S3 refuses, and that a refused upload changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import refusal

WRONG = {
    "Content-MD5": ({"ContentMD5": "XUFAKrxLKna5cZ2REBfFkg=="}, "BadDigest"),
    "checksum": (
        {"ChecksumSHA256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="},
        "BadDigest",
    ),
    "no checksum": ({"ChecksumSHA256": "oak"}, "InvalidRequest"),
    "condition": ({"IfMatch": '"oak"'}, "PreconditionFailed"),
}


@pytest.fixture
def bucket(cloud: Cloud) -> Iterator[str]:
    name, s3 = f"refused-{uuid.uuid4().hex[:8]}", cloud.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-east-2"})
    yield name
    s3.delete_object(Bucket=name, Key="order")
    s3.delete_bucket(Bucket=name)


@pytest.mark.parametrize(("wrong", "code"), WRONG.values(), ids=WRONG)
def test_the_object_that_there_was_is_still_there(
    cloud: Cloud, bucket: str, wrong: dict[str, Any], code: str
) -> None:
    s3, place = cloud.client("s3"), {"Bucket": bucket, "Key": "order"}
    kept = s3.put_object(**place, Body=b"kept")["ETag"]
    assert refusal(s3.put_object, **place, Body=b"new", **wrong)[0] == code
    got = s3.get_object(**place)
    assert (got["ETag"], got["Body"].read()) == (kept, b"kept")
    s3.put_object(**place, Body=b"newer")
    assert s3.get_object(**place)["Body"].read() == b"newer"


def test_an_object_that_was_refused_is_not_there(cloud: Cloud, bucket: str) -> None:
    s3, place = cloud.client("s3"), {"Bucket": bucket, "Key": "order"}
    wrong, _ = WRONG["Content-MD5"]
    assert refusal(s3.put_object, **place, Body=b"new", **wrong)[0] == "BadDigest"
    assert refusal(s3.get_object, **place)[0] == "NoSuchKey"
    s3.put_object(**place, Body=b"newer")
    assert s3.get_object(**place)["Body"].read() == b"newer"


def test_who_reads_an_object_reads_it_to_its_end(cloud: Cloud, bucket: str) -> None:
    s3, place = cloud.client("s3"), {"Bucket": bucket, "Key": "order"}
    s3.put_object(**place, Body=b"a" * 2_000_000)
    reading = s3.get_object(**place)["Body"]
    assert reading.read(10) == b"a" * 10
    s3.put_object(**place, Body=b"b" * 10)
    assert set(reading.read()) == {ord("a")}
    assert s3.get_object(**place)["Body"].read() == b"b" * 10


def test_a_bucket_has_no_access_lists_unless_its_owner_wants_them(
    cloud: Cloud, bucket: str
) -> None:
    s3, new = cloud.client("s3"), {"Bucket": bucket, "Key": "order", "Body": b"x"}
    s3.put_object(**new, ACL="bucket-owner-full-control")
    public, order = {"ACL": "public-read"}, {"Bucket": bucket, "Key": "order"}
    disabled = ("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
    assert refusal(s3.put_bucket_acl, Bucket=bucket, ACL="private") == disabled
    assert refusal(s3.put_object_acl, **order, **public) == disabled
    assert refusal(s3.put_object, **new, **public) == disabled
    assert refusal(s3.create_multipart_upload, **order, **public) == disabled
    owner = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=owner)
    s3.put_object(**new, **public)


def test_metadata_has_at_most_2_kilobytes(cloud: Cloud, bucket: str) -> None:
    s3, new = cloud.client("s3"), {"Bucket": bucket, "Key": "order", "Body": b"x"}
    s3.put_object(**new, Metadata={"note": "x" * 2_044})
    code, said, _ = refusal(s3.put_object, **new, Metadata={"note": "x" * 2_045})
    assert code == "MetadataTooLarge"
    assert said == "Your metadata headers exceed the maximum allowed metadata size"
