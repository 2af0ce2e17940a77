"""A stack has its outputs and change set when it is complete, not some time later."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: the patches stay.
PROGRAM = """
import sys
from functools import wraps
from types import SimpleNamespace

from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
    ChangeSetModelExecutor,
)
from localstack_host.services.cloudformation.patches import apply_patches

failure, status, *ids = sys.argv[1:]
outputs = [{"OutputKey": "a", "OutputValue": "1", "ExportName": "e"},
           {"OutputKey": "b", "OutputValue": "2"}]
result = SimpleNamespace(failure_message=failure, outputs=outputs, resources={"r": {}})
own = ChangeSetModelExecutor.execute
ChangeSetModelExecutor.execute = wraps(own)(lambda executor: result)
apply_patches()
stack = SimpleNamespace(
    status=status, change_set_ids={*ids}, change_set_id=None,
    resolved_outputs=[], resolved_exports={}, resolved_resources={},
)
change_set = SimpleNamespace(stack=stack, change_set_id="c")
assert ChangeSetModelExecutor.execute(SimpleNamespace(_change_set=change_set)) is result
names = [one["OutputKey"] for one in stack.resolved_outputs]
print(names, stack.resolved_exports, [*stack.resolved_resources], stack.change_set_id)
"""
NOTED, NOT_NOTED = "['a', 'b'] {'e': '1'} ['r']", "[] {} [] None"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("", "CREATE_IN_PROGRESS", "c"), f"{NOTED} c"),
        pytest.param(
            ("", "UPDATE_IN_PROGRESS", "b", "c"), f"{NOTED} c", marks=pytest.mark.exhaustive
        ),
        pytest.param(
            ("", "UPDATE_IN_PROGRESS", "b"), f"{NOTED} None", marks=pytest.mark.exhaustive
        ),
        (("It failed.", "UPDATE_IN_PROGRESS", "c"), NOT_NOTED),
        pytest.param(("", "DELETE_IN_PROGRESS", "c"), NOT_NOTED, marks=pytest.mark.exhaustive),
    ],
)
def test_outputs_are_there_before_the_status(arguments: tuple[str, ...], expected: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True
    )
    assert run.stdout.strip() == expected, run.stderr
