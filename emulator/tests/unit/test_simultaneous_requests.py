"""Two requests of one name at a time."""

from __future__ import annotations

import threading

from localstack_host.services import simultaneous_requests
from localstack_host.services.simultaneous_requests import one_at_a_time


def test_requests_of_one_name_wait_for_each_other_and_others_do_not() -> None:
    begun, end = threading.Event(), threading.Event()

    def second() -> None:
        with one_at_a_time("workflow", "order-1"):
            begun.set()
            end.wait()

    with one_at_a_time("workflow", "order-1"):
        thread = threading.Thread(target=second)
        thread.start()
        with one_at_a_time("workflow", "order-2"), one_at_a_time("bus", "order-1"):
            assert not begun.wait(0.1)
    assert begun.wait(10)
    end.set()
    thread.join()
    assert not simultaneous_requests._locks


def test_without_a_name_nobody_waits() -> None:
    with one_at_a_time("workflow", None), one_at_a_time("workflow", None):
        assert not simultaneous_requests._locks
