"""A reservation whose order is abandoned half-way, and who gives the pieces back."""

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
    """The order's reservation as it is stored, as soon as there is one."""
    found: dict[str, Any] = lesson.until(lambda: _stored(lesson, order_id), "reservation")
    return found


def _stored(lesson: Lesson, order_id: str) -> Any:
    return lesson.table("reservations").get_item(Key={"orderId": order_id}).get("Item")


def abandoned(lesson: Lesson, cart: Mapping[str, Any]) -> str:
    """Places an order and abandons it while it holds its pieces; gives its id.

    The waits between the tries of a step are random, so an order may end before it is stopped: then
    another one takes its place. Raises LabError if that happened to all of them.
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
    """Stops the order's execution where it is: no later step runs, and nothing is undone.

    StopExecution only asks for it, so this waits. Raises EndedFirst if the execution ended itself.
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
    """The status of an execution that does not run any more."""
    status = str(steps.describe_execution(executionArn=arn)["status"])
    return "" if status == execution.RUNNING else status


def expire(lesson: Lesson, order_id: str) -> None:
    """Puts the end of a hold into the past, instead of waiting for it."""
    lesson.table("reservations").update_item(
        Key={"orderId": order_id},
        UpdateExpression="SET expiresAt = :past",
        ConditionExpression="heldStatus = :held",
        ExpressionAttributeValues={":past": int(time.time()) - 1, ":held": "HELD"},
    )


def sweep(lesson: Lesson) -> dict[str, Any]:
    """Runs the sweeper now, as its schedule does every minute. Gives what it did, how often."""
    return _sweeper(lesson, {})


def settle(lesson: Lesson, order_id: str) -> dict[str, Any]:
    """Lets the sweeper bring one order to its end. Gives what it says about the order."""
    found: dict[str, Any] = _sweeper(lesson, {"orderIds": [order_id]})["orders"][0]
    return found


def settling(lesson: Lesson, order_id: str) -> Callable[[], object]:
    """What to register with `lesson.later` before an order is abandoned."""
    return lambda: lesson.until(lambda: settle(lesson, order_id)["final"], "end of the order")


def _sweeper(lesson: Lesson, event: dict[str, Any]) -> dict[str, Any]:
    answer = lesson.client("lambda").invoke(
        FunctionName=lesson.target.named("sweeper"), Payload=json.dumps(event).encode()
    )
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    return found
