"""A batch of a queue is collected for its window, until it is full, or as large as an event."""

from __future__ import annotations

import time
from typing import Any

from localstack_host.services.lambda_ import batch_window
from localstack_host.services.lambda_.batch_window import WindowedClient

REQUEST = {
    "QueueUrl": "http://q",
    "MaxNumberOfMessages": 10,
    "WaitTimeSeconds": 1,
    "sqs_override_max_message_count": 25,
    "sqs_override_wait_time_seconds": 1,
}


class Queue:
    """A queue that gives these numbers of messages, one after the other, and none then."""

    def __init__(self, *counts: int, body: str = "b", takes_s: float = 0.0) -> None:
        self.requests: list[dict[str, Any]] = []
        self._counts, self._body, self._takes_s = list(counts), body, takes_s

    def receive_message(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        time.sleep(self._takes_s)
        count = self._counts.pop(0) if self._counts else 0
        return {"Messages": [{"Body": self._body}] * count} if count else {}

    def delete_message(self) -> str:
        return "deleted"


def test_messages_are_collected_until_the_window_ends() -> None:
    queue = Queue(1, 2, takes_s=0.1)
    response = WindowedClient(queue, 0.5).receive_message(**REQUEST)
    assert len(response["Messages"]) == 3
    assert 4 <= len(queue.requests) <= 7


def test_a_full_batch_does_not_wait() -> None:
    queue = Queue(10, 15, 1)
    began = time.monotonic()
    response = WindowedClient(queue, 60).receive_message(**REQUEST)
    assert len(response["Messages"]) == 25
    assert [one["sqs_override_max_message_count"] for one in queue.requests] == [25, 15]
    assert time.monotonic() - began < 1


def test_an_empty_queue_is_asked_once() -> None:
    queue = Queue()
    assert WindowedClient(queue, 60).receive_message(**REQUEST) == {}
    assert len(queue.requests) == 1


def test_no_more_is_collected_than_an_event_can_hold() -> None:
    queue = Queue(3, 3, 3, body="b" * (batch_window.LARGEST_BATCH // 5))
    assert len(WindowedClient(queue, 60).receive_message(**REQUEST)["Messages"]) == 6


def test_other_calls_are_passed_on() -> None:
    assert WindowedClient(Queue(), 60).delete_message() == "deleted"
