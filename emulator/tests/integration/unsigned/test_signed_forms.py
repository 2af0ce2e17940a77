"""Forms for S3: what they lack is named, and who signed them may put the object."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from tests.integration.conftest import REGION, Cloud
from tests.integration.roles import Role, allow
from tests.integration.unsigned.raw import Raw

pytestmark = pytest.mark.exhaustive

FILE = {"file": ("name", b"posted")}
VERSIONS = pytest.mark.parametrize("version", ["s3", "s3v4"])


def a_bucket(cloud: Cloud) -> str:
    name = f"forms-{uuid.uuid4().hex[:8]}"
    place = {"LocationConstraint": REGION}
    cloud.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return name


def form(cloud: Cloud, version: str, *keys: str | None, **settings: Any) -> dict[str, Any]:
    """A form for the object `posted` of a new bucket, or of that of the settings."""
    bucket = settings.pop("Bucket", None) or a_bucket(cloud)
    session = boto3.Session(*(keys or ("test", "test")), region_name=REGION)
    config = Config(signature_version=version)
    s3 = session.client("s3", endpoint_url=cloud.endpoint, config=config)
    made: dict[str, Any] = s3.generate_presigned_post(bucket, "posted", **settings)
    return made


def post(made: dict[str, Any], **changes: str | None) -> httpx.Response:
    """Posts a form with these fields changed, or left out."""
    fields = {name: value for name, value in (made["fields"] | changes).items() if value}
    return httpx.post(made["url"], data=fields, files=FILE)


@pytest.mark.parametrize(
    ("version", "field", "named"),
    [
        ("s3", "AWSAccessKeyId", "AWSAccessKeyId"),
        ("s3", "signature", "Signature"),
        ("s3v4", "x-amz-algorithm", "X-Amz-Algorithm"),
        ("s3v4", "x-amz-credential", "X-Amz-Credential"),
        ("s3v4", "x-amz-date", "X-Amz-Date"),
        ("s3v4", "x-amz-signature", "X-Amz-Signature"),
        ("s3v4", "key", "key"),
    ],
)
def test_what_a_form_lacks_is_named(
    cloud: Cloud, raw: Raw, version: str, field: str, named: str
) -> None:
    answer = post(form(cloud, version), **{field: None})
    assert (raw.code(answer), answer.status_code) == ("InvalidArgument", 400)
    assert f"Bucket POST must contain a field named '{named}'" in answer.text


@VERSIONS
def test_a_policy_without_any_signature_is_nobodys(cloud: Cloud, raw: Raw, version: str) -> None:
    made = form(cloud, version)
    made["fields"] = {name: made["fields"][name] for name in ("key", "policy")}
    cloud.client("s3").delete_public_access_block(Bucket=made["url"].rpartition("/")[2])
    answer = post(made)
    assert (raw.code(answer), answer.status_code) == ("AccessDenied", 403)


def test_only_one_type_of_a_form_is_read(cloud: Cloud, raw: Raw) -> None:
    made = form(cloud, "s3v4")
    for content in ({"data": made["fields"]}, {"content": b"x"}):
        answer = httpx.post(made["url"], **content)
        assert (raw.code(answer), answer.status_code) == ("PreconditionFailed", 412)


@VERSIONS
def test_a_form_is_signed_with_the_keys_secret(cloud: Cloud, raw: Raw, version: str) -> None:
    assert post(form(cloud, version)).is_success
    other = form(cloud, version, "test", "another")
    assert (raw.code(post(other)), post(other).status_code) == ("SignatureDoesNotMatch", 403)
    made, longer = (form(cloud, version, Bucket="a-bucket", ExpiresIn=n) for n in (60, 600))
    assert raw.code(post(made, policy=longer["fields"]["policy"])) == "SignatureDoesNotMatch"
    unknown = form(cloud, version, "ASIAQAAAAAAAAAAAAAAA", "test")
    assert (raw.code(post(unknown)), post(unknown).status_code) == ("InvalidAccessKeyId", 403)


def test_everybodys_form_sets_the_list_of_what_is_new(cloud: Cloud, raw: Raw) -> None:
    bucket, s3 = a_bucket(cloud), cloud.client("s3")
    s3.delete_public_access_block(Bucket=bucket)
    ownership = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ownership)
    made = {"url": f"{cloud.endpoint}/{bucket}", "fields": {"key": "new", "acl": "public-read"}}
    assert post(made).status_code == 403
    everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    s3.put_bucket_acl(Bucket=bucket, GrantWrite=everybody)
    assert post(made).is_success
    assert raw.get(f"/{bucket}/new").text == "posted"


def test_a_form_has_a_file(cloud: Cloud, raw: Raw) -> None:
    made = form(cloud, "s3v4")
    answer = httpx.post(made["url"], data=made["fields"], files={"another": b"x"})
    assert (raw.code(answer), answer.status_code) == ("InvalidArgument", 400)
    assert "POST requires exactly one file upload per request." in answer.text


@VERSIONS
def test_a_form_of_a_role_is_signed_with_its_keys(cloud: Cloud, raw: Raw, version: str) -> None:
    bucket, role = a_bucket(cloud), Role(cloud, allow("s3:PutObject"))
    key, secret, token = (
        role.keys[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
    )
    made = form(cloud, version, key, secret, token, Bucket=bucket)
    assert post(made).is_success
    assert raw.code(post(made, **{"x-amz-security-token": "another"})) == "InvalidAccessKeyId"
    wrong = form(cloud, version, key, "another", token, Bucket=bucket)
    assert raw.code(post(wrong)) == "SignatureDoesNotMatch"


@VERSIONS
def test_a_form_of_a_role_puts_what_the_role_may(endpoint: str, raw: Raw, version: str) -> None:
    cloud = Cloud(endpoint)  # with permissions
    bucket, role = a_bucket(cloud), Role(cloud)
    keys = [role.keys[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    plain = form(cloud, version, *keys, Bucket=bucket)
    field = {"acl": "private"}
    listed = form(cloud, version, *keys, Bucket=bucket, Fields=field, Conditions=[field])
    assert [post(made).status_code for made in (plain, listed)] == [403, 403]
    resource = f"arn:aws:s3:::{bucket}/posted"
    role.may(allow("s3:PutObject", resource))
    assert [post(made).status_code for made in (plain, listed)] == [204, 403]
    role.may(allow(["s3:PutObject", "s3:PutObjectAcl"], resource))
    assert [post(made).status_code for made in (plain, listed)] == [204, 204]
