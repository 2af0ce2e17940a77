"""Simulates 10,000 buyers of one product in a minute under DynamoDB's limits.

`python -m lab.measure.rush` prints the tables of docs/decisions/0008-hot-products.md. Buyers behave
as `checkout.adapters.dynamodb.transact` does; DynamoDB behaves as its documentation says:

- a write transaction on an item that another transaction is writing is rejected (a conflict),
- a partition handles 1,000 write units a second, and a transactional write of an item costs two.

Two assumptions are not in AWS's documentation: how long a transaction keeps an item busy
(`BUSY_S`), and that a rejected one costs one unit and half the time.
"""

from __future__ import annotations

import heapq
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil

from checkout.adapters.dynamodb import ATTEMPTS, FIRST_WAIT_S

BUYERS = 10_000
SHARDS = (1, 2, 4, 8, 16, 32)
BUSY_S = (0.005, 0.015)  # shortest and longest
UNITS_PER_S = 1000.0
TRANSACTION_UNITS = 2.0
REJECTION_UNITS = 1.0
SEED = 2026


@dataclass
class Shard:
    """An item that counts stock, on its own partition, with the write units left there."""

    busy_until: float = 0.0
    units: float = UNITS_PER_S
    seen_at: float = 0.0

    def conflicts(self, at: float) -> bool:
        """Whether another transaction is writing the item."""
        return at < self.busy_until

    def spend(self, units: float, at: float) -> bool:
        """Consumes write units; False if there are too few. They refill to one second's worth."""
        self.units = min(UNITS_PER_S, self.units + (at - self.seen_at) * UNITS_PER_S)
        self.seen_at = at
        if self.units < units:
            return False
        self.units -= units
        return True


@dataclass
class Tally:
    """The results of a simulation; `took` has the seconds of each buyer who succeeded."""

    took: list[float] = field(default_factory=list)
    gave_up: int = 0
    conflicts: int = 0
    throttled: int = 0

    @property
    def buyers(self) -> int:
        """The number of buyers."""
        return len(self.took) + self.gave_up

    @property
    def success(self) -> float:
        """The share of buyers who succeeded without a retry by the workflow."""
        return len(self.took) / self.buyers

    @property
    def retries(self) -> float:
        """Retries per buyer."""
        return (self.conflicts + self.throttled - self.gave_up) / self.buyers

    def percentile(self, share: float) -> float:
        """The percentile of the successful buyers' times, in seconds; `share` is 0 to 1."""
        ordered = sorted(self.took)
        return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else float("nan")


def evenly(dice: random.Random, buyers: int = BUYERS) -> list[float]:
    """Arrival times in seconds, uniform over a minute."""
    return [dice.uniform(0, 60) for _ in range(buyers)]


def at_the_opening(dice: random.Random, buyers: int = BUYERS) -> list[float]:
    """Arrival times in seconds: half of them in the first ten, the others over the minute."""
    return [dice.uniform(0, 10 if n % 2 else 60) for n in range(buyers)]


def simulate(arrivals: Iterable[float], shards: int, dice: random.Random) -> Tally:
    """Simulates each buyer's write of a random shard, with the retries of `transact`."""
    counters = [Shard() for _ in range(shards)]
    tally = Tally()
    # Start of the attempt, buyer, the buyer's shard, arrival, and number of earlier attempts.
    queue = [(at, n, dice.randrange(shards), at, 0) for n, at in enumerate(arrivals)]
    heapq.heapify(queue)
    while queue:
        at, buyer, number, arrival, tried = heapq.heappop(queue)
        duration = dice.uniform(*BUSY_S)
        if _write(counters[number], at, duration, tally):
            tally.took.append(at + duration - arrival)
        elif tried + 1 == ATTEMPTS:
            tally.gave_up += 1
        else:
            again = at + duration / 2 + dice.uniform(0, FIRST_WAIT_S * 2**tried)
            heapq.heappush(queue, (again, buyer, number, arrival, tried + 1))
    return tally


def _write(shard: Shard, at: float, duration: float, tally: Tally) -> bool:
    conflicts = shard.conflicts(at)
    if not shard.spend(REJECTION_UNITS if conflicts else TRANSACTION_UNITS, at):
        tally.throttled += 1
        return False
    if conflicts:
        tally.conflicts += 1
        return False
    shard.busy_until = at + duration
    return True


def tables() -> Iterator[str]:
    """Yields the lines of the page: one table for each distribution of arrivals."""
    for title, arrivals in (("evenly", evenly), ("at the opening", at_the_opening)):
        buyers = arrivals(random.Random(SEED))  # noqa: S311 - repeatable, not secret
        rows = [
            (shards, simulate(buyers, shards, random.Random(SEED)))  # noqa: S311
            for shards in SHARDS
        ]
        yield from table(f"10,000 buyers, {title}", rows)


def table(title: str, rows: Sequence[tuple[int, Tally]]) -> Iterator[str]:
    """A table in Markdown."""
    yield f"| {title}: shards | got through | retries per order | throttled | p50 ms | p95 ms |"
    yield "|---|---|---|---|---|---|"
    for shards, tally in rows:
        outcome = f"{tally.success:.2%} | {tally.retries:.2f} | {tally.throttled}"
        times = " | ".join(f"{1000 * tally.percentile(share):.0f}" for share in (0.5, 0.95))
        yield f"| {shards} | {outcome} | {times} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write("\n".join(tables()))
