"""The processes that run the functions are killed at random, again and again."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random
from threading import Lock

import psutil
import pytest

from lab.core import run_state
from lab.core.process_tree import function_of
from tests.chaos.conftest import Tell
from tests.chaos.crowd import Crowd
from tests.deployed_shop import at_once, order_of

ORDERS = 200
EVERY = 5
SEED = 20261122
SPARED = "notifier"
"""SES has no idempotency key: a notifier that dies between SES's answer and its own note of it
sends the mail once more. That is the promise of at-least-once delivery, and not what is tested."""


@dataclass
class Killer:
    """Kills one process of the emulator's functions, chosen by a seeded generator."""

    emulator: psutil.Process
    chance: Random = field(default_factory=lambda: Random(SEED))
    killed: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def strike(self) -> None:
        with self.lock:
            victims = sorted(self._victims(), key=lambda victim: victim[0])
            if not victims:
                return
            name, process = self.chance.choice(victims)
            try:
                process.kill()
            except psutil.NoSuchProcess:
                return
            self.killed[name] += 1

    def _victims(self) -> list[tuple[str, psutil.Process]]:
        """Children of this emulator that run a function, and nothing else."""
        named = [(function_of(p), p) for p in self.emulator.children(recursive=True)]
        return [(name, p) for name, p in named if name and not name.endswith(SPARED)]


@pytest.fixture
def killer(crowd: Crowd) -> Killer:
    """Only for the emulator that this lab has started: its processes are ours to kill."""
    known = run_state.load()
    process = known.process() if known else None
    if process is None or known is None or str(known.port) not in str(crowd.shop.target.endpoint):
        pytest.skip("The emulator was not started by this lab, so its processes are not ours")
    return Killer(process)


@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_200_orders_survive_that_functions_are_killed_at_random(
    crowd: Crowd, killer: Killer, tell: Tell
) -> None:
    sku = crowd.sell(2 * ORDERS)
    buyers = [crowd.sign_in() for _ in range(20)]
    calls = [partial(_shop, crowd, killer, buyers[n % 20], sku, n) for n in range(ORDERS)]
    began = time.monotonic()

    bought = at_once(calls, workers=12)

    took = time.monotonic() - began
    ended = Counter(item["status"] for item in crowd.orders(bought).values())
    crowd.settle(bought)
    items = crowd.orders(bought)
    settled = Counter(item["status"] for item in items.values())
    assert sum(killer.killed.values()) > ORDERS / EVERY / 2
    assert len(items) == ORDERS
    assert settled["PENDING"] == 0
    assert crowd.available(sku) == 2 * ORDERS - settled["CONFIRMED"]
    tell(
        f"killed {dict(killer.killed)}; {dict(ended)} when the executions had ended, "
        f"{dict(settled)} after the sweeper, in {took:.0f} s; {crowd.audit()}"
    )


def _shop(crowd: Crowd, killer: Killer, buyer: str, sku: str, number: int) -> str:
    order_id = crowd.place(buyer, order_of((sku, 1)), f"{sku}-{number:04}")
    if number % EVERY == 0:
        killer.strike()
    crowd.wait(order_id)
    return order_id
