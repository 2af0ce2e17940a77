"""Maintenance mode: refuses new orders, and optionally stops the sweeper.

Products remain readable; orders are refused with 429. Terraform does not manage these switches, so
a plan does not show them. A killed run leaves the shop closed, and the next run of the same kind
opens it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.deploy.backup_store.bucket import account_of
from lab.shop import shop_client

CHECKOUT_METHOD = "/~1checkout/POST"
"""POST /checkout, in the notation of API Gateway's method settings."""

TIMEOUT_S = 180.0  # a workflow with all retries takes two minutes
POLL_S = 1.0
NO_SETTINGS = frozenset({"NotFoundException", "BadRequestException"})


@contextmanager
def no_new_orders(target: Target) -> Iterator[None]:
    """Refuses new orders until the end of the context."""
    _stop_orders(target)
    try:
        yield
    finally:
        open_again(target)


def close(target: Target, on_progress: Progress) -> None:
    """Refuses orders, stops the sweeper, and waits until no workflow runs.

    The shop stays closed until `open_again` is called. Raises LabError, and opens it, if a
    workflow runs for more than three minutes.
    """
    target.client("events").disable_rule(Name=target.named("sweep"))
    _stop_orders(target)
    try:
        _wait(lambda: _running(target), "workflows to end", on_progress)
    except BaseException:
        open_again(target)
        raise


def open_again(target: Target) -> None:
    """Accepts orders and starts the sweeper again. Idempotent."""
    target.client("events").enable_rule(Name=target.named("sweep"))
    remove = [{"op": "remove", "path": CHECKOUT_METHOD}]
    try:
        _change_stage(target, remove)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NO_SETTINGS:
            raise


def wait_until_published(target: Target, on_progress: Progress) -> None:
    """Waits until every order has ended and its event is published.

    Raises LabError after three minutes.
    """
    _wait(lambda: _open_orders(target), "orders to end", on_progress)


def _wait(count_open: Callable[[], int], noun: str, on_progress: Progress) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while count := count_open():
        if time.monotonic() > deadline:
            raise LabError(
                f"Waited {TIMEOUT_S:.0f} s for {count} {noun}. The shop accepts orders again.",
                "`lab status` shows stuck messages.",
            )
        on_progress(f"waiting for {count} {noun}")
        time.sleep(POLL_S)


def _stop_orders(target: Target) -> None:
    limits = ("throttling/rateLimit", "throttling/burstLimit")
    no_requests = [
        {"op": "replace", "path": f"{CHECKOUT_METHOD}/{limit}", "value": "0"} for limit in limits
    ]
    _change_stage(target, no_requests)


def _change_stage(target: Target, operations: list[dict[str, str]]) -> None:
    target.client("apigateway").update_stage(
        restApiId=shop_client.rest_api_id(target),
        stageName=target.environment,
        patchOperations=operations,
    )


def _open_orders(target: Target) -> int:
    response = target.client("dynamodb").query(
        TableName=target.table("orders"),
        IndexName="open",
        Select="COUNT",
        KeyConditionExpression="openStatus = :open",
        ExpressionAttributeValues={":open": {"S": "OPEN"}},
    )
    return int(response["Count"])


def _running(target: Target) -> int:
    client = target.client("stepfunctions")
    machine = f"arn:aws:states:{target.region}:{account_of(target)}:stateMachine:{target.prefix}"
    response = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
    return len(response["executions"])
