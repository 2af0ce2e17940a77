"""Stock and reservations in DynamoDB: one transaction takes everything or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from checkout.adapters import documents
from checkout.adapters.dynamodb import (
    Item,
    Table,
    TransactionRefused,
    put_step,
    transact,
    update_step,
)
from checkout.domain.errors import (
    Contended,
    OutOfStock,
    PromotionExhausted,
    ReservationClosed,
)
from checkout.domain.stock import Reservation, ReservationStatus, StockLevel

MAX_ATTEMPTS = 4
NEW = "attribute_not_exists(orderId)"


@dataclass(frozen=True)
class DynamoStock:
    """The inventory, reservations and promotions tables, which change together."""

    inventory: Table
    reservations: Table
    promotions: Table

    def levels(self, skus: Iterable[str]) -> Mapping[str, StockLevel]:
        """See `ports.Stock`."""
        items = self.inventory.get_many({"sku": sku} for sku in skus)
        return {item["sku"]: documents.stock_level(item) for item in items}

    def mark_warned(self, sku: str) -> None:
        """See `ports.Stock`."""
        self.inventory.update(
            {"sku": sku}, "SET lowStockWarned = :yes", "attribute_exists(sku)", {}, {":yes": True}
        )

    def hold(self, reservation: Reservation) -> None:
        """See `ports.Stock`.

        The first step writes the reservation if there is none. If that fails, this order was
        here before, and what it wrote then tells the outcome.
        """
        steps = [self._write_reservation(reservation)]
        steps += [self._take(line.sku, line.quantity) for line in reservation.lines]
        steps += self._redeem(reservation)
        try:
            transact(self.inventory.client, steps)
        except TransactionRefused as refused:
            self._explain(reservation, refused.failed)

    def _write_reservation(self, reservation: Reservation) -> Item:
        item = documents.reservation_item(reservation)
        return put_step(self.reservations, item, NEW)

    def _take(self, sku: str, quantity: int) -> Item:
        return update_step(
            self.inventory,
            {"sku": sku},
            "SET available = available - :quantity",
            "available >= :quantity",
            {":quantity": quantity},
        )

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

    def _explain(self, reservation: Reservation, failed: Iterable[int]) -> None:
        """Raises for what the failed steps mean; returns if this order holds already."""
        positions = set(failed)
        if 0 in positions:
            self._replayed(reservation.order_id)
            return
        lines = reservation.lines
        missing = [line.sku for i, line in enumerate(lines, 1) if i in positions]
        if missing:
            raise OutOfStock(missing)
        first_code = 1 + len(lines)
        raise PromotionExhausted({reservation.promotions[(i - first_code) // 2] for i in positions})

    def _replayed(self, order_id: str) -> None:
        item = self.reservations.get({"orderId": order_id})
        if item is None or item["status"] == ReservationStatus.RELEASED.value:
            raise ReservationClosed(order_id)

    def release(self, order_id: str, at: datetime) -> bool:
        """See `ports.Stock`. Read, then write on condition that nothing changed; or again."""
        for _ in range(MAX_ATTEMPTS):
            item = self.reservations.get({"orderId": order_id})
            if item and item["status"] == ReservationStatus.COMMITTED.value:
                raise ReservationClosed(f"The reservation of {order_id} is committed")
            if item and item["status"] == ReservationStatus.RELEASED.value:
                return False
            try:
                transact(self.inventory.client, self._release_steps(order_id, item, at))
            except TransactionRefused:
                continue
            return item is not None
        raise Contended(f"The reservation of {order_id} keeps changing")

    def _release_steps(self, order_id: str, item: Item | None, at: datetime) -> list[Item]:
        if item is None:
            return [put_step(self.reservations, _tombstone(order_id, at), NEW)]
        held = documents.reservation(item)
        steps = [
            update_step(
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
        ]
        steps += [self._put_back(line.sku, line.quantity) for line in held.lines]
        for code in held.promotions:
            steps += [self._uncount(code, s) for s in ("PROMOTION", _customer(held))]
        return steps

    def _put_back(self, sku: str, quantity: int) -> Item:
        return update_step(
            self.inventory,
            {"sku": sku},
            "SET available = available + :quantity",
            "attribute_exists(sku)",
            {":quantity": quantity},
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
