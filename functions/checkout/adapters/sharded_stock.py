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

from checkout.adapters import item_mapping
from checkout.adapters.dynamodb import (
    NUMBER,
    ConditionFailed,
    Item,
    Table,
    TransactionRefused,
    backoff_delays,
    counts,
    returning_old_item,
    transact,
    update_step,
)
from checkout.adapters.item_mapping import shard_key
from checkout.adapters.rows import LOGGED, MOST
from checkout.domain.cart import CartLine
from checkout.domain.errors import Contended, WrongRow
from checkout.domain.stock import Shard, StockLevel, Take, choose
from checkout.ports import Monitoring

UNTOLD = "UNTOLD"  # the one key of the index of claims
CLAIM = "lowStockClaimUntil, lowStockUntold"
EMPTY = Shard("", 0, 1)  # where there is no item


@dataclass(frozen=True)
class ShardedStock:
    """The stock of all products.

    `below` gives a random number below another one. `shards` is what this process has learnt
    about hot products: a memory, never trusted without a condition.
    """

    table: Table
    below: Callable[[int], int] = random.randrange
    shards: dict[str, int] = field(default_factory=dict)
    monitoring: Monitoring = LOGGED

    def levels(self, skus: Iterable[str]) -> Mapping[str, StockLevel]:
        """See `ports.Stock`. A second request only if one of the products is hot."""
        first, pieces = self._first_shards(skus)
        return {
            sku: StockLevel(sku, pieces[sku], shard.low_threshold, shard.warned)
            for sku, shard in first.items()
        }

    def _first_shards(self, skus: Iterable[str]) -> tuple[dict[str, Shard], Counter[str]]:
        """The first shard of each product, and the pieces in all of them.

        A product of which one row is wrong is not there.
        """
        items = self.table.get_many({"sku": sku} for sku in skus)
        first = {item["sku"]: shard for item in items if (shard := self._read(item))}
        keys = {shard_key(s.key, n): s.key for s in first.values() for n in range(1, s.shards)}
        pieces = Counter({sku: shard.available for sku, shard in first.items()})
        for item in self.table.get_many({"sku": key} for key in keys):
            sku, further = keys[item["sku"]], self._read(item, first=False)
            if further is None:
                first.pop(sku, None)
            else:
                pieces[sku] += further.available
        return first, pieces

    def _read(self, item: Item, first: bool = True) -> Shard | None:
        try:
            return item_mapping.shard(item, first)
        except WrongRow as wrong:
            self.monitoring.wrong_row(self.table.name, item["sku"], wrong)
            return None

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
        shard = self._read(refused_by, tried.shard == 0) if refused_by else EMPTY
        if shard is None or tried.shards == shard.shards == 1:
            return ()
        available = self._pieces(line.sku, shard.shards if refused_by else tried.shards)
        if not available:
            return ()
        self.shards[line.sku] = len(available)
        return choose(line, available, self.below(len(available)))

    def _pieces(self, sku: str, count: int) -> list[int]:
        """The pieces in each shard at one moment; `count` is how many shards there may be.

        Nothing at all if one of them is wrong.
        """
        for _ in backoff_delays():
            items = self.table.snapshot({"sku": shard_key(sku, n)} for n in range(count))
            shards = [self._read(item, n == 0) if item else EMPTY for n, item in enumerate(items)]
            existing = [shard for shard in shards if shard]
            if len(existing) < len(shards):
                return []
            if existing[0].shards == count:
                return [shard.available for shard in existing]
            count = existing[0].shards
        raise Contended(f"The shards of {sku} keep changing")

    def gather(self, takes: Sequence[Take]) -> tuple[Take, ...]:
        """Moves the pieces of takes of one product to the first one's shard, and returns one take.

        Raises `Contended` if somebody took some of them meanwhile.
        """
        into, *others = takes
        moved = sum(take.quantity for take in others)
        steps = [self.take(take) for take in others]
        steps += [self.add(shard_key(into.sku, into.shard), moved)]
        try:
            transact(self.table.client, steps)
        except TransactionRefused as refused:
            raise Contended(f"The stock of {into.sku} keeps changing") from refused
        return (Take(into.sku, into.shard, into.quantity + moved, into.shards),)

    def take(self, take: Take) -> Item:
        """The step that takes pieces, if they are there and the product has that many shards.

        A row that is wrong is off sale, so its condition does not hold either.
        """
        hot, first = take.shards > 1, take.shard == 0
        conditions = [
            "shards = :shards" if hot else "attribute_not_exists(shards)",
            counts("available", ":quantity", ":most"),
            *([counts("lowStockThreshold", ":zero", ":most")] if first else []),
        ]
        values = {
            ":quantity": take.quantity,
            ":most": MOST,
            **NUMBER,
            **({":shards": take.shards} if hot else {}),
            **({":zero": 0} if first else {}),
        }
        change = "SET available = available - :quantity"
        key = {"sku": shard_key(take.sku, take.shard)}
        return returning_old_item(
            update_step(self.table, key, change, " AND ".join(conditions), values)
        )

    def add(self, key: str, quantity: int) -> Item:
        """The step that puts pieces into a shard, if it is there and counts anything."""
        return update_step(
            self.table,
            {"sku": key},
            "SET available = available + :quantity",
            "attribute_type(available, :number)",
            {":quantity": quantity, **NUMBER},
        )

    def claim_alert(self, sku: str, claimant: str, at: datetime, until: datetime) -> bool:
        """See `ports.Stock`.

        Claimed first, looked at again afterwards. A release does it the other way round: it
        raises the stock, then looks for a claim. So one of the two sees the other.
        """
        claimed = self._update(
            sku,
            "SET lowStockWarnedBy = :claimant, lowStockClaimUntil = :until,"
            " lowStockUntold = :untold",
            "attribute_exists(sku) AND (attribute_not_exists(lowStockWarnedBy)"
            " OR lowStockClaimUntil < :now"
            " OR (lowStockWarnedBy = :claimant AND attribute_exists(lowStockClaimUntil)))",
            {
                ":claimant": claimant,
                ":until": int(until.timestamp()),
                ":now": int(at.timestamp()),
                ":untold": UNTOLD,
            },
        )
        return claimed and sku in self.reset_alert([sku])

    def mark_alert_sent(self, sku: str, claimant: str) -> None:
        """See `ports.Stock`."""
        claim = {":claimant": claimant}
        self._update(sku, f"REMOVE {CLAIM}", "lowStockWarnedBy = :claimant", claim)

    def unsent_alerts(self, at: datetime) -> Iterable[str]:
        """See `ports.Stock`. A product is in this index from the claim until the telling is out."""
        items = self.table.query(
            "lowStockUntold = :untold AND lowStockClaimUntil < :now",
            {":untold": UNTOLD, ":now": int(at.timestamp())},
            IndexName="untold",
        )
        return (item["sku"] for item in items)

    def reset_alert(self, skus: Iterable[str]) -> frozenset[str]:
        """Resets the alert of each product that is no longer low; returns those that still are.

        On condition that it is the telling we saw: another one is about another crossing.
        """
        first, pieces = self._first_shards(skus)
        low = frozenset(sku for sku, shard in first.items() if pieces[sku] <= shard.low_threshold)
        for sku, shard in first.items():
            if shard.claimant and sku not in low:
                self._clear_alert(sku, shard.claimant)
        return low

    def _clear_alert(self, sku: str, claimant: str) -> None:
        change = f"REMOVE lowStockWarnedBy, {CLAIM}"
        self._update(sku, change, "lowStockWarnedBy = :claimant", {":claimant": claimant})

    def _update(self, sku: str, change: str, condition: str, values: Mapping[str, object]) -> bool:
        """Whether the condition held, and so the change was made."""
        try:
            self.table.update({"sku": sku}, change, condition, {}, values)
        except ConditionFailed:
            return False
        return True
