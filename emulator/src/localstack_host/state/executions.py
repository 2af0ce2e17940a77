"""Step Functions' executions: what is saved of them, and how a running one ends after a load.

Its threads end with the process. AWS does not lose a running execution; here it ends as ABORTED,
with its event in the history and the event "Step Functions Execution Status Change".

An execution that has ended does not change. It is pickled once, and each save writes these bytes:
the thousands that are kept took two thirds of the time of a save.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

LOG = logging.getLogger(__name__)
EXECUTION = ("localstack.services.stepfunctions.backend.execution", "Execution")
WORKER = ("localstack.services.stepfunctions.backend.execution_worker", "ExecutionWorker")
LOGGING_SESSION = (
    "localstack.services.stepfunctions.asl.eval.event.logging",
    "CloudWatchLoggingSession",
)
PACKED = "saved_as"
# What executions have in common, and what is not saved with the rest.
NOT_PACKED = (
    "exec_worker",
    "state_machine",
    "_activity_store",
    "_cloud_watch_logging_session",
    PACKED,
)
ERROR = "Emulator.Stopped"
CAUSE = "The emulator stopped while this execution was running."


class SavedEnvironment:
    """The part of an execution's environment that is still read: its history.

    LocalStack looks for a task's token, and for a Map Run, in all executions: here are none.
    """

    def __init__(self, events: list[Any]) -> None:
        from localstack_host.services.stepfunctions.ended_executions import empty_pools

        self.event_manager = SavedHistory(events)
        self.callback_pool_manager, self.map_run_record_pool_manager = empty_pools()

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


def pack(execution: Any) -> None:
    """Pickles what an execution that has ended has for itself, if nothing of it can change.

    What has a lock, or a function, is left to the pickler of the save.
    """
    vars(execution).pop(PACKED, None)
    if _has_only_a_history(execution):
        own = {name: value for name, value in vars(execution).items() if name not in NOT_PACKED}
        with suppress(pickle.PicklingError, TypeError, AttributeError):
            setattr(execution, PACKED, pickle.dumps(own, protocol=5))


def _has_only_a_history(execution: Any) -> bool:
    """Whether an execution has ended, and had neither tokens nor Map Runs."""
    from localstack_host.services.stepfunctions.ended_executions import PackedHistory, empty_pools

    environment = getattr(execution.exec_worker, "env", None)
    if not isinstance(getattr(environment, "event_manager", None), PackedHistory):
        return False
    untyped: Any = environment
    pools = untyped.callback_pool_manager, untyped.map_run_record_pool_manager
    return pools == empty_pools()


def reduced_execution(execution: Any) -> Any:
    """How an execution is pickled."""
    packed = vars(execution).get(PACKED)
    # An imported file may have set the attribute; only what `pack` has made may be loaded later.
    if packed is None or not _has_only_a_history(execution):
        return object.__reduce_ex__(execution, 5)
    history = execution.exec_worker.env.event_manager.packed
    common = execution.state_machine, execution._activity_store
    return ended_execution, (type(execution), packed, history, *common)


def ended_execution(
    kind: Any, packed: bytes, history: bytes, state_machine: Any, activities: Any
) -> Any:
    """An execution that has ended."""
    from localstack_host.services.stepfunctions.ended_executions import (
        EndedEnvironment,
        PackedHistory,
        empty_pools,
    )

    execution = kind.__new__(kind)
    worker = saved_worker(EndedEnvironment(PackedHistory(history), *empty_pools()))
    values = worker, state_machine, activities, None, packed
    vars(execution).update(pickle.loads(packed), **dict(zip(NOT_PACKED, values, strict=True)))  # noqa: S301 - packed above
    return execution


def worker_with_history(events: list[Any]) -> SavedWorker:
    """The worker of an execution that has ended with these events."""
    return saved_worker(SavedEnvironment(events))


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
