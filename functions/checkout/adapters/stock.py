"""Stock and reservations in DynamoDB: one transaction takes everything or nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from checkout.adapters import item_mapping
from checkout.adapters.dynamodb import (
    Item,
    Table,
    TransactionRefused,
    backoff_delays,
    put_step,
    transact,
    update_step,
)
from checkout.adapters.redemptions import EVERYBODY, Redemptions, redeem
from checkout.adapters.release_plan import NOTHING, ReleasePlan, plan_release
from checkout.adapters.rows import LOGGED, readable
from checkout.adapters.sharded_stock import ShardedStock
from checkout.domain.errors import Contended, OutOfStock, ReservationClosed
from checkout.domain.stock import Reservation, ReservationStatus, StockLevel, Take
from checkout.ports import Monitoring

MAX_ATTEMPTS = 6
MAX_STEPS = 100  # of one transaction: API_TransactWriteItems in AWS's reference
NEW = "attribute_not_exists(orderId)"
LOST = "notGivenBack"  # what of a reservation could not be given back, in words

Takes = dict[str, tuple[Take, ...]]
"""By SKU, where a line's pieces are taken from."""


@dataclass(frozen=True)
class DynamoStock:
    """The inventory, reservations and promotions tables, which change together.

    `below` gives a random number below another one.
    """

    inventory: Table
    reservations: Table
    promotions: Table
    below: Callable[[int], int] = random.randrange
    monitoring: Monitoring = LOGGED

    @cached_property
    def sharded_stock(self) -> ShardedStock:
        """The inventory, shard by shard."""
        return ShardedStock(self.inventory, self.below, monitoring=self.monitoring)

    def levels(self, skus: Iterable[str]) -> Mapping[str, StockLevel]:
        """See `ports.Stock`."""
        return self.sharded_stock.levels(skus)

    def claim_alert(self, sku: str, claimant: str, at: datetime, until: datetime) -> bool:
        """See `ports.Stock`."""
        return self.sharded_stock.claim_alert(sku, claimant, at, until)

    def mark_alert_sent(self, sku: str, claimant: str) -> None:
        """See `ports.Stock`."""
        self.sharded_stock.mark_alert_sent(sku, claimant)

    def unsent_alerts(self, at: datetime) -> Iterable[str]:
        """See `ports.Stock`."""
        return self.sharded_stock.unsent_alerts(at)

    def hold(self, reservation: Reservation) -> None:
        """See `ports.Stock`. Raises `Contended` if others kept taking what was found."""
        takes: Takes = {line.sku: self.sharded_stock.guess(line) for line in reservation.lines}
        redemptions = self._redeem(reservation)
        for wait in backoff_delays():
            try:
                self._take_all(reservation, takes, redemptions)
            except TransactionRefused as refused:
                if 0 in refused.failed:
                    self._replayed(reservation.order_id)
                    return
                takes |= self._find_elsewhere(reservation, takes, redemptions, refused)
                time.sleep(wait)
            else:
                return
        raise Contended(f"Others kept taking what {reservation.order_id} needs")

    def _take_all(self, reservation: Reservation, takes: Takes, redemptions: Redemptions) -> None:
        """The first step writes the reservation if there is none.

        If that fails, the order has a reservation already, and its status is the outcome.
        """
        counts = redemptions.steps
        self._make_fit(takes, MAX_STEPS - 1 - len(counts))
        taken = _in_order(takes)
        held = replace(reservation, first_order=bool(redemptions.first_order))
        item = item_mapping.reservation_item(held, taken)
        steps = [
            put_step(self.reservations, item, NEW),
            *map(self.sharded_stock.take, taken),
            *counts,
        ]
        transact(self.inventory.client, steps)

    def _make_fit(self, takes: Takes, room: int) -> None:
        """Gathers the pieces of lines that are split most, until the steps are few enough."""
        for sku in sorted(takes, key=lambda sku: -len(takes[sku])):
            if len(_in_order(takes)) > room:
                takes[sku] = self.sharded_stock.gather(takes[sku])

    def _find_elsewhere(
        self,
        reservation: Reservation,
        takes: Takes,
        redemptions: Redemptions,
        refused: TransactionRefused,
    ) -> Takes:
        """Other shards for the lines that were refused.

        Raises `OutOfStock` if there are none; if no line was refused, what there is against the
        codes: `PromotionExhausted` or `NotFirstOrder`.
        """
        taken = _in_order(takes)
        tried = {taken[i - 1].sku: i for i in refused.failed if i <= len(taken)}
        if not tried:
            raise redemptions.refusal(i - 1 - len(taken) for i in refused.failed)
        takes_by_sku = {
            line.sku: self.sharded_stock.find(line, taken[i - 1], refused.old.get(i))
            for line in reservation.lines
            if (i := tried.get(line.sku))
        }
        missing = [sku for sku, takes in takes_by_sku.items() if not takes]
        if missing:
            raise OutOfStock(missing)
        return takes_by_sku

    def _redeem(self, reservation: Reservation) -> Redemptions:
        items = self.promotions.get_many(
            {"code": code, "scope": EVERYBODY} for code in reservation.promotions
        )
        known = readable(items, item_mapping.promotion, self.promotions, "code", self.monitoring)
        return redeem(reservation, known, self.promotions)

    def _replayed(self, order_id: str) -> None:
        item = self.reservations.get({"orderId": order_id})
        if item is None or item["status"] == ReservationStatus.RELEASED.value:
            raise ReservationClosed(order_id)

    def release(self, order_id: str, at: datetime) -> bool:
        """See `ports.Stock`. Read, then write on condition that nothing changed; or again."""
        refused: frozenset[str] = frozenset()
        for _ in range(MAX_ATTEMPTS):
            item = self.reservations.get({"orderId": order_id})
            if item and item["status"] == ReservationStatus.COMMITTED.value:
                raise ReservationClosed(f"The reservation of {order_id} is committed")
            if item and item["status"] == ReservationStatus.RELEASED.value:
                self._after_release(item)
                return False
            plan = (
                plan_release(item, self.sharded_stock, self.promotions, refused)
                if item
                else NOTHING
            )
            try:
                transact(self.inventory.client, self._release_steps(order_id, item, at, plan))
            except TransactionRefused as refusal:
                refused |= plan.refused(refusal.failed)
                continue
            self._after_release({**(item or {}), "orderId": order_id, LOST: plan.losses})
            return item is not None
        raise Contended(f"The reservation of {order_id} keeps changing")

    def _after_release(self, item: Item) -> None:
        """Resets alerts of what is above its threshold again, and reports what was lost.

        A release that is repeated does it again: the first one may have died before.
        """
        if item.get(LOST):
            self.monitoring.not_given_back(item["orderId"], item[LOST])
        skus = {line["sku"] for line in item.get("lines", ()) if isinstance(line, dict)}
        if skus:
            self.sharded_stock.reset_alert(skus)

    def _release_steps(
        self, order_id: str, item: Item | None, at: datetime, plan: ReleasePlan
    ) -> list[Item]:
        if item is None:
            return [put_step(self.reservations, _tombstone(order_id, at), NEW)]
        mark = self._mark_released(order_id, at, plan.losses)
        return [mark, *(step.request for step in plan.steps)]

    def _mark_released(self, order_id: str, at: datetime, losses: Sequence[str]) -> Item:
        lost = f", {LOST} = :lost" if losses else ""
        return update_step(
            self.reservations,
            {"orderId": order_id},
            f"SET #status = :released, releasedAt = :at{lost} REMOVE heldStatus",
            "#status = :held",
            {
                ":released": ReservationStatus.RELEASED.value,
                ":held": ReservationStatus.HELD.value,
                ":at": item_mapping.timestamp(at),
                **({":lost": list(losses)} if losses else {}),
            },
            {"#status": "status"},
        )

    def losses(self, order_id: str) -> Sequence[str]:
        """See `ports.Stock`."""
        item = self.reservations.get({"orderId": order_id}) or {}
        return tuple(map(str, item.get(LOST, ())))

    def expired(self, at: datetime) -> Iterable[str]:
        """See `ports.Stock`."""
        items = self.reservations.query(
            "heldStatus = :held AND expiresAt < :now",
            {":held": ReservationStatus.HELD.value, ":now": int(at.timestamp())},
            IndexName="held",
        )
        return (item["orderId"] for item in items)


def _in_order(takes: Takes) -> list[Take]:
    return [take for line in takes.values() for take in line]


def _tombstone(order_id: str, at: datetime) -> Item:
    return {
        "orderId": order_id,
        "status": ReservationStatus.RELEASED.value,
        "lines": [],
        "promotions": [],
        "releasedAt": item_mapping.timestamp(at),
    }
