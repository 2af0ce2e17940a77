"""Closes the shop for a while: no new orders, and where it must be, no sweeps.

Whoever only looks at products sees nothing of it; a customer who orders is told to try again
(429). What is switched here is not Terraform's, so a plan does not show it. A run that is killed
leaves the shop closed, and the next one of its kind opens it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from lab.console.progress import Say
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.backup_store.bucket import account_of
from lab.shop import shop_client

ORDERING = "/~1checkout/POST"
"""POST /checkout, as API Gateway writes the path of a method's settings."""

QUIET_S = 180.0  # a workflow that is retried to the end takes two minutes
POLL_S = 1.0
NO_SETTINGS = frozenset({"NotFoundException", "BadRequestException"})


@contextmanager
def no_new_orders(target: Target) -> Iterator[None]:
    """Refuses orders until the end of the context."""
    _stop_orders(target)
    try:
        yield
    finally:
        open_again(target)


def close(target: Target, say: Say) -> None:
    """Refuses orders and stops the sweeper, and waits until no workflow runs.

    It stays closed until `open_again`: nobody may buy from a shop that is half restored. Raises
    LabError, and opens it, if a workflow runs for more than three minutes.
    """
    target.client("events").disable_rule(Name=target.named("sweep"))
    _stop_orders(target)
    try:
        _wait(lambda: _running(target), "workflows to end", say)
    except BaseException:
        open_again(target)
        raise


def open_again(target: Target) -> None:
    """Takes orders and sweeps, whatever an earlier run left closed."""
    target.client("events").enable_rule(Name=target.named("sweep"))
    remove = [{"op": "remove", "path": ORDERING}]
    try:
        _change_stage(target, remove)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NO_SETTINGS:
            raise


def wait_until_told(target: Target, say: Say) -> None:
    """Waits until every order has ended and its event is out.

    Raises LabError if that takes more than three minutes.
    """
    _wait(lambda: _open_orders(target), "orders to end", say)


def _wait(left: Callable[[], int], for_what: str, say: Say) -> None:
    deadline = time.monotonic() + QUIET_S
    while count := left():
        if time.monotonic() > deadline:
            raise LabError(
                f"Waited {QUIET_S:.0f} s for {count} {for_what}. The shop takes orders again.",
                "`lab status` shows what waits for a person.",
            )
        say(f"waiting for {count} {for_what}")
        time.sleep(POLL_S)


def _stop_orders(target: Target) -> None:
    limits = ("throttling/rateLimit", "throttling/burstLimit")
    none = [{"op": "replace", "path": f"{ORDERING}/{limit}", "value": "0"} for limit in limits]
    _change_stage(target, none)


def _change_stage(target: Target, operations: list[dict[str, str]]) -> None:
    target.client("apigateway").update_stage(
        restApiId=shop_client.rest_api_id(target),
        stageName=target.environment,
        patchOperations=operations,
    )


def _open_orders(target: Target) -> int:
    found = target.client("dynamodb").query(
        TableName=target.table("orders"),
        IndexName="open",
        Select="COUNT",
        KeyConditionExpression="openStatus = :open",
        ExpressionAttributeValues={":open": {"S": "OPEN"}},
    )
    return int(found["Count"])


def _running(target: Target) -> int:
    client = target.client("stepfunctions")
    machine = f"arn:aws:states:{target.region}:{account_of(target)}:stateMachine:{target.prefix}"
    found = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
    return len(found["executions"])
