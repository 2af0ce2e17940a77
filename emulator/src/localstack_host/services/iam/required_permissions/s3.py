"""S3, whose actions have other names than its operations.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)

ON_BUCKET = {
    "HeadBucket": "ListBucket",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
}
ON_OBJECT = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObject": "DeleteObject",
    "GetObject": "GetObject",
    "HeadObject": "GetObject",
    "ListParts": "ListMultipartUploadParts",
    "PutObject": "PutObject",
    "UploadPart": "PutObject",
}


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the bucket, or on each object."""
    bucket = f"arn:{place.partition}:s3:::{params.get('Bucket', '')}"
    if operation == "ListBuckets":
        return [Permission("s3:ListAllMyBuckets")]
    if operation in ON_BUCKET:
        prefix = (("s3:prefix", (params.get("Prefix") or "",)),)
        return [Permission(f"s3:{ON_BUCKET[operation]}", bucket, prefix)]
    if operation == "DeleteObjects":
        keys = (o["Key"] for o in params["Delete"]["Objects"])
        return [Permission("s3:DeleteObject", f"{bucket}/{key}") for key in keys]
    if operation in ON_OBJECT:
        return [Permission(f"s3:{_versioned(operation, params)}", f"{bucket}/{params['Key']}")]
    return None


def _versioned(operation: str, params: Params) -> str:
    action = ON_OBJECT[operation]
    has_version = params.get("VersionId") and action in ("GetObject", "DeleteObject")
    return f"{action}Version" if has_version else action
