"""The workflow as terraform/modules/checkout/workflow.asl.json has it: its states, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lab.core import paths

MODULE = paths.TERRAFORM / "modules" / "checkout"
TEMPLATE = (MODULE / "workflow.asl.json").read_text("utf-8")
DEFINITION: dict[str, Any] = json.loads(re.sub(r"\$\{(\w+)\}", r"\1", TEMPLATE))
"""Each placeholder stands for itself: `cart_validator_arn`."""

STATES: dict[str, dict[str, Any]] = DEFINITION["States"]
INVOKE = "arn:partition:states:::lambda:invoke"


def chain(first: str) -> tuple[str, ...]:
    """The tasks from a state on, as long as nothing fails, up to an end or a choice."""
    names: list[str] = []
    while STATES[first]["Type"] == "Task":
        names.append(first)
        first = STATES[first]["Next"]
    return tuple(names)


def caught(state: str, error: str = "States.ALL") -> str:
    """The state that comes after an error."""
    return next(c["Next"] for c in STATES[state]["Catch"] if error in c["ErrorEquals"])


def errors() -> Iterator[str]:
    """Every error that a state retries or catches by its own name."""
    for state in STATES.values():
        for rule in [*state.get("Retry", []), *state.get("Catch", [])]:
            yield from (name for name in rule["ErrorEquals"] if not name.startswith("States."))


FUNCTIONS = {
    name: state["Parameters"]["FunctionName"].removesuffix("_arn")
    for name, state in STATES.items()
    if state.get("Resource") == INVOKE
}
"""Every state that a function serves, with the function's package: `cart_validator`."""

FORWARD = tuple(name for name in chain(DEFINITION["StartAt"]) if not name.startswith("Publish"))
COMPENSATION = chain(caught(FORWARD[-1]))
REJECTION = chain(caught(FORWARD[0], "InvalidCart"))
FAILURE = chain(caught(FORWARD[0]))
