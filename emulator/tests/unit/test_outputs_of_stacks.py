"""A stack has its outputs and exports when it is complete, not some time later."""

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

failure, status = sys.argv[1:]
outputs = [{"OutputKey": "a", "OutputValue": "1", "ExportName": "e"},
           {"OutputKey": "b", "OutputValue": "2"}]
result = SimpleNamespace(failure_message=failure, outputs=outputs)
own = ChangeSetModelExecutor.execute
ChangeSetModelExecutor.execute = wraps(own)(lambda executor: result)
apply_patches()
stack = SimpleNamespace(status=status, resolved_outputs=[], resolved_exports={})
executor = SimpleNamespace(_change_set=SimpleNamespace(stack=stack))
assert ChangeSetModelExecutor.execute(executor) is result
print([one["OutputKey"] for one in stack.resolved_outputs], stack.resolved_exports)
"""
OUTPUTS = "['a', 'b'] {'e': '1'}"


@pytest.mark.parametrize(
    ("failure", "status", "expected"),
    [
        ("", "CREATE_IN_PROGRESS", OUTPUTS),
        ("", "UPDATE_IN_PROGRESS", OUTPUTS),
        ("It failed.", "UPDATE_IN_PROGRESS", "[] {}"),
        ("", "DELETE_IN_PROGRESS", "[] {}"),
    ],
)
def test_outputs_are_there_before_the_status(failure: str, status: str, expected: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, failure, status], capture_output=True, text=True
    )
    assert run.stdout.strip() == expected, run.stderr
