"""Who may not list a bucket is not told whether an object exists."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.roles import REGION, Role, allow
from tests.integration.test_permissions import NOTHING_ALLOWS, refusal

pytestmark = pytest.mark.exhaustive

# Each reads or changes an object that has to exist, with the actions that it requires.
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("get_object", {}, "NoSuchKey"),
    ("head_object", {}, "404"),
    ("get_object_acl", {}, "NoSuchKey"),
    ("get_object_attributes", {"ObjectAttributes": ["ETag"]}, "NoSuchKey"),
    ("get_object_tagging", {}, "NoSuchKey"),
    ("put_object_tagging", {"Tagging": {"TagSet": []}}, "NoSuchKey"),
    ("delete_object_tagging", {}, "NoSuchKey"),
    ("put_object_acl", {"ACL": "private"}, "NoSuchKey"),
    ("get_object", {"VersionId": "null"}, "NoSuchVersion"),
]
OF_CALLS = pytest.mark.parametrize(
    ("call", "parameters", "code"), CALLS, ids=[f"{c}-{m}" for c, _, m in CALLS]
)


@pytest.fixture
def bucket(cloud: Cloud) -> Iterator[str]:
    """A bucket with versions, without objects."""
    name, s3 = f"missing-{uuid.uuid4().hex[:8]}", cloud.client("s3")
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectOwnership="ObjectWriter")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield name
    for found in s3.list_object_versions(Bucket=name).get("DeleteMarkers", []):
        s3.delete_object(Bucket=name, Key=found["Key"], VersionId=found["VersionId"])
    for found in s3.list_object_versions(Bucket=name).get("Versions", []):
        s3.delete_object(Bucket=name, Key=found["Key"], VersionId=found["VersionId"])
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def role(cloud: Cloud, bucket: str) -> Role:
    return Role(cloud, allow("s3:*Object*", f"arn:aws:s3:::{bucket}/*"))


@OF_CALLS
def test_who_may_not_list_the_bucket_is_refused(
    role: Role, bucket: str, call: str, parameters: dict[str, Any], code: str
) -> None:
    named = {"Bucket": bucket, "Key": "none", **parameters}
    found, message, status = refusal(getattr(role.client("s3"), call), **named)
    assert status == 403
    if call != "head_object":  # which has no body
        assert found == "AccessDenied"
        action = "s3:ListBucket"
        assert message == (
            f"User: {role.session} is not authorized to perform: {action} on resource:"
            f' "arn:aws:s3:::{bucket}" {NOTHING_ALLOWS.format(action)}'
        )


@OF_CALLS
def test_who_may_is_told(
    role: Role, bucket: str, call: str, parameters: dict[str, Any], code: str
) -> None:
    listing = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")
    role.may(allow("s3:*Object*", f"arn:aws:s3:::{bucket}/*"), listing)
    named = {"Bucket": bucket, "Key": "none", **parameters}
    found, _, status = refusal(getattr(role.client("s3"), call), **named)
    assert (found, status) == (code, 404)


def test_an_object_that_exists_needs_no_list(role: Role, bucket: str) -> None:
    s3, named = role.client("s3"), {"Bucket": bucket, "Key": "there"}
    s3.put_object(**named, Body=b"content")
    assert s3.get_object(**named)["Body"].read() == b"content"
    s3.delete_object(**named)
    assert refusal(s3.get_object, **named)[2] == 403


def test_the_source_of_a_copy_is_in_the_bucket_that_counts(role: Role, bucket: str) -> None:
    target = f"{bucket}-copies"
    owner = role.cloud.client("s3")
    owner.create_bucket(Bucket=target, CreateBucketConfiguration={"LocationConstraint": REGION})
    objects = (allow("s3:*Object*", f"arn:aws:s3:::{name}/*") for name in (bucket, target))
    statements = [*objects, allow("s3:ListBucket", f"arn:aws:s3:::{target}")]
    role.may(*statements)
    copy = {"Bucket": target, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "none"}}
    code, message, _ = refusal(role.client("s3").copy_object, **copy)
    assert (code, f'"arn:aws:s3:::{bucket}"' in message) == ("AccessDenied", True)
    role.may(*statements, allow("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
    assert refusal(role.client("s3").copy_object, **copy)[0] == "NoSuchKey"
    owner.delete_bucket(Bucket=target)


def test_a_version_has_actions_of_its_own(role: Role, bucket: str) -> None:
    s3 = role.client("s3")
    version = s3.put_object(Bucket=bucket, Key="there", Body=b"content")["VersionId"]
    named = {"Bucket": bucket, "Key": "there", "VersionId": version}
    objects = f"arn:aws:s3:::{bucket}/*"
    role.may(allow(["s3:GetObject", "s3:GetObjectTagging", "s3:DeleteObject"], objects))
    for call in (s3.get_object, s3.get_object_tagging, s3.delete_object):
        assert refusal(call, **named)[0] == "AccessDenied"
    versions = ["s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:DeleteObjectVersion"]
    role.may(allow(versions, objects))
    for call in (s3.get_object, s3.get_object_tagging):
        call(**named)
    listed = {"Objects": [{"Key": "there", "VersionId": version}]}
    answer = s3.delete_objects(Bucket=bucket, Delete=listed)
    assert [found["VersionId"] for found in answer["Deleted"]] == [version]


def test_the_owner_of_the_account_is_told(cloud: Cloud, bucket: str) -> None:
    code, _, status = refusal(cloud.client("s3").get_object, Bucket=bucket, Key="none")
    assert (code, status) == ("NoSuchKey", 404)
