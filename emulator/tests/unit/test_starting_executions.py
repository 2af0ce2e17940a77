"""An execution that is stored but has not started; two requests of one name at a time."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.stepfunctions import requests
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


def test_requests_of_one_name_wait_for_each_other_and_others_do_not() -> None:
    begun, end = threading.Event(), threading.Event()

    def second() -> None:
        with requests.one_at_a_time("order-1"):
            begun.set()
            end.wait()

    with requests.one_at_a_time("order-1"):
        thread = threading.Thread(target=second)
        thread.start()
        with requests.one_at_a_time("order-2"), requests.one_at_a_time(None):
            assert not begun.wait(0.1)
    assert begun.wait(10)
    end.set()
    thread.join()
    assert "order-1" not in requests._locks
