"""How the state machine calls a function: which task, which order, which attempt.

A handler lists its tasks; `run` finds the one, throws the failure switch if it is for this
state, and calls it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from checkout.domain.errors import InvalidCart, SimulatedFailure
from checkout.domain.order import REJECTIONS, Rejection

logger = Logger(child=True)

Result = Mapping[str, Any] | None


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
    def is_to_fail(self) -> bool:
        """Whether the failure switch is for this state and this attempt."""
        switch = self.simulate
        return bool(
            switch and switch["fail"] == self.name and self.attempt < switch.get("times", 1)
        )

    def rejection(self) -> Rejection:
        """Why the workflow rejects the order, from the error that it caught.

        A function's error comes as its name, and its message in JSON inside `Cause`.
        """
        error = self.error or {}
        cause = json.loads(error["Cause"])
        return Rejection(REJECTIONS[error["Error"]], cause["errorMessage"])


def run(
    event: Mapping[str, Any],
    tasks: Mapping[str, Callable[[Task], Result]],
    failure_switches: bool,
) -> Result:
    """Calls the task that the event names.

    Raises whatever the task raises: the state machine catches it by the name of its class.
    """
    task = Task.parse(event)
    logger.append_keys(order_id=task.order_id, task=task.name, attempt=task.attempt)
    if failure_switches and task.is_to_fail:
        raise SimulatedFailure(f"{task.name} was told to fail, attempt {task.attempt}")
    try:
        result = tasks[task.name](task)
    except InvalidCart as error:
        # The state machine knows an error by its own name, not by what it derives from.
        raise InvalidCart(error.violations) from error
    logger.info("done")
    return result
