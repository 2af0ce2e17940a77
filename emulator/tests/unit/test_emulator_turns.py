"""Turns: so many at a time, in order, and nobody waits for ever for somebody who rests."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from localstack_host.fair_queue import MOMENT_S, FairQueue


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def begun() -> list[str]:
    return []


@pytest.fixture
def turns(clock: Clock) -> FairQueue:
    return FairQueue(2, silence_s=10, clock=clock)


@pytest.fixture
def take(turns: FairQueue, begun: list[str]) -> Callable[[str], None]:
    """Lets each of the letters take a turn; those that have begun are in `begun`."""

    def taken(names: str) -> None:
        for name in names:
            turns.submit(name, lambda name=name: begun.append(name))

    return taken


Take = Callable[[str], None]


def test_as_many_begin_as_there_are_places_and_the_others_in_their_order(
    turns: FairQueue, take: Take, begun: list[str]
) -> None:
    take("abcd")
    assert begun == ["a", "b"]
    turns.release("b")
    turns.release("a")
    assert begun == ["a", "b", "c", "d"]


def test_who_withdraws_never_begins(turns: FairQueue, take: Take, begun: list[str]) -> None:
    take("abc")
    assert turns.withdraw("c")
    assert not turns.withdraw("a")  # it has begun
    turns.release("a")
    turns.release("b")
    assert begun == ["a", "b"]


def test_who_has_begun_to_rest_is_heard_of_again_and_goes_on_at_once(
    turns: FairQueue, take: Take, begun: list[str]
) -> None:
    take("abcd")
    turns.release("a")
    turns.mark_active("a")
    assert begun == ["a", "b", "c"]
    assert turns.running == 3
    turns.release("b")
    assert begun == ["a", "b", "c"]  # there are two that work already
    turns.release("c")
    assert begun == ["a", "b", "c", "d"]


def test_who_is_not_heard_of_keeps_nobody_waiting(
    turns: FairQueue, take: Take, begun: list[str], clock: Clock
) -> None:
    take("abcd")
    clock.now += 6
    turns.mark_active("b")
    clock.now += 6
    turns.start_next()
    assert begun == ["a", "b", "c"]


def test_who_has_said_something_before_its_turn_has_none_yet(
    turns: FairQueue, take: Take, begun: list[str]
) -> None:
    take("ab")
    turns.mark_active("c")
    take("c")
    assert turns.running == 2
    assert begun == ["a", "b"]


def test_fewer_are_busy_than_have_places_and_who_waits_for_something_is_not_busy(
    begun: list[str], clock: Clock
) -> None:
    turns = FairQueue(3, silence_s=10, clock=clock, busy=1)
    for name in "abcde":
        turns.submit(name, lambda name=name: begun.append(name))
    assert begun == ["a"]

    clock.now += MOMENT_S  # nothing is heard of it: a slow function, for example
    turns.start_next()
    turns.start_next()
    assert begun == ["a", "b"]

    turns.mark_active("b")
    clock.now += MOMENT_S / 2
    turns.mark_active("a")
    clock.now += MOMENT_S / 2
    turns.start_next()
    assert begun == ["a", "b"]  # `a` is busy again

    turns.release("a")
    assert begun == ["a", "b", "c"]
    clock.now += MOMENT_S
    turns.start_next()
    clock.now += MOMENT_S
    turns.start_next()
    assert begun == ["a", "b", "c", "d"]  # three have places, however silent they are


def test_nothing_is_remembered_of_those_that_have_ended(turns: FairQueue, take: Take) -> None:
    take("abcdef")
    for name in "abcdef":
        turns.release(name)
    assert (turns.waiting, turns.running) == (0, 0)


def test_many_threads_get_their_turns_and_never_more_at_a_time_than_there_are_places() -> None:
    turns, at_work, most = FairQueue(3), [0], [0]
    lock = threading.Lock()

    def work(number: int) -> None:
        turns.wait(number)
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        with lock:
            at_work[0] -= 1
        turns.release(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert most[0] <= 3
    assert (turns.waiting, turns.running) == (0, 0)
