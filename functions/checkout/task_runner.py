"""Runs the task that the state machine requests from a function.

A handler lists its tasks; `run` selects the requested one, applies the failure switch if it is set
for this state, and calls it. Every result has the task's name as `done`: where the workflow cannot
see in the tables that a task was done, it checks that name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from checkout import failure_switches, metrics
from checkout.domain.errors import CAUGHT_BY_NAME, CheckoutError
from checkout.domain.order import REJECTIONS, Fault, Rejection, RejectionCode
from checkout.settings import Settings

logger = Logger(child=True)

Result = Mapping[str, Any] | None

REJECTION_CODES: Mapping[str, RejectionCode] = {
    error.__name__: code for error, code in REJECTIONS.items()
}
"""By the name of an error in the state machine."""


@dataclass(frozen=True)
class Task:
    """One call from the state machine. `attempt` counts from 0; `error` is what was caught.

    `correlation_id` is that of the request that placed the order.
    """

    name: str
    order_id: str
    attempt: int
    simulate: Mapping[str, Any] | None
    error: Mapping[str, str] | None
    correlation_id: str = ""

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Task:
        """Parses the payload that workflow.asl.json sends.

        The execution's whole input is in it, because a path to a part that is not there fails the
        state: versions from before there was a correlation id start executions without one.
        """
        started_with = event.get("input") or {}
        return cls(
            name=event["task"],
            order_id=event["orderId"],
            attempt=int(event["attempt"]),
            simulate=event.get("simulate"),
            error=event.get("error"),
            correlation_id=started_with.get("correlationId") or event["orderId"],
        )

    @property
    def fault(self) -> Fault | None:
        """The fault that the failure switch injects into this attempt, or None."""
        switch = self.simulate or {}
        if switch.get("fail") == self.name and self.attempt < switch.get("times", 1):
            return Fault(switch.get("how", Fault.RAISE))
        return Fault.RAISE if switch.get("after") == self.name else None

    def rejection(self) -> Rejection:
        """Returns the reason for the rejection, from the error that the workflow caught.

        The error has its class name as `Error`, and its message in the JSON of `Cause`.
        """
        error = self.error or {}
        cause = json.loads(error["Cause"])
        return Rejection(REJECTION_CODES[error["Error"]], cause["errorMessage"])


def run(
    event: Mapping[str, Any],
    tasks: Mapping[str, Callable[[Task], Result]],
    settings: Settings,
) -> object:
    """Calls the task that the event names; returns its result, and its name as `done`.

    Raises what the task raises: the state machine catches it by the name of its class.
    """
    task = Task.parse(event)
    logger.set_correlation_id(task.correlation_id)
    logger.append_keys(order_id=task.order_id, task=task.name, attempt=task.attempt)
    work = partial(_do, task, tasks[task.name], settings.environment)
    with metrics.timed_step(task.name, settings.environment):
        if settings.failure_switches and task.fault:
            return failure_switches.throw(task.fault, work, f"{task.name}, attempt {task.attempt},")
        result = {"done": task.name, **(work() or {})}
    logger.info("done")
    return result


def _do(task: Task, work: Callable[[Task], Result], environment: str) -> Result:
    try:
        return work(task)
    except CAUGHT_BY_NAME as error:
        known = next(kind for kind in type(error).__mro__ if kind in CAUGHT_BY_NAME)
        if known in REJECTIONS:
            _record_rejection(task, REJECTIONS[known], environment)
        if type(error) is known:
            raise
        raise _as(known, error) from error


def _as(known: type[CheckoutError], error: CheckoutError) -> CheckoutError:
    """Converts an error to its known base class.

    The state machine matches an error by its own class name only, not by those of its bases.
    """
    plain = known.__new__(known, *error.args)
    vars(plain).update(vars(error))
    return plain


def _record_rejection(task: Task, code: RejectionCode, environment: str) -> None:
    metrics.put(metrics.STEP_REJECTIONS, environment, step=task.name)
    logger.info("rejected", extra={"reason": code.value})
