"""S3 that refuses lists where they are disabled, and large metadata, and knows conditional deletes.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from localstack.services.s3 import provider

from localstack_host.localstack_api import CommonServiceException, RequestContext, handler
from localstack_host.services.s3 import conditional_deletes

UNTYPED: Any = provider
ENFORCED = "BucketOwnerEnforced"
OWNERS_LIST = "bucket-owner-full-control"
LISTS = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")
LARGEST_METADATA = 2_048  # bytes of all names and values


class Objects(provider.S3Provider):
    """LocalStack's S3, with these refusals."""

    @handler("PutObject", expand=False)
    def put_object(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: Any
    ) -> Any:
        """Stores an object."""
        self._check_new(context, request)
        return super().put_object(context, request)

    @handler("CopyObject", expand=False)
    def copy_object(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: Any
    ) -> Any:
        """Copies an object."""
        self._check_new(context, request)
        return super().copy_object(context, request)

    @handler("CreateMultipartUpload", expand=False)
    def create_multipart_upload(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: Any
    ) -> Any:
        """Begins an upload in parts."""
        self._check_new(context, request)
        return super().create_multipart_upload(context, request)

    def delete_object(  # type: ignore[override] # the others are in `rest`
        self,
        context: RequestContext,
        bucket: str,
        key: str,
        if_match: str | None = None,
        **rest: Any,
    ) -> Any:
        """Deletes an object, with If-Match only the expected one."""
        original: Any = super()
        if not if_match:
            return original.delete_object(context, bucket, key, **rest)
        found = self._bucket(context, {"Bucket": bucket})
        with self._preconditions_locks[bucket][key]:
            conditional_deletes.check(found, key, if_match)
            return original.delete_object(context, bucket, key, **rest)

    def delete_objects(  # type: ignore[override] # the others are in `rest`
        self, context: RequestContext, bucket: str, delete: Any, **rest: Any
    ) -> Any:
        """Deletes objects, those with an ETag only if they are the expected ones."""
        original: Any = super()
        found, objects = self._bucket(context, {"Bucket": bucket}), delete.get("Objects") or []
        with ExitStack() as locks:
            for key in sorted({one["Key"] for one in objects if one.get("ETag")}):
                locks.enter_context(self._preconditions_locks[bucket][key])
            errors = [conditional_deletes.refused(found, one) for one in objects]
            if not any(errors):
                return original.delete_objects(context, bucket, delete, **rest)
            kept = [one for one, error in zip(objects, errors, strict=True) if error is None]
            result: dict[str, Any] = {}
            if kept:
                delete = {**delete, "Objects": kept}
                result = original.delete_objects(context, bucket, delete, **rest)
        result["Errors"] = [*(result.get("Errors") or ()), *filter(None, errors)]
        return result

    @handler("PutBucketAcl", expand=False)
    def put_bucket_acl(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: Any
    ) -> None:
        """Sets a bucket's list. Raises AccessControlListNotSupported."""
        self._check_list(context, request)
        super().put_bucket_acl(context, request)

    @handler("PutObjectAcl", expand=False)
    def put_object_acl(  # type: ignore[override] # by `expand=False`
        self, context: RequestContext, request: Any
    ) -> Any:
        """Sets an object's list. Raises AccessControlListNotSupported."""
        self._check_list(context, request)
        return super().put_object_acl(context, request)

    def _bucket(self, context: RequestContext, request: Mapping[str, Any]) -> Any:
        _, bucket = self._get_cross_account_bucket(context, request["Bucket"])
        return bucket

    def _check_list(self, context: RequestContext, request: Any) -> None:
        """Says what is wrong about a list; raises AccessControlListNotSupported for others."""
        bucket = self._bucket(context, request)
        UNTYPED.get_access_control_policy_from_acl_request(
            request=request, owner=bucket.owner, request_body=context.request.data
        )
        _require_lists(bucket)

    def _check_new(self, context: RequestContext, request: Mapping[str, Any]) -> None:
        """Raises MetadataTooLarge or AccessControlListNotSupported for an object that is made."""
        metadata = request.get("Metadata") or {}
        size = sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items())
        if size > LARGEST_METADATA:
            raise CommonServiceException(
                "MetadataTooLarge",
                "Your metadata headers exceed the maximum allowed metadata size",
                400,
            )
        if any(request.get(name) for name in LISTS) and request.get("ACL") != OWNERS_LIST:
            bucket = self._bucket(context, request)
            UNTYPED.get_access_control_policy_for_new_resource_request(request, bucket.owner)
            _require_lists(bucket)


def _require_lists(bucket: Any) -> None:
    if bucket.object_ownership == ENFORCED:
        raise CommonServiceException(
            "AccessControlListNotSupported", "The bucket does not allow ACLs", 400
        )
