"""What a failure switch does to a task: four ways in which a function can fail.

Only `task_runner.run` calls it, and only where the environment allows failure switches. A switch is
part of the order (`Order.simulate`): the API reads it, it is stored with the order, and it is sent
to every task in the execution's input.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping

from checkout.domain.errors import SimulatedFailure
from checkout.domain.order import Fault

HANG_S = 60.0
"""Longer than a function's own limit (10 s) and than that of its state (15 s)."""

GARBAGE = "neither done nor failed"

Work = Callable[[], object]


def throw(fault: Fault, work: Work, what: str) -> object:
    """Fails in the given way. `what` names the attempt for the message; `work` does the task."""
    return FAULTS[fault](work, what)


def _raise(_work: Work, what: str) -> object:
    raise SimulatedFailure(f"{what} was told to fail")


def _hang(_work: Work, what: str) -> object:
    time.sleep(HANG_S)
    raise SimulatedFailure(f"{what} was told to hang, and nobody stopped it in {HANG_S:.0f} s")


def _die(work: Work, _what: str) -> object:
    """The worst moment to fail: everything is written, and no response is sent."""
    work()
    sys.stdout.flush()
    os._exit(1)


def _garbage(_work: Work, _what: str) -> object:
    return GARBAGE


FAULTS: Mapping[Fault, Callable[[Work, str], object]] = {
    Fault.RAISE: _raise,
    Fault.TIMEOUT: _hang,
    Fault.KILL_AFTER: _die,
    Fault.GARBAGE: _garbage,
}
