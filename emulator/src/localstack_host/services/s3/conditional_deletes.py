"""Deletions on condition that an object is there, and is still the same (If-Match).

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from localstack.services.s3.models import S3DeleteMarker

from localstack_host.localstack_api import CommonServiceException

ANY = "*"


def check(bucket: Any, key: str, etag: str) -> None:
    """Raises PreconditionFailed or NoSuchKey if the current version is not the expected one."""
    current = bucket.objects.get(key)
    if current is None:
        text = "The specified key does not exist."
        raise CommonServiceException("NoSuchKey", text, HTTPStatus.NOT_FOUND, sender_fault=True)
    is_same = not isinstance(current, S3DeleteMarker) and etag.strip('"') in (ANY, current.etag)
    if not is_same:
        raise CommonServiceException(
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            HTTPStatus.PRECONDITION_FAILED,
            sender_fault=True,
        )


def refused(bucket: Any, named: Mapping[str, Any]) -> dict[str, Any] | None:
    """The error of one object of several; None if it may be deleted."""
    try:
        if etag := named.get("ETag"):
            check(bucket, named["Key"], etag)
    except CommonServiceException as error:
        version = {"VersionId": named["VersionId"]} if named.get("VersionId") else {}
        return {"Key": named["Key"], "Code": error.code, "Message": error.message, **version}
    return None
