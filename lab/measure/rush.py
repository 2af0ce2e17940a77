"""A rush on one product, simulated: what DynamoDB's limits leave of 10,000 buyers in a minute.

`python -m lab.measure.rush` prints the tables of docs/decisions/0008-hot-products.md. Buyers behave
as `checkout.adapters.dynamodb.transact` does; DynamoDB behaves as its documentation says:

- a write transaction on an item that another one is just writing is rejected (a conflict),
- a partition takes 1,000 write units a second, and a transaction's write of an item costs two.

Two things AWS does not say, so they are assumptions: how long a transaction keeps an item busy
(`BUSY_S`), and that a rejected one costs its first unit and half the time.
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
    """An item that counts stock, on a partition of its own: busy until, and units left."""

    busy_until: float = 0.0
    units: float = UNITS_PER_S
    seen_at: float = 0.0

    def conflicts(self, at: float) -> bool:
        """Whether another transaction is writing it."""
        return at < self.busy_until

    def spend(self, units: float, at: float) -> bool:
        """Takes units if there are enough; they come back evenly, up to a second's worth."""
        self.units = min(UNITS_PER_S, self.units + (at - self.seen_at) * UNITS_PER_S)
        self.seen_at = at
        if self.units < units:
            return False
        self.units -= units
        return True


@dataclass
class Tally:
    """What became of the buyers: how long each who got through took, in seconds, and the rest."""

    took: list[float] = field(default_factory=list)
    gave_up: int = 0
    conflicts: int = 0
    throttled: int = 0

    @property
    def buyers(self) -> int:
        """All of them."""
        return len(self.took) + self.gave_up

    @property
    def success(self) -> float:
        """The share that got through without the workflow's help."""
        return len(self.took) / self.buyers

    @property
    def retries(self) -> float:
        """Further attempts per buyer."""
        return (self.conflicts + self.throttled - self.gave_up) / self.buyers

    def percentile(self, share: float) -> float:
        """What the given share of those who got through stayed below, in seconds."""
        ordered = sorted(self.took)
        return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else float("nan")


def evenly(dice: random.Random, buyers: int = BUYERS) -> list[float]:
    """When each buyer comes, in seconds: any time of the minute."""
    return [dice.uniform(0, 60) for _ in range(buyers)]


def at_the_opening(dice: random.Random, buyers: int = BUYERS) -> list[float]:
    """Half of the buyers come within the first ten seconds, the others over the whole minute."""
    return [dice.uniform(0, 10 if n % 2 else 60) for n in range(buyers)]


def simulate(arrivals: Iterable[float], shards: int, dice: random.Random) -> Tally:
    """Lets each buyer try to write one of the shards, as often as `transact` would."""
    counters = [Shard() for _ in range(shards)]
    tally = Tally()
    # When an attempt begins, which buyer's, the buyer's shard, arrival, and earlier attempts.
    queue = [(at, n, dice.randrange(shards), at, 0) for n, at in enumerate(arrivals)]
    heapq.heapify(queue)
    while queue:
        at, buyer, number, arrival, tried = heapq.heappop(queue)
        lasts = dice.uniform(*BUSY_S)
        if _write(counters[number], at, lasts, tally):
            tally.took.append(at + lasts - arrival)
        elif tried + 1 == ATTEMPTS:
            tally.gave_up += 1
        else:
            again = at + lasts / 2 + dice.uniform(0, FIRST_WAIT_S * 2**tried)
            heapq.heappush(queue, (again, buyer, number, arrival, tried + 1))
    return tally


def _write(shard: Shard, at: float, lasts: float, tally: Tally) -> bool:
    conflicts = shard.conflicts(at)
    if not shard.spend(REJECTION_UNITS if conflicts else TRANSACTION_UNITS, at):
        tally.throttled += 1
        return False
    if conflicts:
        tally.conflicts += 1
        return False
    shard.busy_until = at + lasts
    return True


def tables() -> Iterator[str]:
    """The lines of the page: a table for each way to come."""
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
