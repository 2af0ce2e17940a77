"""Step Functions' executions: what is saved of a running one, and how it ends after a load.

Its threads end with the process. AWS does not lose a running execution; here it ends as ABORTED,
with its event in the history and the event "Step Functions Execution Status Change".
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

LOG = logging.getLogger(__name__)
WORKER = ("localstack.services.stepfunctions.backend.execution_worker", "ExecutionWorker")
LOGGING_SESSION = (
    "localstack.services.stepfunctions.asl.eval.event.logging",
    "CloudWatchLoggingSession",
)
ERROR = "Emulator.Stopped"
CAUSE = "The emulator stopped while this execution was running."


class SavedEnvironment:
    """The part of an execution's environment that is still read: its history.

    LocalStack looks for a task's token, and for a Map Run, in all executions: here are none.
    """

    def __init__(self, events: list[Any]) -> None:
        from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501
            MapRunRecordPoolManager,
        )
        from localstack.services.stepfunctions.asl.eval.callback.callback import CallbackPoolManager

        untyped: tuple[Any, Any] = (CallbackPoolManager, MapRunRecordPoolManager)
        callbacks, map_runs = untyped
        self.event_manager = SavedHistory(events)
        self.callback_pool_manager = callbacks({})
        self.map_run_record_pool_manager = map_runs()

    def set_stop(self, **_why: Any) -> None:
        """Does nothing: the execution has ended."""


class SavedHistory:
    """The events of an execution, oldest first."""

    def __init__(self, events: list[Any]) -> None:
        self.events = events

    def get_event_history(self) -> list[Any]:
        """A copy of the events."""
        return list(self.events)


class SavedWorker:
    """In the place of the worker of an execution that no thread runs any more."""

    env: Any

    def stop(self, **_why: Any) -> None:
        """Does nothing: the execution has ended."""


def reduced_worker(worker: Any) -> Any:
    """How the worker of an execution is pickled."""
    return saved_worker, (_saved(worker.env),)


def saved_worker(environment: Any) -> SavedWorker:
    """A worker with this environment."""
    worker = SavedWorker()
    worker.env = environment
    return worker


def _saved(environment: Any) -> Any:
    if environment is None:
        return SavedEnvironment([])
    if type(environment).__name__ in ("EndedEnvironment", SavedEnvironment.__name__):
        return environment
    # Not `get_event_history`: its lock may be held by a thread that a child process does not have.
    return SavedEnvironment(list(environment.event_manager._history_event_list))


def abort_running() -> list[Any]:
    """Ends the executions that ran when the state was saved. Returns them."""
    from localstack.aws.api.stepfunctions import ExecutionStatus

    aborted = [one for one in _all() if one.exec_status == ExecutionStatus.RUNNING]
    for execution in aborted:
        execution.exec_status = ExecutionStatus.ABORTED
        execution.stop_date = datetime.now(UTC)
        execution.error, execution.cause = ERROR, CAUSE
        _add_event(execution)
    return aborted


def _all() -> Iterator[Any]:
    from localstack.services.stepfunctions.backend.store import sfn_stores

    for _, _, store in sfn_stores.iter_stores():
        yield from store.executions.values()


def _add_event(execution: Any) -> None:
    from localstack.aws.api.stepfunctions import HistoryEventType

    events = execution.exec_worker.env.event_manager.events
    number = len(events) + 1
    events.append(
        {
            "id": number,
            "previousEventId": number - 1,
            "type": HistoryEventType.ExecutionAborted,
            "timestamp": execution.stop_date,
            "executionAbortedEventDetails": {"error": ERROR, "cause": CAUSE},
        }
    )


def publish(executions: list[Any]) -> None:
    """Sends the status change of each execution to EventBridge."""
    for execution in executions:
        try:
            execution.publish_execution_status_change_event()
        except Exception:
            LOG.exception("The end of %s was not published", execution.exec_arn)
