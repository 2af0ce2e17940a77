"""Abandons an order that holds a reservation, and lets the sweeper release it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from lab.core.errors import LabError
from lab.lessons.lesson import Lesson
from lab.shop import execution

STOPPED = execution.END_STATUS["ExecutionAborted"]
TRIES = 5


class EndedFirst(LabError):
    """The execution ended before it could be stopped."""


def wait_for(lesson: Lesson, order_id: str) -> dict[str, Any]:
    """Waits for the reservation of an order, and returns it as stored."""
    reservation: dict[str, Any] = lesson.until(lambda: _stored(lesson, order_id), "reservation")
    return reservation


def _stored(lesson: Lesson, order_id: str) -> Any:
    return lesson.table("reservations").get_item(Key={"orderId": order_id}).get("Item")


def abandoned(lesson: Lesson, cart: Mapping[str, Any]) -> str:
    """Places an order, abandons it while it holds its pieces, and returns its id.

    The waits between retries are random, so an order may end before it is stopped; then another
    one is placed. Raises LabError if all of them have ended.
    """
    for _ in range(TRIES - 1):
        with suppress(EndedFirst):
            return _abandoned(lesson, cart)
    return _abandoned(lesson, cart)


def _abandoned(lesson: Lesson, cart: Mapping[str, Any]) -> str:
    order_id = lesson.place(cart)
    lesson.later(settling(lesson, order_id))
    wait_for(lesson, order_id)
    abandon(lesson, order_id)
    return order_id


def abandon(lesson: Lesson, order_id: str) -> None:
    """Stops the execution of an order, without compensation.

    Waits, because StopExecution is asynchronous. Raises EndedFirst if the execution has ended.
    """
    arn = execution.arn_of(lesson.target, order_id)
    steps = lesson.client("stepfunctions")
    steps.stop_execution(executionArn=arn, cause="a lesson stopped it")
    status = lesson.until(lambda: _ended(steps, arn), "end of the stopped execution")
    if status != STOPPED:
        raise EndedFirst(
            f"The execution of {order_id} was {status} before it could be stopped.",
            "Run the cell again: it begins with a new order.",
        )


def _ended(steps: Any, arn: str) -> str:
    """The status of an execution; empty while it runs."""
    status = str(steps.describe_execution(executionArn=arn)["status"])
    return "" if status == execution.RUNNING else status


def expire(lesson: Lesson, order_id: str) -> None:
    """Sets the expiry of a reservation to the past."""
    lesson.table("reservations").update_item(
        Key={"orderId": order_id},
        UpdateExpression="SET expiresAt = :past",
        ConditionExpression="heldStatus = :held",
        ExpressionAttributeValues={":past": int(time.time()) - 1, ":held": "HELD"},
    )


def sweep(lesson: Lesson) -> dict[str, Any]:
    """Invokes the sweeper, as its schedule does every minute, and returns its counts."""
    return _sweeper(lesson, {})


def settle(lesson: Lesson, order_id: str) -> dict[str, Any]:
    """Invokes the sweeper for one order, and returns its result."""
    result: dict[str, Any] = _sweeper(lesson, {"orderIds": [order_id]})["orders"][0]
    return result


def settling(lesson: Lesson, order_id: str) -> Callable[[], object]:
    """The undo function for `lesson.later`: settles the order."""
    return lambda: lesson.until(lambda: settle(lesson, order_id)["final"], "end of the order")


def _sweeper(lesson: Lesson, event: dict[str, Any]) -> dict[str, Any]:
    response = lesson.client("lambda").invoke(
        FunctionName=lesson.target.named("sweeper"), Payload=json.dumps(event).encode()
    )
    result: dict[str, Any] = json.loads(response["Payload"].read())
    return result
