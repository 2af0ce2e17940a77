"""The least and the greatest number that a field takes.

The authors of cdk-preflight measured them on AWS, with ValidateStateMachineDefinition: the
machine's own TimeoutSeconds may be 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic, schema
from localstack_host.services.stepfunctions.definitions.scopes import State

LONGEST = 99_999_999
OF_STATE: dict[str, tuple[int, int | None]] = {
    "TimeoutSeconds": (1, LONGEST),
    "HeartbeatSeconds": (1, LONGEST),
    "Seconds": (0, LONGEST),
    "MaxConcurrency": (0, None),
    "ToleratedFailurePercentage": (0, 100),
}
OF_RETRIER: dict[str, tuple[int, int | None]] = {
    "MaxAttempts": (0, LONGEST),
    "BackoffRate": (1, None),
    "MaxDelaySeconds": (1, 31_622_400),
}


def check(state: State) -> Iterator[Diagnostic]:
    """The errors of numbers in a state. An expression is a text, and has no number yet."""
    yield from _in_fields(state.body, OF_STATE, state.path)
    retriers = state.body.get("Retry")
    for index, retrier in enumerate(retriers if isinstance(retriers, list) else ()):
        if isinstance(retrier, dict):
            yield from _in_fields(retrier, OF_RETRIER, f"{state.path}/Retry[{index}]")


def _in_fields(
    fields: dict[str, Any], limits: dict[str, tuple[int, int | None]], path: str
) -> Iterator[Diagnostic]:
    for name, (least, most) in limits.items():
        value = fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if value < least:
            yield schema(f"Minimum value is {least}", f"{path}/{name}")
        elif most is not None and value > most:
            yield schema(f"Maximum value is {most}", f"{path}/{name}")
