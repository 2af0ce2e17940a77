"""S3, whose actions have other names than its operations.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from localstack_host.services.iam.required_permissions import generic
from localstack_host.services.iam.required_permissions.action_table import action_of
from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    NotUnderstood,
    Params,
    Permission,
    Permissions,
    Place,
)

ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
}
# The settings of a bucket whose actions lack `Bucket`, or have it in another place.
SETTINGS = {
    "BucketAccelerateConfiguration": "AccelerateConfiguration",
    "BucketAnalyticsConfiguration": "AnalyticsConfiguration",
    "BucketCors": "BucketCORS",
    "BucketEncryption": "EncryptionConfiguration",
    "BucketIntelligentTieringConfiguration": "IntelligentTieringConfiguration",
    "BucketInventoryConfiguration": "InventoryConfiguration",
    "BucketLifecycle": "LifecycleConfiguration",
    "BucketLifecycleConfiguration": "LifecycleConfiguration",
    "BucketMetricsConfiguration": "MetricsConfiguration",
    "BucketReplication": "ReplicationConfiguration",
    "ObjectLockConfiguration": "BucketObjectLockConfiguration",
    "PublicAccessBlock": "BucketPublicAccessBlock",
}
# Settings are deleted with the permission to put them, but for these.
DELETED_AS_SUCH = ("BucketPolicy", "BucketWebsite", "Bucket", "Object", "ObjectTagging")
# The actions that have one of their own for a version: DeleteObjectVersion, GetObjectVersionAcl.
OF_VERSIONS = (
    "DeleteObject",
    "DeleteObjectTagging",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectTagging",
    "PutObjectAcl",
    "PutObjectTagging",
)
# S3 Control's operations on the whole account.
OF_ACCOUNT = {
    "DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
    "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
}
LISTING = ("ListBucket", "ListBucketVersions")
COPIES = ("CopyObject", "UploadPartCopy")


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the bucket, or on each object."""
    bucket = f"arn:{place.partition}:s3:::{params.get('Bucket', '')}"
    if operation in COPIES:
        return _copying(params, bucket, place)
    if operation == "DeleteObjects":
        objects = params["Delete"]["Objects"]
        compared = [f"{bucket}/{one['Key']}" for one in objects if one.get("ETag")]
        return [
            *(_deletion(named, bucket) for named in objects),
            *(Permission("s3:GetObject", target) for target in compared),
        ]
    action = action_named(operation)
    if action is None:
        raise NotUnderstood(f"IAM has no action for the operation {operation} of S3")
    if not params.get("Bucket"):
        return [Permission(f"s3:{action}")]
    if "Key" not in params:
        return [Permission(f"s3:{action}", bucket, _keys(action, params))]
    target, version = f"{bucket}/{params['Key']}", params.get("VersionId")
    found = [Permission(f"s3:{_on_version(action, version)}", target, _keys(action, params))]
    if operation == "GetObjectAttributes":
        found.insert(0, Permission(f"s3:{_on_version('GetObject', version)}", target))
    return found + _with_it(operation, params, target)


def needs_of_control(operation: str, params: Params, place: Place) -> Permissions:
    """What an operation of S3 Control requires."""
    if operation in OF_ACCOUNT:
        return [Permission(f"s3:{OF_ACCOUNT[operation]}")]
    return generic.needs("s3", operation, params, place)


def _on_version(action: str, version: str | None) -> str:
    """The action on this version of an object; on the current one without a version."""
    has_own = version and action in OF_VERSIONS
    return action.replace("Object", "ObjectVersion", 1) if has_own else action


def _deletion(named: Params, bucket: str) -> Permission:
    action = _on_version("DeleteObject", named.get("VersionId"))
    return Permission(f"s3:{action}", f"{bucket}/{named['Key']}")


def action_named(operation: str) -> str | None:
    """The name of the action for an operation; None if there is none."""
    name = ACTIONS.get(operation) or _setting(operation)
    return name if action_of("s3", name) else None


def _setting(operation: str) -> str:
    verb = next((v for v in ("Delete", "Get", "List", "Put") if operation.startswith(v)), "")
    setting = operation.removeprefix(verb)
    plain = setting.removesuffix("s") if verb == "List" else setting
    action_verb = {"List": "Get"}.get(verb, verb) if plain in SETTINGS else verb
    if verb == "Delete" and setting not in DELETED_AS_SUCH:
        action_verb = "Put"
    return f"{action_verb}{SETTINGS.get(plain, setting)}"


def _keys(action: str, params: Params) -> Keys:
    if action in LISTING:
        return (("s3:prefix", (params.get("Prefix") or "",)),)
    acl = params.get("ACL")
    return (("s3:x-amz-acl", (acl,)),) if acl else ()


def _with_it(operation: str, params: Params, target: str) -> list[Permission]:
    """What some parameters of an upload, or the ETag of a deletion, require besides."""
    if operation == "DeleteObject" and params.get("IfMatch") not in (None, "*"):
        return [Permission("s3:GetObject", target)]
    if operation not in ("PutObject", "CreateMultipartUpload"):
        return []
    named = {"Tagging": "PutObjectTagging", "ACL": "PutObjectAcl"}
    return [
        Permission(f"s3:{action}", target) for name, action in named.items() if params.get(name)
    ]


def _copying(params: Params, bucket: str, place: Place) -> Permissions:
    """Reading one object, and writing another."""
    source: Any = params["CopySource"]
    if isinstance(source, dict):
        source, version = f"{source['Bucket']}/{source['Key']}", source.get("VersionId")
    else:
        source, _, version = unquote(source).lstrip("/").partition("?versionId=")
    reading = "s3:GetObjectVersion" if version else "s3:GetObject"
    return [
        Permission(reading, f"arn:{place.partition}:s3:::{source}"),
        Permission("s3:PutObject", f"{bucket}/{params['Key']}"),
    ]
