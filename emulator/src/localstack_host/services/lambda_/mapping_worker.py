"""The thread of an event source mapping: it ends when it is told to, and its successor goes on.

LocalStack replaces the worker of a mapping that is updated, disabled or enabled. The new one would
start at the mapping's starting position: with TRIM_HORIZON the function receives all records again,
and with LATEST it misses some. AWS continues where the mapping was:
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState, EsmWorker

_predecessor: ContextVar[MappingWorker | None] = ContextVar("predecessor", default=None)


class MappingWorker(EsmWorker):
    """LocalStack's worker, which also ends while its poller retries a batch."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._replaced = False
        poller: Any = self.poller
        poller.mapping = self.esm_config
        self._before = predecessor()
        if self._before is not None:
            self._before._replaced = True

    @property
    def is_at_work(self) -> bool:
        """Whether its thread, or that of a worker before it, has not ended."""
        if self._before is not None and not self._before.is_at_work:
            self._before = None
        own = self._poller_thread is not None and self._poller_thread.is_alive()
        return own or self._before is not None

    def stop(self) -> None:
        """Ends the thread after the invocation that it is waiting for."""
        super().stop()  # type: ignore[no-untyped-call]
        self.poller.close()

    def delete(self) -> None:
        """Ends the thread as `stop` does, and removes the mapping."""
        super().delete()  # type: ignore[no-untyped-call]
        self.poller.close()

    def stop_for_shutdown(self) -> None:
        """Ends the thread as `stop` does, and leaves the mapping as it is."""
        super().stop_for_shutdown()  # type: ignore[no-untyped-call]
        self.poller.close()

    def update_esm_state_in_store(self, new_state: EsmState) -> None:
        """Stores the state of the mapping; its successor's, once there is one."""
        if not self._replaced:
            super().update_esm_state_in_store(new_state)


def predecessor() -> MappingWorker | None:
    """The worker that a new one replaces."""
    return _predecessor.get()


@contextmanager
def succeeding(worker: Any) -> Iterator[None]:
    """Workers and pollers that are made in this context replace `worker`; None: they are new."""
    token = _predecessor.set(worker)
    try:
        yield
    finally:
        _predecessor.reset(token)
