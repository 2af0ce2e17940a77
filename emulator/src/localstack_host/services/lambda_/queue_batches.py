"""Processes several batches of a queue at a time while they are full.

LocalStack processes one batch at a time. In a rush that is one caller among many, and the queue
falls behind: the last mail of 400 orders arrived half a minute after the last order. AWS starts
with five: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.poller import (
    EmptyPollResultsException,
)
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

from localstack_host.host.settings import INVOCATIONS_AT_A_TIME
from localstack_host.services.lambda_.batch_window import WindowedClient

# Half of a function's slots; the others are for synchronous invocations.
BATCHES = max(2, INVOCATIONS_AT_A_TIME.value() // 2)


class SeveralBatches(SqsPoller):
    """LocalStack's poller of a queue. FIFO queues are processed in order, one batch at a time."""

    _full = False

    def poll_events(self) -> None:
        """Receives and processes a batch; several at a time if the previous one was full."""
        self._wait_for_batches()
        several, self._full = self._full, False
        poll = super().poll_events
        if not several or self.is_fifo_queue:
            poll()
            return
        with ThreadPoolExecutor(BATCHES, thread_name_prefix="queue-batch") as pool:
            polls = [pool.submit(poll) for _ in range(BATCHES)]
        _raise_if_any([poll.exception() for poll in polls])

    def _wait_for_batches(self) -> None:
        """Collects messages for the mapping's window, if it has one."""
        window: int = self.maximum_batching_window
        if window and not isinstance(self.source_client, WindowedClient):
            client: Any = WindowedClient(self.source_client, window)
            self.source_client = client

    def handle_messages(self, messages: list[dict[str, Any]]) -> None:
        """Processes messages, and records whether the batch was full."""
        self._full = self._full or len(messages) >= self.batch_size
        original: Any = super()
        original.handle_messages(messages)


def _raise_if_any(failures: list[BaseException | None]) -> None:
    """Raises the first failure. That a poll was empty is one only if all polls were empty."""
    empty = [one for one in failures if isinstance(one, EmptyPollResultsException)]
    for failure in failures:
        if failure and (failure not in empty or len(empty) == len(failures)):
            raise failure
