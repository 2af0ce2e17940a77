"""Several things to do, of which one that fails must not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def attempt_all[T](jobs: Iterable[Callable[[], T]]) -> list[T]:
    """Does every job, whatever becomes of the others, and returns what they returned.

    Raises an ExceptionGroup of those that failed, once all have been tried.
    """
    results: list[T] = []
    failures: list[Exception] = []
    for job in jobs:
        try:
            results.append(job())
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Some are left for the next sweep", failures)
    return results
