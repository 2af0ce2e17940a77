"""What a bucket allows to everybody: by its policy, or by an access control list.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localstack_host.localstack_api import bucket_named
from localstack_host.services.iam import policies, public_access, public_policies
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
    "s3:GetObjectVersionAcl": "READ_ACP",
    "s3:PutObjectAcl": "WRITE_ACP",
    "s3:PutObjectVersionAcl": "WRITE_ACP",
}
UPLOADS = ("CreateMultipartUpload", "PostObject", "PutObject")
# Whoever may put objects by the list of the bucket sets the list of the new object.
OF_UPLOADS = BUCKET_PERMISSIONS | {"s3:PutObjectAcl": "WRITE"}
# "All CopyObject requests must be authenticated":
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
SIGNED_ONLY = ("CopyObject", "UploadPartCopy")
# What is allowed whether the object exists or not.
CREATING_AND_DELETING = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


def allows_everybody(context: Any, needs: Sequence[Permission]) -> bool:
    """Whether everybody has all of these permissions. Raises NoSuchBucket."""
    from localstack.aws.api.s3 import NoSuchBucket

    name = (context.service_request or {}).get("Bucket")
    bucket = bucket_named(name) if name else None
    operation = context.operation.name
    if bucket:
        allowed = needs and all(is_public(bucket, need, context) for need in needs)
        return bool(allowed) and operation not in SIGNED_ONLY
    if name and operation != "CreateBucket":
        raise NoSuchBucket("The specified bucket does not exist", BucketName=name)
    return False


def is_public(bucket: Any, need: Permission, context: Any) -> bool:
    """Whether everybody has a permission on a bucket (LocalStack's S3Bucket) or its object.

    Whoever may list the bucket is told that an object does not exist.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    if _is_missing(bucket, need, context):
        need = Permission("s3:ListBucket", need.resource.partition("/")[0])
    decision = public_access.decision(need, context)
    blocked = bucket.public_access_block or {}
    if decision.allowed:
        return not (blocked.get("RestrictPublicBuckets") and _has_public_policy(bucket))
    if "explicit deny" in decision.reason or blocked.get("IgnorePublicAcls"):
        return False
    return bucket.object_ownership != "BucketOwnerEnforced" and _acl_allows(bucket, need, context)


def _has_public_policy(bucket: Any) -> bool:
    """Whether the policy of a bucket is public: one that lets in only some addresses is not."""
    return bool(bucket.policy) and public_policies.is_public(policies.parse(bucket.policy))


def _is_missing(bucket: Any, need: Permission, context: Any) -> bool:
    """Whether a permission is about an object that has to exist, and does not."""
    if "/" not in need.resource or need.action in CREATING_AND_DELETING or _uploads(context):
        return False
    return _object(bucket, need, context) is None


def _uploads(context: Any) -> bool:
    operation = getattr(context, "operation", None)  # a website's request has none
    return operation is not None and operation.name in UPLOADS


def _object(bucket: Any, need: Permission, context: Any) -> Any | None:
    """The object that a permission is about (LocalStack's S3Object), or None."""
    from localstack.services.s3.models import S3Object

    key = need.resource.partition("/")[2]
    version = (getattr(context, "service_request", None) or {}).get("VersionId")
    of_version = (version,) if version and bucket.versioning_status else ()
    found = bucket.objects.get(key, *of_version)
    return found if isinstance(found, S3Object) else None


def _acl_allows(bucket: Any, need: Permission, context: Any) -> bool:
    of_bucket = OF_UPLOADS if _uploads(context) else BUCKET_PERMISSIONS
    if need.action in of_bucket:
        return _grants(bucket.acl, of_bucket[need.action])
    permission = OBJECT_PERMISSIONS.get(need.action)
    s3_object = _object(bucket, need, context)
    return bool(permission and _grants(getattr(s3_object, "acl", None), permission))


def _grants(acl: Any, permission: str) -> bool:
    grants = (acl or {}).get("Grants") or ()
    return any(
        grant["Permission"] in (permission, FULL_CONTROL)
        and grant["Grantee"].get("URI") == EVERYBODY
        for grant in grants
    )
