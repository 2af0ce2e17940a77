"""What a bucket allows to everybody: by its policy, or by an access control list.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localstack_host.localstack_api import bucket_named
from localstack_host.services.iam import public_access
from localstack_host.services.iam.required_permissions import Permission

EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
FULL_CONTROL = "FULL_CONTROL"
BUCKET_PERMISSIONS = {
    "s3:DeleteObject": "WRITE",
    "s3:GetBucketAcl": "READ_ACP",
    "s3:ListBucket": "READ",
    "s3:ListBucketMultipartUploads": "READ",
    "s3:ListBucketVersions": "READ",
    "s3:PutBucketAcl": "WRITE_ACP",
    "s3:PutObject": "WRITE",
}
OBJECT_PERMISSIONS = {
    "s3:GetObject": "READ",
    "s3:GetObjectAcl": "READ_ACP",
    "s3:GetObjectVersion": "READ",
    "s3:PutObjectAcl": "WRITE_ACP",
}


def allows_everybody(context: Any, needs: Sequence[Permission]) -> bool:
    """Whether everybody has all of these permissions. Raises NoSuchBucket."""
    from localstack.aws.api.s3 import NoSuchBucket

    name = (context.service_request or {}).get("Bucket")
    bucket = bucket_named(name) if name else None
    if bucket:
        return bool(needs) and all(is_public(bucket, need, context) for need in needs)
    if name and context.operation.name != "CreateBucket":
        raise NoSuchBucket("The specified bucket does not exist", BucketName=name)
    return False


def is_public(bucket: Any, need: Permission, context: Any) -> bool:
    """Whether everybody has a permission on a bucket (LocalStack's S3Bucket) or its object."""
    decision = public_access.decision(need, context)
    blocked = bucket.public_access_block or {}
    if decision.allowed:
        return not blocked.get("RestrictPublicBuckets")
    if "explicit deny" in decision.reason or blocked.get("IgnorePublicAcls"):
        return False
    return bucket.object_ownership != "BucketOwnerEnforced" and _acl_allows(bucket, need)


def _acl_allows(bucket: Any, need: Permission) -> bool:
    if need.action in BUCKET_PERMISSIONS:
        return _grants(bucket.acl, BUCKET_PERMISSIONS[need.action])
    permission = OBJECT_PERMISSIONS.get(need.action)
    key = need.resource.partition("/")[2]
    s3_object = bucket.objects.get(key) if permission else None
    return bool(permission and _grants(getattr(s3_object, "acl", None), permission))


def _grants(acl: Any, permission: str) -> bool:
    grants = (acl or {}).get("Grants") or ()
    return any(
        grant["Permission"] in (permission, FULL_CONTROL)
        and grant["Grantee"].get("URI") == EVERYBODY
        for grant in grants
    )
