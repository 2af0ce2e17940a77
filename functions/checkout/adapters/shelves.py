"""The inventory table: how many pieces of each product there are, in how many shards.

Shard 0 of a product is the item with its SKU, and the only one unless the product is hot. The
others are `<SKU>#<n>`. Every shard's item says how many there are, and a take is conditional on
it: so whoever remembers another number finds out, and no piece is missed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from checkout.adapters import documents
from checkout.adapters.documents import shard_key
from checkout.adapters.dynamodb import (
    ConditionFailed,
    Item,
    Table,
    TransactionRefused,
    telling_why,
    transact,
    update_step,
    waits,
)
from checkout.domain.cart import CartLine
from checkout.domain.errors import Contended
from checkout.domain.stock import StockLevel, Take, choose

UNTOLD = "UNTOLD"  # the one key of the index of claims
CLAIM = "lowStockClaimUntil, lowStockUntold"


@dataclass(frozen=True)
class Shelves:
    """The stock of all products.

    `below` gives a random number below another one. `shards` is what this process has learnt
    about hot products: a memory, never trusted without a condition.
    """

    table: Table
    below: Callable[[int], int] = random.randrange
    shards: dict[str, int] = field(default_factory=dict)

    def levels(self, skus: Iterable[str]) -> Mapping[str, StockLevel]:
        """See `ports.Stock`. A second request only if one of the products is hot."""
        items = self.table.get_many({"sku": sku} for sku in skus)
        elsewhere = self._elsewhere(items)
        return {i["sku"]: documents.stock_level(i, elsewhere[i["sku"]]) for i in items}

    def _elsewhere(self, items: Sequence[Item]) -> Counter[str]:
        """The pieces in the shards above 0, by SKU."""
        keys = {shard_key(i["sku"], n): i["sku"] for i in items for n in range(1, _shards(i))}
        pieces: Counter[str] = Counter()
        for shard in self.table.get_many({"sku": key} for key in keys):
            pieces[keys[shard["sku"]]] += shard["available"]
        return pieces

    def guess(self, line: CartLine) -> tuple[Take, ...]:
        """Where to try first, without a look: any shard, so that buyers spread."""
        count = self.shards.get(line.sku, 1)
        return (Take(line.sku, self.below(count), line.quantity, count),)

    def find(self, line: CartLine, tried: Take, refused_by: Item | None) -> tuple[Take, ...]:
        """Where there is enough, after a take was refused; nothing if there is not.

        `refused_by` is the item that refused, None if there is none. If it was the only shard, as
        the take supposed, the refusal is the proof. Else only a look at all shards at one moment
        is; what this process remembers is no proof, for others may have taught it meanwhile.
        """
        said = _shards(refused_by or {})
        if tried.shards == said == 1:
            return ()
        available = self._look(line.sku, said if refused_by else tried.shards)
        self.shards[line.sku] = len(available)
        return choose(line, available, self.below(len(available)))

    def _look(self, sku: str, count: int) -> list[int]:
        """The pieces in each shard at one moment; `count` is how many shards there may be."""
        for _ in waits():
            items = self.table.snapshot({"sku": shard_key(sku, n)} for n in range(count))
            actual = _shards(items[0] or {})
            if actual == count:
                return [item["available"] if item else 0 for item in items]
            count = actual
        raise Contended(f"The shards of {sku} keep changing")

    def gather(self, takes: Sequence[Take]) -> tuple[Take, ...]:
        """Moves the pieces of takes of one product to the first one's shard, and returns one take.

        Raises `Contended` if somebody took some of them meanwhile.
        """
        into, *others = takes
        moved = sum(take.quantity for take in others)
        steps = [self.take(take) for take in others]
        steps += [self._add(shard_key(into.sku, into.shard), moved)]
        try:
            transact(self.table.client, steps)
        except TransactionRefused as refused:
            raise Contended(f"The stock of {into.sku} keeps changing") from refused
        return (Take(into.sku, into.shard, into.quantity + moved, into.shards),)

    def take(self, take: Take) -> Item:
        """The step that takes pieces, if they are there and the product has that many shards."""
        hot = take.shards > 1
        count = "shards = :shards" if hot else "attribute_not_exists(shards)"
        step = update_step(
            self.table,
            {"sku": shard_key(take.sku, take.shard)},
            "SET available = available - :quantity",
            f"{count} AND available >= :quantity",
            {":quantity": take.quantity, **({":shards": take.shards} if hot else {})},
        )
        return telling_why(step)

    def put_back(self, takes: Iterable[Take], gone: frozenset[str] = frozenset()) -> list[Item]:
        """The steps that put pieces back where they were taken from.

        A shard in `gone` is no more, since the product was given fewer: its pieces go to shard 0.
        """
        pieces: Counter[str] = Counter()
        for take in takes:
            key = shard_key(take.sku, take.shard)
            pieces[take.sku if key in gone else key] += take.quantity
        return [self._add(key, quantity) for key, quantity in pieces.items()]

    def _add(self, key: str, quantity: int) -> Item:
        return update_step(
            self.table,
            {"sku": key},
            "SET available = available + :quantity",
            "attribute_exists(sku)",
            {":quantity": quantity},
        )

    def begin_warning(self, sku: str, teller: str, at: datetime, until: datetime) -> bool:
        """See `ports.Stock`.

        Claimed first, looked at again afterwards. A release does it the other way round: it
        raises the stock, then looks for a claim. So one of the two sees the other.
        """
        claimed = self._update(
            sku,
            "SET lowStockWarnedBy = :teller, lowStockClaimUntil = :until, lowStockUntold = :untold",
            "attribute_exists(sku) AND (attribute_not_exists(lowStockWarnedBy)"
            " OR lowStockClaimUntil < :now"
            " OR (lowStockWarnedBy = :teller AND attribute_exists(lowStockClaimUntil)))",
            {
                ":teller": teller,
                ":until": int(until.timestamp()),
                ":now": int(at.timestamp()),
                ":untold": UNTOLD,
            },
        )
        return claimed and sku in self.rearm([sku])

    def mark_warned(self, sku: str, teller: str) -> None:
        """See `ports.Stock`."""
        claim = {":teller": teller}
        self._update(sku, f"REMOVE {CLAIM}", "lowStockWarnedBy = :teller", claim)

    def untold(self, at: datetime) -> Iterable[str]:
        """See `ports.Stock`. A product is in this index from the claim until the telling is out."""
        items = self.table.query(
            "lowStockUntold = :untold AND lowStockClaimUntil < :now",
            {":untold": UNTOLD, ":now": int(at.timestamp())},
            IndexName="untold",
        )
        return (item["sku"] for item in items)

    def rearm(self, skus: Iterable[str]) -> frozenset[str]:
        """Forgets that a low stock was told, where it is low no more; returns where it still is.

        On condition that it is the telling we saw: another one is about another crossing.
        """
        items = self.table.get_many({"sku": sku} for sku in skus)
        elsewhere = self._elsewhere(items)
        levels = [documents.stock_level(item, elsewhere[item["sku"]]) for item in items]
        low = frozenset(level.sku for level in levels if level.is_low)
        for item in items:
            if "lowStockWarnedBy" in item and item["sku"] not in low:
                self._forget(item["sku"], item["lowStockWarnedBy"])
        return low

    def _forget(self, sku: str, teller: str) -> None:
        change = f"REMOVE lowStockWarnedBy, {CLAIM}"
        self._update(sku, change, "lowStockWarnedBy = :teller", {":teller": teller})

    def _update(self, sku: str, change: str, condition: str, values: Mapping[str, object]) -> bool:
        """Whether the condition held, and so the change was made."""
        try:
            self.table.update({"sku": sku}, change, condition, {}, values)
        except ConditionFailed:
            return False
        return True


def _shards(item: Mapping[str, int]) -> int:
    return item.get("shards", 1)
