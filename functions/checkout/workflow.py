"""How the state machine calls a function: which task, which order, which attempt.

A handler lists its tasks; `run` finds the one, throws the failure switch if it is for this
state, and calls it. The answer of every task names the task under `done`: where the workflow
cannot see in the books that a task was done, it looks for that name.
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
"""By the name that the state machine knows an error by."""


@dataclass(frozen=True)
class Task:
    """One call from the state machine. `attempt` counts from 0; `error` is what was caught."""

    name: str
    order_id: str
    attempt: int
    simulate: Mapping[str, Any] | None
    error: Mapping[str, str] | None

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Task:
        """Reads the payload that workflow.asl.json sends."""
        return cls(
            name=event["task"],
            order_id=event["orderId"],
            attempt=int(event["attempt"]),
            simulate=event.get("simulate"),
            error=event.get("error"),
        )

    @property
    def fault(self) -> Fault | None:
        """How the failure switch lets this attempt fail, or None if it leaves it alone."""
        switch = self.simulate or {}
        if switch.get("fail") == self.name and self.attempt < switch.get("times", 1):
            return Fault(switch.get("how", Fault.RAISE))
        return Fault.RAISE if switch.get("after") == self.name else None

    def rejection(self) -> Rejection:
        """Why the workflow rejects the order, from the error that it caught.

        A function's error comes as its name, and its message in JSON inside `Cause`.
        """
        error = self.error or {}
        cause = json.loads(error["Cause"])
        return Rejection(REJECTION_CODES[error["Error"]], cause["errorMessage"])


def run(
    event: Mapping[str, Any],
    tasks: Mapping[str, Callable[[Task], Result]],
    settings: Settings,
) -> object:
    """Calls the task that the event names; answers with its result, and its name as `done`.

    Raises whatever the task raises: the state machine catches it by the name of its class.
    """
    task = Task.parse(event)
    logger.append_keys(order_id=task.order_id, task=task.name, attempt=task.attempt)
    work = partial(_do, task, tasks[task.name], settings.environment)
    with metrics.timed_step(task.name, settings.environment):
        if settings.failure_switches and task.fault:
            return failure_switches.throw(task.fault, work, f"{task.name}, attempt {task.attempt},")
        answer = {"done": task.name, **(work() or {})}
    logger.info("done")
    return answer


def _do(task: Task, work: Callable[[Task], Result], environment: str) -> Result:
    try:
        return work(task)
    except CAUGHT_BY_NAME as error:
        known = next(kind for kind in type(error).__mro__ if kind in CAUGHT_BY_NAME)
        if known in REJECTIONS:
            _note_rejection(task, REJECTIONS[known], environment)
        if type(error) is known:
            raise
        raise _as(known, error) from error


def _as(known: type[CheckoutError], error: CheckoutError) -> CheckoutError:
    """The error as one of the class that it derives from.

    The state machine knows an error by its own name only, not by those of its base classes.
    """
    plain = known.__new__(known, *error.args)
    vars(plain).update(vars(error))
    return plain


def _note_rejection(task: Task, code: RejectionCode, environment: str) -> None:
    metrics.put(metrics.STEP_REJECTIONS, environment, step=task.name)
    logger.info("rejected", extra={"reason": code.value})
