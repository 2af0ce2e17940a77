"""Requests that S3 refuses before it does anything; LocalStack would serve them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.s3 import bucket_policies, lifecycle

Handler = Callable[[Any, Any], Any]
Check = Callable[[Mapping[str, Any]], None]
MOST = 2**31 - 1


def _page(member: str, shown: str, request: Mapping[str, Any]) -> None:
    """Raises InvalidArgument for a page that has a negative size."""
    if (request.get(member) or 0) < 0:
        raise CommonServiceException(
            "InvalidArgument",
            f"Argument {shown} must be an integer between 0 and {MOST}",
            400,
            sender_fault=True,
        )


CHECKS: Mapping[str, Check] = {
    "ListMultipartUploads": partial(_page, "MaxUploads", "max-uploads"),
    "ListObjectVersions": partial(_page, "MaxKeys", "maxKeys"),
    "ListObjects": partial(_page, "MaxKeys", "maxKeys"),
    "ListObjectsV2": partial(_page, "MaxKeys", "maxKeys"),
    "ListParts": partial(_page, "MaxParts", "max-parts"),
    "PutBucketLifecycleConfiguration": lifecycle.check,
    "PutBucketPolicy": bucket_policies.check_request,
}


def guard(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """The operations of S3, of which some look at the request first."""
    return {**handlers, **{name: _checked(handlers[name], name) for name in CHECKS}}


def _checked(serve: Handler, operation: str) -> Handler:
    def served(context: Any, request: Any) -> Any:
        CHECKS[operation](request)
        return serve(context, request)

    return served
