"""Hides from callers who may not list a bucket whether it has an object.

"If you have the `s3:ListBucket` permission on the bucket, Amazon S3 returns an HTTP status code 404
(Not Found) error. If you don't, Amazon S3 returns an HTTP status code 403 (access denied) error."
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
The permission is looked for only when an object is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api.s3 import NoSuchKey, NoSuchVersion

from localstack_host.services.iam.handler import PermissionCheck
from localstack_host.services.iam.required_permissions import Permission

Handler = Callable[[Any, Any], Any]
# Operations on an object that exists: that of the request, or the source of a copy.
ON_OBJECTS = (
    "CopyObject",
    "DeleteObjectTagging",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectTagging",
    "HeadObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "RestoreObject",
    "SelectObjectContent",
    "UploadPartCopy",
)


def hide(handlers: Mapping[str, Handler], permissions: PermissionCheck) -> dict[str, Handler]:
    """The operations of S3, of which those on objects say 403 to callers who may not list."""
    return {
        name: _hiding(handler, permissions) if name in ON_OBJECTS else handler
        for name, handler in handlers.items()
    }


def _hiding(serve: Handler, permissions: PermissionCheck) -> Handler:
    def served(context: Any, request: Any) -> Any:
        try:
            return serve(context, request)
        except (NoSuchKey, NoSuchVersion):
            permissions.require_also(context, _listing)
            raise

    return served


def _listing(on_object: Permission) -> Permission:
    """The permission to list the bucket of the object that is read."""
    return Permission("s3:ListBucket", on_object.resource.partition("/")[0])
