"""Ends tasks by their tokens. A token is good for one answer, while its execution goes on.

LocalStack takes further answers until the execution has ended, and SendTaskFailure after that: of
two answers the later one may decide. AWS refuses all but the first.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from localstack.aws.api.stepfunctions import ExecutionStatus, InvalidToken, TaskTimedOut
from localstack.services.stepfunctions.asl.eval.callback.callback import (
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
)

from localstack_host.services.stepfunctions.requests import check_output

ENDED = "Task Timed Out: 'Provided task does not exist anymore'"
UNKNOWN = "Invalid Token: 'Invalid token'"

_ending = threading.Lock()


def succeed(executions: Iterable[Any], token: str, output: str) -> None:
    """Ends the task of a token with its output.

    Raises InvalidToken if there is none, TaskTimedOut if it has ended, and after that, as AWS does,
    InvalidOutput for an output that is no JSON.
    """
    outcome: Any = CallbackOutcomeSuccess(token, output)
    with _ending:
        endpoint = _open(executions, token)
        check_output(output)
        endpoint.notify(outcome)


def fail(executions: Iterable[Any], token: str, error: str | None, cause: str | None) -> None:
    """Ends the task of a token with an error. Raises InvalidToken or TaskTimedOut."""
    outcome: Any = CallbackOutcomeFailure(token, error, cause)
    with _ending:
        _open(executions, token).notify(outcome)


def report_alive(executions: Iterable[Any], token: str) -> None:
    """Starts the time between heartbeats of a task anew, if its state limits it."""
    _open(executions, token).notify_heartbeat()


def _open(executions: Iterable[Any], token: str) -> Any:
    for execution in executions:
        if endpoint := execution.exec_worker.env.callback_pool_manager.get(token):
            has_ended = endpoint._notify_event.is_set()
            if has_ended or execution.exec_status != ExecutionStatus.RUNNING:
                raise TaskTimedOut(ENDED)
            return endpoint
    raise InvalidToken(UNKNOWN)
