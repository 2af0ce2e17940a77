"""Receives the asynchronous invocations of a version, in threads only while there are any.

LocalStack's poller has a thread for each version, which asks the version's queue every 2 s for as
long as the version exists, and up to six more that remain after its first burst. After fifty
deployments of seven functions these are 350 threads, at work for nothing.

LocalStack's also receives at once whatever is in the queue. What waits there for one of its threads
for longer than the visibility timeout runs twice; and what waits when the version is replaced is
forgotten until that timeout. Here a message is received when a thread is free for it, and one that
comes when the version is replaced goes back to the queue.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from localstack.services.lambda_.invocation import internal_sqs_queue
from localstack.services.lambda_.invocation.event_manager import Poller

from localstack_host.performance.pooled_threads import PooledThread

WAIT_S = 2  # for the next message, before looking whether there is any left
AT_A_TIME = (os.process_cpu_count() or 1) + 4  # invocations of a version, as many as LocalStack has
MARGIN_S = 60  # of the visibility timeout, besides the function's timeout


class EventPoller(Poller):
    """LocalStack's poller of a version, with threads only while its queue has messages."""

    def __init__(self, version_manager: Any, event_queue_url: str) -> None:
        super().__init__(version_manager, event_queue_url)  # its pool of threads stays empty
        self._queues = internal_sqs_queue.get_fake_sqs_client()
        self._queue = self._queues.queue_manager.get_queue(event_queue_url)
        self._free = threading.Semaphore(AT_A_TIME)
        self._lock = threading.Lock()
        self._polling = False
        _current[event_queue_url] = self

    def run(self, *_arguments: Any, **_options: Any) -> None:
        """Starts with the messages of before: of the version that this one replaces, or saved."""
        self.wake()

    def wake(self) -> None:
        """Receives messages, if it does not do so already. Call it after a message was sent."""
        with self._lock:
            if self._polling or self._shutdown_event.is_set():
                return
            PooledThread(self._poll).start()
            self._polling = True

    def stop(self) -> None:
        """Receives no more messages. Invocations that have begun are completed."""
        if _current.get(self.event_queue_url) is self:
            del _current[self.event_queue_url]
        self._shutdown_event.set()

    def _poll(self) -> None:
        while self._goes_on():
            self._free.acquire()
            if message := self._receive():
                self._begin(message)
            else:
                self._free.release()

    def _begin(self, message: dict[str, Any]) -> None:
        try:
            PooledThread(self._handle, (message,)).start()
        except RuntimeError:  # the system has no more threads
            self._free.release()
            self._put_back(message)

    def _goes_on(self) -> bool:
        """Whether there are messages, also such as are delayed or may become visible again."""
        with self._lock:
            self._polling = not self._shutdown_event.is_set() and _has_messages(self._queue)
            return self._polling

    def _receive(self) -> dict[str, Any] | None:
        if self._shutdown_event.is_set():
            return None
        timeout_s = self.version_manager.function_version.config.timeout + MARGIN_S
        queue = {"QueueUrl": self.event_queue_url}
        try:
            received = self._queues.receive_message(
                **queue, WaitTimeSeconds=WAIT_S, VisibilityTimeout=timeout_s
            )
        except ValueError:  # the queue was deleted with its function
            self._shutdown_event.set()
            return None
        for message in received["Messages"] or ():
            if not self._shutdown_event.is_set():
                return dict(message)
            self._put_back(message)
        return None

    def _put_back(self, message: dict[str, Any]) -> None:
        self._queue.update_visibility_timeout(message["ReceiptHandle"], 0)
        wake(self.event_queue_url)

    def _handle(self, message: dict[str, Any]) -> None:
        try:
            self.handle_message(message)
        finally:
            self._free.release()


def wake(queue: str) -> None:
    """Wakes the version that has this queue now, if any."""
    if poller := _current.get(queue):
        poller.wake()


def _has_messages(queue: Any) -> bool:
    with queue.mutex:  # a message that is moved is in neither place for a moment
        return bool(queue.inflight or queue.delayed or queue.visible.qsize())


_current: dict[str, EventPoller] = {}
