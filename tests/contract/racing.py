"""Many threads that do something at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from checkout.domain.errors import CheckoutError


def race[T](*calls: Callable[[], T]) -> Sequence[T | CheckoutError]:
    """What each call returned, or the domain's error that it raised; any other error is raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | CheckoutError:
        start.wait(timeout=30)
        try:
            return call()
        except CheckoutError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
