"""While a queue gives full batches, several of them are at work at a time.

LocalStack takes one batch after the other. In a rush that is one caller among many, and what the
queue is for falls behind: the last mail of 400 orders came half a minute after the last order. AWS
begins with five: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.poller import (
    EmptyPollResultsException,
)
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

from localstack_host.host.settings import INVOCATIONS_AT_A_TIME

# The queue's share of a function's turns: a half, and the rest is for who waits for an answer.
BATCHES = max(2, INVOCATIONS_AT_A_TIME.value() // 2)


class SeveralBatches(SqsPoller):
    """LocalStack's poller of a queue. A FIFO queue keeps its order: one batch at a time."""

    _full = False

    def poll_events(self) -> None:
        """Takes a batch and waits for its end; several, if one was full the last time."""
        several, self._full = self._full, False
        poll = super().poll_events
        if not several or self.is_fifo_queue:
            poll()
            return
        with ThreadPoolExecutor(BATCHES, thread_name_prefix="queue-batch") as pool:
            polls = [pool.submit(poll) for _ in range(BATCHES)]
        _raise_if_any([poll.exception() for poll in polls])

    def handle_messages(self, messages: list[dict[str, Any]]) -> None:
        """Notes whether the queue may have more."""
        self._full = self._full or len(messages) >= self.batch_size
        original: Any = super()
        original.handle_messages(messages)


def _raise_if_any(failures: list[BaseException | None]) -> None:
    """A poll that found nothing says so by an exception: it is one if all have found nothing."""
    empty = [one for one in failures if isinstance(one, EmptyPollResultsException)]
    for failure in failures:
        if failure and (failure not in empty or len(empty) == len(failures)):
            raise failure
