"""A save sees no operation half done, and does not wait for those that may take long."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from localstack_host.state.gate import Gate
from localstack_host.state.operations import reads

SOON_S = 0.05
LONG_S = 10.0


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_an_operation_in_progress_ends_first() -> None:
    gate, inside, may_end = Gate(), threading.Event(), threading.Event()

    def operation() -> None:
        with gate.passing():
            inside.set()
            may_end.wait()

    thread = in_a_thread(operation)
    inside.wait()
    with gate.closed(SOON_S) as is_quiet:
        assert not is_quiet
    may_end.set()
    thread.join()
    with gate.closed(SOON_S) as is_quiet:
        assert is_quiet


def test_others_wait_until_it_is_open_again() -> None:
    gate, passed = Gate(), threading.Event()

    def operation() -> None:
        with gate.passing():
            passed.set()

    with gate.closed(SOON_S):
        thread = in_a_thread(operation)
        assert not passed.wait(SOON_S)
    assert passed.wait(LONG_S)
    thread.join()


def test_a_nested_operation_belongs_to_the_outer_one() -> None:
    gate, order = Gate(), []
    closing = threading.Event()

    def save() -> None:
        closing.set()
        with gate.closed(LONG_S) as is_quiet:
            order.append(f"saved {is_quiet}")

    with gate.passing():
        thread = in_a_thread(save)
        closing.wait()
        with gate.passing():  # would wait forever for itself
            order.append("nested")
    thread.join()
    assert order == ["nested", "saved True"]


def test_a_wait_steps_out_and_comes_back_when_the_gate_is_open() -> None:
    gate, waiting, message = Gate(), threading.Event(), threading.Event()
    received: list[bool] = []

    def long_poll() -> None:
        with gate.passing():
            with gate.stepping_out():
                waiting.set()
                message.wait()
            received.append(True)

    thread = in_a_thread(long_poll)
    waiting.wait()
    with gate.closed(SOON_S) as is_quiet:
        assert is_quiet
        message.set()
        thread.join(SOON_S)
        assert not received
    thread.join()
    assert received


def test_what_is_handed_over_belongs_to_the_operation() -> None:
    gate, delivering, may_end = Gate(), threading.Event(), threading.Event()

    def deliver() -> None:
        with gate.passing():
            delivering.set()
            may_end.wait()

    with gate.passing():
        delivery = gate.handed_over(deliver)
    with gate.closed(SOON_S) as is_quiet:
        assert not is_quiet  # the operation has ended, its delivery has not begun
    thread = in_a_thread(delivery)
    delivering.wait()
    with gate.closed(SOON_S) as is_quiet:
        assert not is_quiet
    may_end.set()
    thread.join()
    with gate.closed(SOON_S) as is_quiet:
        assert is_quiet


def test_an_operation_that_fails_has_ended() -> None:
    gate = Gate()
    with pytest.raises(ValueError, match="x"), gate.passing():
        raise ValueError("x")
    with gate.closed(SOON_S) as is_quiet:
        assert is_quiet


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("GetItem", True),
        ("ListQueues", True),
        ("DescribeTable", True),
        ("TransactGetItems", True),
        ("PutItem", False),
        ("TransactWriteItems", False),
        ("SendMessage", False),
        ("DeleteMessage", False),
        ("StartQuery", True),
        ("StartExecution", False),
        ("PutObject", False),
        ("GenerateDataKey", False),
        ("ExecuteStatement", False),
    ],
)
def test_names_say_what_reads(operation: str, expected: bool) -> None:
    assert reads(operation) is expected
