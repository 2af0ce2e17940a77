"""Limits the memory of executions that have ended.

LocalStack keeps all data of every execution until it stops: the data of each state and the threads
that ran them. Here only description, input, output and the compressed history are kept, for the
latest `KEPT_EXECUTIONS` executions. Older ones are removed, as AWS removes them after 90 days.
"""

from __future__ import annotations

import pickle
import threading
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from localstack_host.host.settings import KEPT_EXECUTIONS
from localstack_host.state.executions import pack

LAST_EVENTS = frozenset(
    {"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}
)
FAST = 1  # zlib's fastest level; higher ones cost more time than they save memory


@dataclass(frozen=True)
class PackedHistory:
    """The compressed history of an execution, in a tenth of the memory."""

    packed: bytes

    @classmethod
    def of(cls, events: Any) -> PackedHistory:
        """Compresses LocalStack's list of events."""
        return cls(zlib.compress(pickle.dumps(events), FAST))

    def get_event_history(self) -> Any:
        """Returns a new list of the events, oldest first."""
        return pickle.loads(zlib.decompress(self.packed))  # noqa: S301 - packed above


@dataclass(frozen=True)
class EndedEnvironment:
    """The part of an ended execution's environment that LocalStack's provider still reads."""

    event_manager: Any
    callback_pool_manager: Any
    map_run_record_pool_manager: Any

    @classmethod
    def of(cls, environment: Any) -> EndedEnvironment:
        """Extracts this part of an environment."""
        callbacks, map_runs = empty_pools()
        return cls(
            _compressed(environment.event_manager),
            _used(environment.callback_pool_manager) or callbacks,
            _used(environment.map_run_record_pool_manager) or map_runs,
        )

    def set_stop(self, **_why: Any) -> None:
        """Does nothing. Stopping an ended execution is no error on AWS."""


@cache
def empty_pools() -> tuple[Any, Any]:
    """The pools of tokens and of Map Runs that all ended executions without them share."""
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501
        MapRunRecordPoolManager,
    )
    from localstack.services.stepfunctions.asl.eval.callback.callback import CallbackPoolManager

    untyped: tuple[Any, Any] = (CallbackPoolManager, MapRunRecordPoolManager)
    callbacks, map_runs = untyped
    return callbacks({}), map_runs()


def _used(pool: Any) -> Any:
    return pool if pool._pool else None


def _compressed(manager: Any) -> Any:
    """The compressed history; the manager itself while events may follow, as after a timeout."""
    events = manager.get_event_history()
    is_over = events and str(events[-1]["type"]) in LAST_EVENTS
    return PackedHistory.of(events) if is_over else manager


class Latest:
    """The executions that ended last; `forget` is called with those above the limit."""

    def __init__(self, most: int, forget: Callable[[Any], None]) -> None:
        self._most = most
        self._forget = forget
        self._ended: deque[Any] = deque()
        self._lock = threading.Lock()

    def add(self, execution: Any) -> None:
        """Adds an execution that has just ended."""
        with self._lock:
            self._ended.append(execution)
            surplus = [self._ended.popleft() for _ in range(len(self._ended) - self._most)]
        for execution in surplus:
            self._forget(execution)


@cache
def kept() -> Latest:
    """Those of this process."""
    return Latest(KEPT_EXECUTIONS.value(), forget)


class Executions(OrderedDict[str, Any]):
    """LocalStack's dictionary of executions, which may change during an iteration.

    LocalStack stores an execution before it starts it. Until then it has no environment, which
    every operation on it or on the token of a task reads: such an execution is not found yet.
    """

    def values(self) -> Any:
        """A copy of all executions that have started."""
        return [execution for execution in list(super().values()) if has_started(execution)]

    def get(self, arn: str, default: Any = None) -> Any:
        """An execution, if it is there and has started."""
        execution = super().get(arn)
        return execution if has_started(execution) else default


def has_started(execution: Any) -> bool:
    """Whether an execution has an environment, or has had one."""
    return getattr(getattr(execution, "exec_worker", None), "env", None) is not None


def forget(execution: Any) -> None:
    """Removes an execution from the store. Its name can be used again, as on AWS."""
    from localstack.services.stepfunctions.backend.store import sfn_stores

    executions = sfn_stores[execution.account_id][execution.region_name].executions
    if executions.get(execution.exec_arn) is execution:
        executions.pop(execution.exec_arn, None)


def reduce(execution: Any, latest: Latest) -> None:
    """Reduces an execution that has just ended to the data that can still be read."""
    from localstack.utils.threads import TMP_THREADS

    worker = execution.exec_worker
    environment, worker.env = worker.env, EndedEnvironment.of(worker.env)
    pack(execution)
    forget_data(environment)
    forget_finished(TMP_THREADS)
    latest.add(execution)


def forget_data(environment: Any) -> None:
    """Clears the data that only a running execution needs."""
    for data in (environment._frames, environment.heap, environment.stack):
        data.clear()


def forget_finished(threads: list[Any]) -> None:
    """Removes ended threads from a list, but not those that have not started yet."""
    for thread in list(threads):
        if getattr(thread, "ident", None) and not thread.is_alive():
            with suppress(ValueError):  # another thread has removed it
                threads.remove(thread)
