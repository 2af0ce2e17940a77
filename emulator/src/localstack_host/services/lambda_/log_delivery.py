"""Logs of invocations, a few at a time.

For each invocation LocalStack calls CloudWatch Logs. Under load the lines of several invocations
now go there together, a moment later, as they do on AWS. Each stream keeps its order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from queue import Empty, Queue
from typing import Any

from localstack.runtime import hooks

WAIT_S = 0.25
# Of one call to PutLogEvents, which AWS lets have 1 MB with 26 bytes more for each line.
MAX_CHARACTERS = 2**18


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def gather_logs() -> None:
    """The hook `localstack.hooks.on_infra_start`: gives LocalStack's log handlers the queue."""
    from localstack.services.lambda_.invocation import logs

    changed: Any = logs
    changed.Queue = Gathering


class Gathering(Queue[Any]):
    """A queue whose one reader gets what comes within `WAIT_S` joined by stream."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        super().__init__()
        self._wait_s = wait_s
        self._joined: deque[Any] = deque()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next item; what is not of a log's kind (the wish to stop) comes last."""
        if not self._joined:
            first = super().get(block, timeout)
            time.sleep(self._wait_s)
            self._joined.extend(joined([first, *self._waiting()]))
        return self._joined.popleft()

    def _waiting(self) -> Iterator[Any]:
        with suppress(Empty):
            while True:
                yield super().get(block=False)


def joined(items: Iterable[Any]) -> list[Any]:
    """LogItems of the same stream as one, in the order of their first; others behind them."""
    logs: list[Any] = []
    open_: dict[tuple[str, str], int] = {}
    others = []
    for item in items:
        if not hasattr(item, "log_stream"):
            others.append(item)
            continue
        stream = (item.log_group, item.log_stream)
        at = open_.get(stream)
        if at is not None and len(logs[at].logs) + len(item.logs) < MAX_CHARACTERS:
            logs[at] = replace(logs[at], logs=f"{logs[at].logs}\n{item.logs}")
        else:
            open_[stream] = len(logs)
            logs.append(item)
    return [*logs, *others]
