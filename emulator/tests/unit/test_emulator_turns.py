"""Turns: so many at a time, in order, and nobody waits for ever for somebody who rests."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from localstack_host.fair_queue import Turns


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
def turns(clock: Clock) -> Turns:
    return Turns(2, silence_s=10, clock=clock)


@pytest.fixture
def take(turns: Turns, begun: list[str]) -> Callable[[str], None]:
    """Lets each of the letters take a turn; those that have begun are in `begun`."""

    def taken(names: str) -> None:
        for name in names:
            turns.take(name, lambda name=name: begun.append(name))

    return taken


Take = Callable[[str], None]


def test_as_many_begin_as_there_are_places_and_the_others_in_their_order(
    turns: Turns, take: Take, begun: list[str]
) -> None:
    take("abcd")
    assert begun == ["a", "b"]
    turns.end("b")
    turns.end("a")
    assert begun == ["a", "b", "c", "d"]


def test_who_withdraws_never_begins(turns: Turns, take: Take, begun: list[str]) -> None:
    take("abc")
    assert turns.withdraw("c")
    assert not turns.withdraw("a")  # it has begun
    turns.end("a")
    turns.end("b")
    assert begun == ["a", "b"]


def test_who_has_begun_to_rest_is_heard_of_again_and_goes_on_at_once(
    turns: Turns, take: Take, begun: list[str]
) -> None:
    take("abcd")
    turns.end("a")
    turns.hear("a")
    assert begun == ["a", "b", "c"]
    assert turns.working == 3
    turns.end("b")
    assert begun == ["a", "b", "c"]  # there are two that work already
    turns.end("c")
    assert begun == ["a", "b", "c", "d"]


def test_who_is_not_heard_of_keeps_nobody_waiting(
    turns: Turns, take: Take, begun: list[str], clock: Clock
) -> None:
    take("abcd")
    clock.now += 6
    turns.hear("b")
    clock.now += 6
    turns.give()
    assert begun == ["a", "b", "c"]


def test_who_has_said_something_before_its_turn_has_none_yet(
    turns: Turns, take: Take, begun: list[str]
) -> None:
    take("ab")
    turns.hear("c")
    take("c")
    assert turns.working == 2
    assert begun == ["a", "b"]


def test_nothing_is_remembered_of_those_that_have_ended(turns: Turns, take: Take) -> None:
    take("abcdef")
    for name in "abcdef":
        turns.end(name)
    assert (turns.waiting, turns.working) == (0, 0)


def test_many_threads_get_their_turns_and_never_more_at_a_time_than_there_are_places() -> None:
    turns, at_work, most = Turns(3), [0], [0]
    lock = threading.Lock()

    def work(number: int) -> None:
        turns.wait(number)
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        with lock:
            at_work[0] -= 1
        turns.end(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert most[0] <= 3
    assert (turns.waiting, turns.working) == (0, 0)
