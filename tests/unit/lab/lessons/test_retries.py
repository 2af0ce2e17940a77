"""What a state's Retry adds up to."""

from __future__ import annotations

from lab.lessons.retries import arrivals, longest, never_retried, waits

RETRIER = {"IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 5, "MaxDelaySeconds": 8}


def test_pauses_grow_up_to_their_maximum() -> None:
    assert waits(RETRIER) == [1, 2, 4, 8, 8]


def test_the_defaults_are_those_of_the_language() -> None:
    assert waits({}) == [1, 2, 4]


def test_a_task_ends_after_all_its_tries_and_pauses() -> None:
    state = {"TimeoutSeconds": 15, "Retry": [{"MaxAttempts": 0}, RETRIER]}

    assert longest(state) == 6 * 15 + 23


def test_without_jitter_a_crowd_comes_back_as_one() -> None:
    seen = dict(arrivals(RETRIER | {"MaxAttempts": 2}, 100, jitter=False))

    assert {second: n for second, n in seen.items() if n} == {1: 100, 3: 100}


def test_with_jitter_it_is_spread_and_nobody_is_lost() -> None:
    seen = dict(arrivals(RETRIER | {"MaxAttempts": 2}, 100, jitter=True))

    assert sum(seen.values()) == 200
    assert max(seen.values()) < 50
    assert max(second for second, n in seen.items() if n) < 3


def test_errors_that_are_never_retried_are_told_by_state() -> None:
    final = {"ErrorEquals": ["OutOfStock", "InvalidCart"], "MaxAttempts": 0}
    states = {
        "Reserve": {"Retry": [final, RETRIER | {"ErrorEquals": ["States.ALL"]}]},
        "Tell": {"Retry": [{"ErrorEquals": ["States.ALL"]}]},
        "End": {},
    }
    assert never_retried({"States": states}) == {"Reserve": {"OutOfStock", "InvalidCart"}}
