"""Stock and reservations in DynamoDB: one transaction takes everything or nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from checkout.adapters import documents
from checkout.adapters.dynamodb import (
    Item,
    Table,
    TransactionRefused,
    put_step,
    transact,
    update_step,
    waits,
)
from checkout.adapters.shelves import Shelves
from checkout.domain.errors import (
    Contended,
    OutOfStock,
    PromotionExhausted,
    ReservationClosed,
)
from checkout.domain.stock import Reservation, ReservationStatus, StockLevel, Take

MAX_ATTEMPTS = 4
MAX_STEPS = 100  # of one transaction: API_TransactWriteItems in AWS's reference
NEW = "attribute_not_exists(orderId)"

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

    @cached_property
    def shelves(self) -> Shelves:
        """The inventory, shard by shard."""
        return Shelves(self.inventory, self.below)

    def levels(self, skus: Iterable[str]) -> Mapping[str, StockLevel]:
        """See `ports.Stock`."""
        return self.shelves.levels(skus)

    def begin_warning(self, sku: str, teller: str, at: datetime, until: datetime) -> bool:
        """See `ports.Stock`."""
        return self.shelves.begin_warning(sku, teller, at, until)

    def mark_warned(self, sku: str, teller: str) -> None:
        """See `ports.Stock`."""
        self.shelves.mark_warned(sku, teller)

    def untold(self, at: datetime) -> Iterable[str]:
        """See `ports.Stock`."""
        return self.shelves.untold(at)

    def hold(self, reservation: Reservation) -> None:
        """See `ports.Stock`. Raises `Contended` if others kept taking what was found."""
        takes: Takes = {line.sku: self.shelves.guess(line) for line in reservation.lines}
        codes = self._redeem(reservation)
        for wait in waits():
            try:
                self._take_all(reservation, takes, codes)
            except TransactionRefused as refused:
                if 0 in refused.failed:
                    self._replayed(reservation.order_id)
                    return
                takes |= self._find_elsewhere(reservation, takes, refused)
                time.sleep(wait)
            else:
                return
        raise Contended(f"Others kept taking what {reservation.order_id} needs")

    def _take_all(self, reservation: Reservation, takes: Takes, codes: Sequence[Item]) -> None:
        """The first step writes the reservation if there is none.

        If that fails, this order was here before, and what it wrote then tells the outcome.
        """
        self._make_fit(takes, MAX_STEPS - 1 - len(codes))
        taken = _in_order(takes)
        item = documents.reservation_item(reservation, taken)
        steps = [put_step(self.reservations, item, NEW), *map(self.shelves.take, taken), *codes]
        transact(self.inventory.client, steps)

    def _make_fit(self, takes: Takes, room: int) -> None:
        """Gathers the pieces of lines that are split most, until the steps are few enough."""
        for sku in sorted(takes, key=lambda sku: -len(takes[sku])):
            if len(_in_order(takes)) > room:
                takes[sku] = self.shelves.gather(takes[sku])

    def _find_elsewhere(
        self, reservation: Reservation, takes: Takes, refused: TransactionRefused
    ) -> Takes:
        """Other shards for the lines that were refused.

        Raises `OutOfStock` if there are none, `PromotionExhausted` if no line was refused.
        """
        taken = _in_order(takes)
        tried = {taken[i - 1].sku: i for i in refused.failed if i <= len(taken)}
        if not tried:
            first = 1 + len(taken)
            codes = {reservation.promotions[(i - first) // 2] for i in refused.failed}
            raise PromotionExhausted(codes)
        found = {
            line.sku: self.shelves.find(line, taken[i - 1], refused.old.get(i))
            for line in reservation.lines
            if (i := tried.get(line.sku))
        }
        missing = [sku for sku, takes in found.items() if not takes]
        if missing:
            raise OutOfStock(missing)
        return found

    def _redeem(self, reservation: Reservation) -> list[Item]:
        """Two counters for each code: one for all customers, one for this customer."""
        codes = reservation.promotions
        records = {
            item["code"]: item
            for item in self.promotions.get_many(
                {"code": code, "scope": "PROMOTION"} for code in codes
            )
        }
        steps = []
        for code in codes:
            record = records.get(code, {})
            steps += [
                self._count(code, "PROMOTION", record.get("redemptionLimit")),
                self._count(code, _customer(reservation), record.get("perCustomerLimit")),
            ]
        return steps

    def _count(self, code: str, scope: str, limit: int | None) -> Item:
        conditions = ["attribute_exists(code)"] if scope == "PROMOTION" else []
        if limit is not None:
            conditions.append("(attribute_not_exists(redemptions) OR redemptions < :limit)")
        return update_step(
            self.promotions,
            {"code": code, "scope": scope},
            "ADD redemptions :one",
            " AND ".join(conditions) or None,
            {":one": 1} if limit is None else {":one": 1, ":limit": limit},
        )

    def _replayed(self, order_id: str) -> None:
        item = self.reservations.get({"orderId": order_id})
        if item is None or item["status"] == ReservationStatus.RELEASED.value:
            raise ReservationClosed(order_id)

    def release(self, order_id: str, at: datetime) -> bool:
        """See `ports.Stock`. Read, then write on condition that nothing changed; or again."""
        gone: frozenset[str] = frozenset()
        for _ in range(MAX_ATTEMPTS):
            item = self.reservations.get({"orderId": order_id})
            if item and item["status"] == ReservationStatus.COMMITTED.value:
                raise ReservationClosed(f"The reservation of {order_id} is committed")
            if item and item["status"] == ReservationStatus.RELEASED.value:
                self._rearm(item)
                return False
            try:
                transact(self.inventory.client, self._release_steps(order_id, item, at, gone))
            except TransactionRefused as refused:
                gone |= _gone(item, refused)
                continue
            self._rearm(item)
            return item is not None
        raise Contended(f"The reservation of {order_id} keeps changing")

    def _rearm(self, item: Item | None) -> None:
        """After a release the stock may be above its threshold again.

        A release that is repeated does it once more: the first one may have died before.
        """
        if item and item["lines"]:
            self.shelves.rearm(line["sku"] for line in item["lines"])

    def _release_steps(
        self, order_id: str, item: Item | None, at: datetime, gone: frozenset[str]
    ) -> list[Item]:
        if item is None:
            return [put_step(self.reservations, _tombstone(order_id, at), NEW)]
        held = documents.reservation(item)
        steps = [self._mark_released(order_id, at)]
        steps += self.shelves.put_back(documents.takes(item), gone)
        for code in held.promotions:
            steps += [self._uncount(code, s) for s in ("PROMOTION", _customer(held))]
        return steps

    def _mark_released(self, order_id: str, at: datetime) -> Item:
        return update_step(
            self.reservations,
            {"orderId": order_id},
            "SET #status = :released, releasedAt = :at REMOVE heldStatus",
            "#status = :held",
            {
                ":released": ReservationStatus.RELEASED.value,
                ":held": ReservationStatus.HELD.value,
                ":at": documents.timestamp(at),
            },
            {"#status": "status"},
        )

    def _uncount(self, code: str, scope: str) -> Item:
        return update_step(
            self.promotions,
            {"code": code, "scope": scope},
            "ADD redemptions :less",
            "redemptions >= :one",
            {":less": -1, ":one": 1},
        )

    def expired(self, at: datetime) -> Iterable[Reservation]:
        """See `ports.Stock`."""
        items = self.reservations.query(
            "heldStatus = :held AND expiresAt < :now",
            {":held": ReservationStatus.HELD.value, ":now": int(at.timestamp())},
            IndexName="held",
        )
        return (documents.reservation(item) for item in items)


def _in_order(takes: Takes) -> list[Take]:
    return [take for line in takes.values() for take in line]


def _gone(item: Item | None, refused: TransactionRefused) -> frozenset[str]:
    """The shards that refused to take pieces back: the product has fewer by now."""
    taken = documents.takes(item) if item else ()
    keys = [documents.shard_key(take.sku, take.shard) for take in taken]
    return frozenset(keys[i - 1] for i in refused.failed if 0 < i <= len(keys))


def _customer(reservation: Reservation) -> str:
    return f"CUSTOMER#{reservation.customer_id}"


def _tombstone(order_id: str, at: datetime) -> Item:
    return {
        "orderId": order_id,
        "status": ReservationStatus.RELEASED.value,
        "lines": [],
        "promotions": [],
        "releasedAt": documents.timestamp(at),
    }
