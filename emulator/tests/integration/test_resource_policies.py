"""Policies of keys and buckets that AWS does not store."""

from __future__ import annotations

import uuid

from tests.integration.conftest import Cloud, document
from tests.integration.roles import ACCOUNT, ROOT, Role, allow
from tests.integration.test_permissions import refusal

LOCKED = "The new key policy will not allow you to update the key policy in the future."


def test_a_key_stays_one_whose_policy_can_be_changed(cloud: Cloud) -> None:
    owner, role = cloud.client("kms"), Role(cloud, allow("kms:*"))
    malformed = ("MalformedPolicyDocumentException", LOCKED, 400)
    nobodys = document(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/none"}))
    assert refusal(owner.create_key, Policy=nobodys) == malformed
    key = owner.create_key()["KeyMetadata"]["KeyId"]
    put = {"KeyId": key, "PolicyName": "default"}
    reading = document(allow("kms:Decrypt", Principal={"AWS": ROOT}))
    assert refusal(owner.put_key_policy, **put, Policy=reading) == malformed
    for principal in (ROOT, role.arn):
        role.client("kms").put_key_policy(
            **put, Policy=document(allow("kms:*", Principal={"AWS": principal}))
        )
    owner.create_key(Policy=nobodys, BypassPolicyLockoutSafetyCheck=True)


def test_a_buckets_policy_is_about_this_bucket(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), f"policies-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-east-2"})
    other = document(allow("s3:GetObject", "arn:aws:s3:::other/*", Principal={"AWS": ROOT}))
    refused = refusal(s3.put_bucket_policy, Bucket=bucket, Policy=other)
    assert refused == ("MalformedPolicy", "Policy has invalid resource", 400)
    own = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal={"AWS": ROOT}))
    s3.put_bucket_policy(Bucket=bucket, Policy=own)
