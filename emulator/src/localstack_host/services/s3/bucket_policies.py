"""What a bucket's policy may say; LocalStack looks only at its JSON.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from localstack_host.localstack_api import CommonServiceException, bucket_named
from localstack_host.services.iam.policies import MalformedPolicy, Statement, parse
from localstack_host.services.iam.required_permissions.action_table import action_of

RESOURCE = re.compile(r"arn:[^:]+:s3:::(?P<bucket>[^/]+)(?P<object>/.*)?", re.DOTALL)
PATTERN = re.compile(r"[*?$]")
ACCESS_POINT = ":accesspoint/"
KINDS = frozenset({"bucket", "object"})


def check_request(request: Mapping[str, Any]) -> None:
    """Checks the policy of a request for a bucket that is there."""
    bucket = bucket_named(request["Bucket"])
    # S3 looks first whether the bucket's owner is the expected one.
    owners = (None, bucket.bucket_account_id) if bucket else ()
    if request.get("ExpectedBucketOwner") in owners:
        check(request["Bucket"], request["Policy"])


def check(bucket: str, text: str) -> None:
    """Raises MalformedPolicy for a policy that is none for this bucket."""
    try:
        policy = parse(text)
    except MalformedPolicy:  # S3 says so itself
        return
    for statement in policy.statements:
        if statement.principals is None and statement.not_principals is None:
            raise _malformed("Missing required field Principal")
        if not all(map(_is_of_s3, (*statement.actions, *statement.not_actions))):
            raise _malformed("Policy has invalid action")
        named = (*statement.resources, *statement.not_resources)
        if not all(_kinds_of(resource, bucket) for resource in named):
            raise _malformed("Policy has invalid resource")
        if statement.resources and not all(_apply(statement, bucket)):
            raise _malformed("Action does not apply to any resource(s) in statement")


def _is_of_s3(action: str) -> bool:
    return action == "*" or action.lower().startswith("s3")


def _kinds_of(resource: str, bucket: str) -> Iterable[str]:
    """What a resource can be: the bucket, objects in it, or neither."""
    if resource == "*" or ACCESS_POINT in resource:
        return KINDS
    match = RESOURCE.fullmatch(resource)
    if match is None:
        return ()
    if PATTERN.search(match["bucket"]):
        return KINDS
    kind = "bucket" if match["object"] is None else "object"
    return (kind,) if match["bucket"] == bucket else ()


def _apply(statement: Statement, bucket: str) -> Iterator[bool]:
    """Whether each action is one on a resource of the statement."""
    kinds = {kind for resource in statement.resources for kind in _kinds_of(resource, bucket)}
    for action in statement.actions:
        details = action_of("s3", action.partition(":")[2])
        types = {kind["name"] for kind in details["resourceTypes"]} if details else set()
        needed = types & KINDS
        yield not needed or bool(needed & kinds)


def _malformed(reason: str) -> CommonServiceException:
    return CommonServiceException("MalformedPolicy", reason, 400, sender_fault=True)
