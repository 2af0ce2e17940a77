"""CloudFormation: a stack that is complete has its outputs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.cloudformation.patches import with_outputs

OUTPUTS = [{"OutputKey": "Url", "OutputValue": "http://localhost"}]


@pytest.mark.parametrize(("failure", "there"), [(None, OUTPUTS), ("No such role", [])])
def test_outputs_are_there_before_whoever_deploys_calls_it_complete(
    failure: str | None, there: list[Any]
) -> None:
    stack = SimpleNamespace(resolved_outputs=[])
    executor = SimpleNamespace(_change_set=SimpleNamespace(stack=stack))
    result = SimpleNamespace(outputs=OUTPUTS, failure_message=failure)
    assert with_outputs(lambda _: result, executor) is result
    assert stack.resolved_outputs == there
