"""Tags of tables."""

import re
from typing import Any

from embedded_dynamodb.control_plane.pending_changes import check_not_in_use
from embedded_dynamodb.errors import (
    AccessDeniedException,
    ResourceNotFoundException,
    ValidationException,
)
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.pending import CREATING, DELETING
from embedded_dynamodb.tables.table import Table

MAX_TAGS = 50
PAGE_OF_TAGS = 10
_ARN = re.compile(r"arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]+:table/[a-zA-Z0-9_.-]{3,255}")

Answer = dict[str, Any]


def checked_tags(given: list[dict[str, str]]) -> dict[str, str]:
    """Tags by key."""
    tags = {tag["Key"]: tag["Value"] for tag in given}
    if len(tags) < len(given):
        raise ValidationException(
            "One or more parameter values were invalid: Duplicate tag keys are not allowed"
        )
    for key in tags:
        if key.lower().startswith("aws:"):
            raise ValidationException(
                f"One or more parameter values were invalid: Tag key {key} has the reserved "
                "prefix aws:"
            )
    _check_count(tags)
    return tags


def tag_resource(request: Request) -> None:
    """Adds tags or changes their values; AWS answers without a body."""
    _check_arn(request)
    if not request.parameters["Tags"]:
        raise ValidationException("Atleast one Tag needs to be provided as Input.")
    tags = checked_tags(request.parameters["Tags"])
    with request.engine.lock:
        table = _table(request)
        merged = table.tags | tags
        _check_count(merged)
        table.tags = merged


def untag_resource(request: Request) -> None:
    """Removes tags; those that are not there do not matter."""
    _check_arn(request)
    if not request.parameters["TagKeys"]:
        raise ValidationException("Atleast one Tag Key needs to be provided as Input.")
    gone = set(request.parameters["TagKeys"])
    with request.engine.lock:
        table = _table(request)
        table.tags = {key: value for key, value in table.tags.items() if key not in gone}


def list_tags_of_resource(request: Request) -> Answer:
    """The tags of a table, ten at a time; AWS does not say whether the table is there."""
    _check_arn(request)
    token = request.parameters.get("NextToken")
    with request.engine.lock:
        table = request.engine.store.find(
            request.account, request.region, request.parameters["ResourceArn"]
        )
        if table is None:
            raise AccessDeniedException(_denied(request))
        tags = [{"Key": key, "Value": value} for key, value in table.tags.items()]
    start = _start(token, len(tags))
    answer: Answer = {"Tags": tags[start : start + PAGE_OF_TAGS]}
    if start + PAGE_OF_TAGS < len(tags):
        answer["NextToken"] = str(start + PAGE_OF_TAGS)
    return answer


def _start(token: str | None, count: int) -> int:
    if token is None:
        return 0
    if not token.isascii() or not token.isdigit() or int(token) > count:
        raise ValidationException(f"Invalid NextToken: {token}")
    return int(token)


def _check_count(tags: dict[str, str]) -> None:
    if len(tags) > MAX_TAGS:
        raise ValidationException(
            f"One or more parameter values were invalid: Too many tags: {len(tags)}, "
            f"a resource has at most {MAX_TAGS}"
        )


def _check_arn(request: Request) -> None:
    arn = request.parameters.get("ResourceArn")
    if arn is None:
        raise ValidationException("Invalid TableArn")
    if not _ARN.fullmatch(arn):
        raise ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")


def _denied(request: Request) -> str:
    return (
        f"User: arn:aws:iam::{request.account}:root is not authorized to perform: "
        f"dynamodb:{request.operation} on resource: {request.parameters['ResourceArn']}"
    )


def _table(request: Request) -> Table:
    arn = request.parameters["ResourceArn"]
    table = request.engine.store.find(request.account, request.region, arn)
    if table is None:
        raise ResourceNotFoundException(
            f"Requested resource not found: ResourcArn: {arn} not found"
        )
    check_not_in_use(table, CREATING, DELETING)
    return table
