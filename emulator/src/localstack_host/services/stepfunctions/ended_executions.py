"""What the emulator remembers of an execution that has ended: what one may still ask for.

LocalStack keeps everything that an execution worked with for as long as it runs itself: the data of
each state and the threads that ran them. Here description, input, output and history stay, the
history packed, for as many executions as `KEPT_EXECUTIONS` says. Those that ended first are
then forgotten, as AWS forgets them after 90 days.
"""

from __future__ import annotations

import pickle
import threading
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

LAST_EVENTS = frozenset(
    {"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}
)
FAST = 1  # of zlib's levels; the others cost more than they save


@dataclass(frozen=True)
class PackedHistory:
    """The events of an execution that has ended, in a tenth of the memory."""

    packed: bytes

    @classmethod
    def of(cls, events: Any) -> PackedHistory:
        """Packs LocalStack's list of events."""
        return cls(zlib.compress(pickle.dumps(events), FAST))

    def get_event_history(self) -> Any:
        """The events, oldest first; a new list each time."""
        return pickle.loads(zlib.decompress(self.packed))  # noqa: S301 - packed above


@dataclass(frozen=True)
class Remembered:
    """What LocalStack's provider asks of the environment of an execution that has ended."""

    event_manager: Any
    callback_pool_manager: Any
    map_run_record_pool_manager: Any

    @classmethod
    def of(cls, environment: Any) -> Remembered:
        """The part of an execution's environment that stays."""
        return cls(
            _packed(environment.event_manager),
            environment.callback_pool_manager,
            environment.map_run_record_pool_manager,
        )

    def set_stop(self, **_why: Any) -> None:
        """It has ended: nothing more can stop it, and on AWS it is no mistake to try."""


def _packed(manager: Any) -> Any:
    """The manager itself if its last state still works: after a timeout it tells the end late."""
    events = manager.get_event_history()
    is_over = events and str(events[-1]["type"]) in LAST_EVENTS
    return PackedHistory.of(events) if is_over else manager


class Latest:
    """The executions that ended last; `forget` is called with those that are too many."""

    def __init__(self, most: int, forget: Callable[[Any], None]) -> None:
        self._most = most
        self._forget = forget
        self._ended: deque[Any] = deque()
        self._lock = threading.Lock()

    def add(self, execution: Any) -> None:
        """It has just ended."""
        with self._lock:
            self._ended.append(execution)
            surplus = [self._ended.popleft() for _ in range(len(self._ended) - self._most)]
        for execution in surplus:
            self._forget(execution)


class Executions(OrderedDict[str, Any]):
    """LocalStack's, of which it goes through all while others come and go."""

    def values(self) -> Any:
        """All at this moment."""
        return list(super().values())


def forget(execution: Any) -> None:
    """As if there never had been one: its name may be used again, as on AWS."""
    from localstack.services.stepfunctions.backend.store import sfn_stores

    kept = sfn_stores[execution.account_id][execution.region_name].executions
    if kept.get(execution.exec_arn) is execution:
        kept.pop(execution.exec_arn, None)


def remember(execution: Any, latest: Latest) -> None:
    """The execution has just ended: what one may still ask for stays, and all else goes."""
    from localstack.utils.threads import TMP_THREADS

    worker = execution.exec_worker
    environment, worker.env = worker.env, Remembered.of(worker.env)
    forget_data(environment)
    forget_finished(TMP_THREADS)
    latest.add(execution)


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
