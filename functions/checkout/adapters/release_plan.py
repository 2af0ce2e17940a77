"""What giving back an order's stock and redemptions takes, step by step.

Rows may be gone by then, and counters reset: somebody ended a campaign, took a product out, or
seeded a table anew. A step that cannot be done must not keep the others from being done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from checkout.adapters import item_mapping
from checkout.adapters.dynamodb import Item, Table
from checkout.adapters.item_mapping import shard_key
from checkout.adapters.redemptions import EVERYBODY, counters, uncount
from checkout.adapters.sharded_stock import ShardedStock
from checkout.domain.errors import WrongRow
from checkout.domain.stock import Take


@dataclass(frozen=True)
class Step:
    """A step of the transaction: the row it releases to, and the loss if it cannot."""

    row: str
    request: Item
    loss: str


@dataclass(frozen=True)
class ReleasePlan:
    """Everything to release, and a description of what cannot be released."""

    steps: tuple[Step, ...] = ()
    losses: tuple[str, ...] = ()

    def refused(self, positions: Iterable[int]) -> frozenset[str]:
        """The rows that refused, from positions in the transaction, whose first step ends the hold.

        If that one was refused, somebody else was faster: the others then say nothing.
        """
        failed = list(positions)
        return frozenset() if 0 in failed else frozenset(self.steps[i - 1].row for i in failed)


NOTHING = ReleasePlan()


def plan_release(
    item: Item, stock: ShardedStock, promotions: Table, refused: frozenset[str]
) -> ReleasePlan:
    """How to give back what a reservation's item says is held, but for the `refused` rows.

    A shard that refuses is no more, since the product was given fewer: its pieces go to shard 0.
    """
    losses: list[str] = []
    takes = _all_of(lambda: item_mapping.takes(item), losses)
    pieces = Counter[str]()
    for take in takes:
        pieces[_shard_key(take, refused)] += take.quantity
    steps = [
        Step(key, stock.add(key, quantity), f"{quantity} of {key}: it has no stock record")
        for key, quantity in pieces.items()
    ]
    steps += [_uncount(promotions, *counter) for counter in _all_of(lambda: counters(item), losses)]
    losses += [step.loss for step in steps if step.row in refused]
    return ReleasePlan(tuple(step for step in steps if step.row not in refused), tuple(losses))


def _shard_key(take: Take, refused: frozenset[str]) -> str:
    key = shard_key(take.sku, take.shard)
    return take.sku if key in refused else key


def _all_of[T](read: Callable[[], Iterable[T]], losses: list[str]) -> list[T]:
    """The reservation, or its loss if it cannot be read."""
    try:
        return list(read())
    except WrongRow as wrong:
        losses.append(f"what its reservation does not tell: {wrong}")
        return []


def _uncount(promotions: Table, code: str, scope: str) -> Step:
    whose = "everybody" if scope == EVERYBODY else "the customer"
    loss = f"a redemption of {code}: its counter for {whose} was reset or is gone"
    return Step(f"{code} {scope}", uncount(promotions, code, scope), loss)
