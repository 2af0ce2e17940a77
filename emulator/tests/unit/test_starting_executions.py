"""An execution that is stored but has not started."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.stepfunctions.ended_executions import Executions


def _worker(environment: Any) -> Any:
    return SimpleNamespace(env=environment)


@pytest.mark.parametrize("worker", [None, _worker(None)])
def test_an_execution_is_found_once_it_has_started(worker: Any) -> None:
    executions, execution = Executions(), SimpleNamespace(exec_worker=worker)
    executions["arn"] = execution
    assert executions.get("arn") is None
    assert executions.values() == []
    execution.exec_worker = _worker(object())
    assert executions.get("arn") is execution
    assert executions.values() == [execution]
