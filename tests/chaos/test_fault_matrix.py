"""Every state that a function serves, failing in every way, once and for good.

The order ends, or waits in the compensation queue until `lab redrive`; then the audit is clean.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby, product
from typing import Any

import pytest

from checkout.domain.order import Fault
from lab.operate import redrive
from tests.asl import COMPENSATION, FAILURE, FORWARD, FUNCTIONS, REJECTION
from tests.chaos.conftest import Tell
from tests.chaos.crowd import Crowd
from tests.deployed_shop import at_once, order_of

pytestmark = pytest.mark.exhaustive

ENDINGS = tuple(state for state, package in FUNCTIONS.items() if package == "order_generator")
"""What the order generator serves; the other functions serve the beginnings."""

BEGINNINGS = tuple(state for state in FUNCTIONS if state not in ENDINGS)
STATES = tuple(FUNCTIONS)
FAULTS = tuple(fault.value for fault in Fault)
FOR_GOOD = 100


@dataclass(frozen=True)
class Case:
    """One state, one way to fail, once or for good."""

    state: str
    fault: str
    times: int

    @property
    def simulate(self) -> dict[str, Any]:
        """The failure switch. What undoes things runs only if something failed before it."""
        switch = {"fail": self.state, "how": self.fault, "times": self.times}
        return (
            {**switch, "after": "GenerateOrder"} if self.state in COMPENSATION + FAILURE else switch
        )

    @property
    def card(self) -> str:
        """A card that leads to the state."""
        return "tok_declined" if self.state in REJECTION else "tok_visa"

    @property
    def is_slow(self) -> bool:
        """Whether it hangs four times, ten seconds each."""
        return self.fault == "timeout" and self.times > 1

    @property
    def is_survived(self) -> bool:
        """Whether a retry repairs it. Garbage is not retried: it is no error to Step Functions."""
        return self.times == 1 and self.fault != "garbage"

    @property
    def expected(self) -> Outcome:
        """Where the order must end, and who brings it there."""
        return Outcome(self._status, self._settled_by)

    @property
    def _status(self) -> str:
        if self.state in REJECTION:
            return "REJECTED"
        if self.state in COMPENSATION + FAILURE:
            return "FAILED"
        return "CONFIRMED" if self._is_confirmed else "FAILED"

    @property
    def _is_confirmed(self) -> bool:
        """An order that was confirmed stands, even if the answer that says so is always lost."""
        always_lost = (self.state, self.fault) == ("GenerateOrder", "kill_after")
        return self.is_survived or always_lost or self.state == "PublishOrderConfirmed"

    @property
    def _settled_by(self) -> str:
        if self.is_survived or self.state in FORWARD:
            return "workflow"
        if self.state.startswith("Publish"):
            return "workflow" if self.fault == "kill_after" else "sweeper"
        return "redrive" if self.state in COMPENSATION else "sweeper"


@dataclass(frozen=True)
class Outcome:
    """Where an order ended, and who told the world: the workflow, `lab redrive` or the sweeper."""

    status: str
    settled_by: str

    def __str__(self) -> str:
        return (
            self.status if self.settled_by == "workflow" else f"{self.status} ({self.settled_by})"
        )


CASES = tuple(Case(*case) for case in product(STATES, FAULTS, (1, FOR_GOOD)))


@pytest.mark.timeout(900)
def test_fault_matrix(crowd: Crowd, tell: Tell) -> None:
    began = time.monotonic()
    placed = _place_all(crowd)
    took = time.monotonic() - began
    queued = _queued(crowd, placed)
    crowd.settle(list(placed.values()))
    items = crowd.orders(list(placed.values()))

    outcomes = {
        case: _outcome(items[order_id], crowd, order_id in queued)
        for case, order_id in placed.items()
    }
    table = "\n".join(_table(outcomes))
    tell(f"{table}\n{len(CASES)} orders in {took:.0f} s; {crowd.audit()}")
    assert outcomes == {case: case.expected for case in CASES}
    assert redrive.run(crowd.shop.target).orders == ()


def _place_all(crowd: Crowd) -> dict[Case, str]:
    """Buys once for each case, the slow ones beside the others; gives each case its order.

    The emulator runs four of a function at a time, so no function may hang four times at once.
    """
    buy = partial(_buy, crowd, crowd.sign_in(), crowd.sell(len(CASES)))
    lanes = [(_quick(CASES), 8), (_slow(ENDINGS), 3), (_slow(BEGINNINGS), 3)]
    placed = at_once([partial(_place, buy, cases, workers) for cases, workers in lanes], len(lanes))
    return {case: order_id for lane in placed for case, order_id in lane.items()}


def _quick(cases: Iterable[Case]) -> list[Case]:
    return [case for case in cases if not case.is_slow]


def _slow(states: Collection[str]) -> list[Case]:
    return [case for case in CASES if case.is_slow and case.state in states]


def _place(buy: Callable[[Case], str], cases: Sequence[Case], workers: int) -> dict[Case, str]:
    calls = [partial(buy, case) for case in cases]
    return dict(zip(cases, at_once(calls, workers), strict=True))


def _buy(crowd: Crowd, buyer: str, sku: str, case: Case) -> str:
    request = order_of((sku, 1), payment={"token": case.card}, simulate=case.simulate)
    return crowd.buy(buyer, request)


def _queued(crowd: Crowd, placed: Mapping[Case, str]) -> set[str]:
    """The orders that the workflow gave up on: their way ends in the compensation queue."""
    return {i for i in placed.values() if "QueueCompensation" in crowd.way(i).path}


def _outcome(item: Mapping[str, Any], crowd: Crowd, queued: bool) -> Outcome:
    """Who published last? What was published before the execution ended was the workflow."""
    published = datetime.fromisoformat(item["eventAt"]).timestamp()
    if published <= crowd.ended_at(item["orderId"]):
        return Outcome(item["status"], "workflow")
    return Outcome(item["status"], "redrive" if queued else "sweeper")


def _table(outcomes: Mapping[Case, Outcome]) -> Iterator[str]:
    yield f"{'state':<23}{'fault':<12}{'once':<22}for good"
    for (state, fault), cases in groupby(outcomes_in_order(outcomes), lambda c: (c.state, c.fault)):
        once, for_good = (str(outcomes[case]) for case in cases)
        name = state if fault == FAULTS[0] else ""
        yield f"{name:<23}{fault:<12}{once:<22}{for_good}"


def outcomes_in_order(outcomes: Iterable[Case]) -> list[Case]:
    return sorted(outcomes, key=CASES.index)
