"""Asynchronous invocations: each once, also when the version changes, and no thread without any."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.lambda_.invocation.internal_sqs_queue import get_fake_sqs_client

from localstack_host.performance.pooled_threads import PooledThread
from localstack_host.services.lambda_ import event_polling
from localstack_host.services.lambda_.event_polling import AT_A_TIME, EventPoller
from tests.integration.waiting import threads_at_work, wait_for

WAIT_S = 10
TIMEOUT_S = 3


class Queue:
    """A version's queue, and the pollers that the test made for it."""

    def __init__(self) -> None:
        self._client = get_fake_sqs_client()
        self.url = self._client.create_queue(f"events-{uuid.uuid4().hex}")["QueueUrl"]
        self.handled: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def poller(self) -> Poller:
        return Poller(self)

    def send(self, *bodies: str, delay_s: int = 0) -> None:
        """Sends messages as the emulator does."""
        for body in bodies:
            self._client.send_message(self.url, body, DelaySeconds=delay_s)
            event_polling.wake(self.url)

    def remove(self, message: dict[str, Any]) -> None:
        self._client.delete_message(self.url, message["ReceiptHandle"])

    def delete(self) -> None:
        """Deletes the queue, if it is there."""
        with suppress(ValueError):
            self._client.delete_queue(self.url)

    @property
    def in_flight(self) -> int:
        return len(self._client.queue_manager.get_queue(self.url).inflight)


class Poller(EventPoller):
    """Writes down what it would invoke, when the test lets it."""

    def __init__(self, queue: Queue) -> None:
        version = SimpleNamespace(
            id=SimpleNamespace(function_name="function", qualifier="1"),
            config=SimpleNamespace(timeout=TIMEOUT_S),
        )
        super().__init__(SimpleNamespace(function_version=version), queue.url)
        self._of = queue

    def handle_message(self, message: dict[str, Any]) -> None:
        self._of.go_on.wait(WAIT_S)
        self._of.handled.append(message["Body"])
        self._of.remove(message)


@pytest.fixture
def queue() -> Iterator[Queue]:
    queue = Queue()
    yield queue
    queue.go_on.set()
    queue.delete()


def test_a_version_that_nobody_invokes_has_no_thread(queue: Queue) -> None:
    before = threads_at_work()
    for _ in range(20):
        queue.poller().run()
    wait_for(lambda: threads_at_work() <= before, "threads are left")


def test_after_a_burst_no_thread_is_left(queue: Queue) -> None:
    before = threads_at_work()
    queue.poller().run()
    bodies = [str(number) for number in range(5 * AT_A_TIME)]
    queue.send(*bodies)
    wait_for(lambda: len(queue.handled) == len(bodies), "some are not received")
    assert sorted(queue.handled, key=int) == bodies
    wait_for(lambda: threads_at_work() <= before, "threads are left")


def test_what_was_sent_before_a_version_starts_is_received(queue: Queue) -> None:
    queue.send("before")
    queue.poller().run()
    wait_for(lambda: queue.handled == ["before"], "some are not received")


def test_a_retry_is_waited_for(queue: Queue) -> None:
    queue.poller().run()
    queue.send("again", delay_s=1)
    wait_for(lambda: queue.handled == ["again"], "some are not received")


def test_messages_without_a_free_thread_stay_in_the_queue_so_that_none_is_received_twice(
    queue: Queue,
) -> None:
    queue.go_on.clear()
    queue.poller().run()
    bodies = [str(number) for number in range(3 * AT_A_TIME)]
    queue.send(*bodies)
    wait_for(lambda: queue.in_flight == AT_A_TIME, "some are not received")
    time.sleep(0.1)
    assert queue.in_flight == AT_A_TIME
    queue.go_on.set()
    wait_for(lambda: len(queue.handled) == len(bodies), "some are not received")
    assert sorted(queue.handled, key=int) == bodies


def test_what_waits_when_a_version_is_replaced_is_received_by_the_next(queue: Queue) -> None:
    """LocalStack's poller has received them all, and they come again after the time-out of 63 s."""
    queue.go_on.clear()
    old = queue.poller()
    old.run()
    bodies = [str(number) for number in range(3 * AT_A_TIME)]
    queue.send(*bodies)
    wait_for(lambda: queue.in_flight == AT_A_TIME, "some are not received")
    queue.poller().run()
    old.stop()
    queue.go_on.set()
    wait_for(lambda: len(queue.handled) == len(bodies), "some are not received")
    assert sorted(queue.handled, key=int) == bodies


def test_what_comes_in_the_moment_of_a_change_is_received_by_the_next(queue: Queue) -> None:
    """The old version is at `receive` still, and gets the message after it was stopped."""
    old = queue.poller()
    queue.send("first")
    old.run()
    wait_for(lambda: queue.handled == ["first"], "some are not received")
    for number in range(20):
        new = queue.poller()
        new.run()
        sender = threading.Thread(target=queue.send, args=(str(number),))
        sender.start()
        old.stop()
        sender.join()
        old = new
    wait_for(lambda: len(queue.handled) == 21, "some are not received")
    assert sorted(queue.handled[1:], key=int) == [str(number) for number in range(20)]


def test_a_version_that_was_stopped_invokes_nothing_that_it_still_receives(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, receiving = get_fake_sqs_client(), threading.Event()
    receive = client.receive_message

    def receive_message(**options: Any) -> Any:
        receiving.set()
        return receive(**options)

    monkeypatch.setattr(client, "receive_message", receive_message)
    before = threads_at_work()
    old = queue.poller()
    queue.send("much later", delay_s=60)
    assert receiving.wait(WAIT_S)
    old.stop()
    queue.send("late")
    wait_for(lambda: threads_at_work() <= before, "it receives still")
    assert queue.handled == []
    queue.poller().run()
    wait_for(lambda: queue.handled == ["late"], "it is not received")


def test_a_message_for_which_the_system_has_no_thread_is_received_again(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, refused = PooledThread.start, []

    def start_or_refuse(thread: PooledThread) -> None:
        if thread._args and len(refused) < 2 * AT_A_TIME:  # it handles a message
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(PooledThread, "start", start_or_refuse)
    queue.poller().run()
    queue.send("first")
    wait_for(lambda: queue.handled == ["first"], "some are not received")
    assert len(refused) == 2 * AT_A_TIME


def test_a_poller_whose_queue_was_deleted_ends(queue: Queue) -> None:
    before = threads_at_work()
    queue.poller().run()
    queue.send("later", delay_s=60)
    queue.delete()
    wait_for(lambda: threads_at_work() <= before, "threads are left")
