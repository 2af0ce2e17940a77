"""What the emulator remembers of an execution that has ended: what one may still ask for.

LocalStack keeps everything that an execution worked with for as long as it runs itself: the data of
each state and the threads that ran them. Description, history, input and output stay.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any


def forget_ended() -> None:
    """Lets executions forget when they end."""
    from localstack.services.stepfunctions.backend import execution
    from localstack.utils.threads import TMP_THREADS

    ending: Any = execution.BaseExecutionWorkerCommunication
    ending.terminated = _forgetting(ending.terminated, TMP_THREADS)


def _forgetting(terminated: Callable[[Any], None], threads: list[Any]) -> Callable[[Any], None]:
    @wraps(terminated)
    def terminated_and_forgotten(ending: Any) -> None:
        terminated(ending)
        forget_data(ending.execution.exec_worker.env)
        forget_finished(threads)

    return terminated_and_forgotten


def forget_data(environment: Any) -> None:
    """Empties what only a running execution needs."""
    for data in (environment._frames, environment.heap, environment.stack):
        data.clear()


def forget_finished(threads: list[Any]) -> None:
    """Takes those out of `threads` that have run; one that was not started yet stays."""
    for thread in list(threads):
        if getattr(thread, "ident", None) and not thread.is_alive():
            with suppress(ValueError):  # another execution's end was quicker
                threads.remove(thread)
