"""Policies of tables and streams, which are stored here. Whoever enforces permissions reads them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html
"""

import json
import re
import time
from typing import Any

from embedded_dynamodb.control_plane.pending_changes import check_not_in_use
from embedded_dynamodb.errors import (
    PolicyNotFoundException,
    ResourceNotFoundException,
    ValidationException,
)
from embedded_dynamodb.request import Request
from embedded_dynamodb.tables.pending import CREATING, DELETING
from embedded_dynamodb.tables.table import Table

Answer = dict[str, Any]
MAX_BYTES = 20 * 1024
NO_POLICY = "NO_POLICY"  # an expected revision: that there is none
_TABLE_OR_STREAM = re.compile(r"(arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]+:table/[^/]+)(/stream/.+)?")


def put_resource_policy(request: Request) -> Answer:
    """Attaches a policy to a table or stream, in place of the one that it has."""
    policy = checked_policy(request.parameters["Policy"])
    with request.engine.lock:
        table = _table(request)
        arn, current = _current(request, table)
        expected = request.parameters.get("ExpectedRevisionId")
        if expected == NO_POLICY and current:
            raise _not_found(request)
        if expected and expected != NO_POLICY:
            _check_revision(request, current, expected)
        if current and json.loads(current[0]) == json.loads(policy):
            return {"RevisionId": current[1]}
        attach(table, arn, policy)
        return {"RevisionId": table.policies[arn][1]}


def get_resource_policy(request: Request) -> Answer:
    """The policy of a table or stream, with its revision."""
    with request.engine.lock:
        if _TABLE_OR_STREAM.fullmatch(request.parameters.get("ResourceArn") or "") is None:
            raise _not_found(request)
        _, current = _current(request, _table(request))
    if current is None:
        raise _not_found(request)
    return {"Policy": current[0], "RevisionId": current[1]}


def delete_resource_policy(request: Request) -> Answer:
    """Removes a policy; there need not be one, unless a revision is expected."""
    with request.engine.lock:
        table = _table(request)
        arn, current = _current(request, table)
        if expected := request.parameters.get("ExpectedRevisionId"):
            _check_revision(request, current, expected)
        table.policies = {name: one for name, one in table.policies.items() if name != arn}
    return {"RevisionId": current[1]} if current else {}


def attach(table: Table, arn: str, policy: str) -> None:
    """Stores a policy, with a new revision: milliseconds, as AWS's are."""
    latest = max((int(revision) for _, revision in table.policies.values()), default=0)
    revision = max(int(time.time() * 1000), latest + 1)
    table.policies = table.policies | {arn: (policy, str(revision))}


def checked_policy(policy: str) -> str:
    """The same policy. Raises ValidationException if it is too large, or not a policy at all."""
    if len(policy.encode()) > MAX_BYTES:
        raise ValidationException(
            "Resource-based policy document cannot exceed 20480 bytes: "
            f"the given one has {len(policy.encode())}"
        )
    try:
        statements = json.loads(policy)["Statement"]
    except (ValueError, TypeError, KeyError) as error:
        raise ValidationException(
            "Policy validation error: The policy document is not valid JSON with statements"
        ) from error
    for statement in statements if isinstance(statements, list) else [statements]:
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise ValidationException("Policy validation error: Missing required field Principal")
    return policy


def _current(request: Request, table: Table) -> tuple[str, tuple[str, str] | None]:
    """The ARN of the request, and the policy that it has with its revision."""
    arn: str = request.parameters["ResourceArn"]
    return arn, table.policies.get(arn)


def _check_revision(request: Request, current: tuple[str, str] | None, expected: str) -> None:
    if current is None or current[1] != expected:
        raise _not_found(request)


def _table(request: Request) -> Table:
    arn = request.parameters["ResourceArn"]
    match = _TABLE_OR_STREAM.fullmatch(arn)
    if match is None:
        raise ValidationException(f"Invalid ResourceArn: {arn}")
    table = request.engine.store.find(request.account, request.region, match[1])
    stream = arn if match[2] else None
    if table is None or (stream and (table.stream is None or table.stream.arn != stream)):
        raise ResourceNotFoundException(f"Requested resource not found: {arn}")
    check_not_in_use(table, CREATING, DELETING)
    return table


def _not_found(request: Request) -> PolicyNotFoundException:
    return PolicyNotFoundException(
        "Resource-based policy not found for the provided ResourceArn: "
        f"{request.parameters.get('ResourceArn')}"
    )
