"""BlockPublicPolicy: a bucket that has it, as new ones do, takes no policy that is public.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from localstack_host.localstack_api import CommonServiceException, bucket_named
from localstack_host.services.iam.policies import MalformedPolicy, parse
from localstack_host.services.iam.principal import PrincipalResolver
from localstack_host.services.iam.public_policies import is_public
from localstack_host.services.iam.sessions import as_owner

Handler = Callable[[Any, Any], Any]
OPERATION = "PutBucketPolicy"


def enforce(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """The operations of S3, of which one looks at the setting before it stores a policy."""
    serve = handlers[OPERATION]

    def served(context: Any, request: Any) -> Any:
        bucket = bucket_named(request["Bucket"])
        if bucket is not None and _is_blocked(bucket, request):
            raise _refusal(context, request["Bucket"])
        return serve(context, request)

    return {**handlers, OPERATION: served}


def _is_blocked(bucket: Any, request: Mapping[str, Any]) -> bool:
    """Whether the setting refuses it. S3 looks first whether its owner is the expected one."""
    blocked = (bucket.public_access_block or {}).get("BlockPublicPolicy")
    is_expected = request.get("ExpectedBucketOwner") in (None, bucket.bucket_account_id)
    return bool(blocked) and is_expected and _is_public(request["Policy"])


def _is_public(text: str) -> bool:
    try:
        return is_public(parse(text))
    except MalformedPolicy:  # S3 says so itself
        return False


def _refusal(context: Any, bucket: str) -> CommonServiceException:
    principal = PrincipalResolver().of(context)
    caller = principal.caller if principal else as_owner(context.account_id)
    return CommonServiceException(
        "AccessDenied",
        f"User: {caller.arn} is not authorized to perform: s3:{OPERATION} on resource:"
        f' "arn:{context.partition}:s3:::{bucket}" because public policies are prevented by the'
        " BlockPublicPolicy setting in S3 Block Public Access.",
        status_code=HTTPStatus.FORBIDDEN,
        sender_fault=True,
    )
