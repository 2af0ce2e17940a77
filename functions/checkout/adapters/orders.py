"""Orders and idempotency keys in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from checkout.adapters import item_mapping
from checkout.adapters.dynamodb import (
    ConditionFailed,
    Item,
    Table,
    TransactionRefused,
    put_step,
    transact,
    update_step,
)
from checkout.adapters.rows import LOGGED, Row, readable
from checkout.domain.errors import (
    IdempotencyConflict,
    OrderClosed,
    OrderNotFound,
    OrderUnreadable,
    ReservationClosed,
    WrongRow,
)
from checkout.domain.order import Order, OrderStatus, Rejection, StatusChange
from checkout.domain.pricing import Quote
from checkout.domain.stock import ReservationStatus
from checkout.ports import IdempotencyRecord, Monitoring, Page

END = "SET #status = :status, history = list_append(history, :change){more} REMOVE paymentToken"
"""How every order ends. The payment token is of no more use, so it is forgotten."""

ACTIVE_STATUSES = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED})
"""A customer's orders with another status came to nothing."""


@dataclass(frozen=True)
class DynamoOrders:
    """The orders and idempotency tables, and the reservations that an order commits."""

    orders: Table
    idempotency: Table
    reservations: Table
    monitoring: Monitoring = LOGGED

    def place(self, order: Order, record: IdempotencyRecord) -> IdempotencyRecord:
        """See `ports.Orders`. The key and the order are written together or not at all."""
        steps = [
            put_step(
                self.idempotency,
                _record_item(record),
                "attribute_not_exists(#key) OR expiresAt <= :now",
                {":now": int(record.created_at.timestamp())},
                {"#key": "key"},
            ),
            put_step(self.orders, item_mapping.order_item(order), "attribute_not_exists(orderId)"),
        ]
        try:
            transact(self.orders.client, steps)
        except TransactionRefused:
            earlier = self.replay_of(record.customer_id, record.key, record.created_at)
            if earlier is None:
                raise
            return earlier
        return record

    def replay_of(self, customer_id: str, key: str, at: datetime) -> IdempotencyRecord | None:
        """See `ports.Orders`. DynamoDB deletes late, so the time is checked here as well.

        A key whose row is wrong is used up: which order it stands for is no longer known.
        """
        item = self.idempotency.get({"key": _record_key(customer_id, key)})
        if item is None:
            return None
        try:
            record = _record(customer_id, key, Row(item))
        except WrongRow as wrong:
            self.monitoring.wrong_row(self.idempotency.name, item["key"], wrong)
            raise IdempotencyConflict(key) from wrong
        return record if item["expiresAt"] > int(at.timestamp()) else None

    def get(self, order_id: str) -> Order:
        """See `ports.Orders`."""
        item = self.orders.get({"orderId": order_id})
        if item is None:
            raise OrderNotFound(order_id)
        try:
            return item_mapping.order(item)
        except WrongRow as wrong:
            self.monitoring.wrong_row(self.orders.name, order_id, wrong)
            raise OrderUnreadable(order_id) from wrong

    def is_first(self, order: Order) -> bool:
        """See `ports.Orders`. Of two orders of the same moment, the one with the lower id."""
        earlier = self.orders.query(
            "customerId = :customer AND createdAt <= :at",
            {":customer": order.customer_id, ":at": item_mapping.timestamp(order.created_at)},
            IndexName="by-customer",
        )
        mine = (item_mapping.timestamp(order.created_at), order.order_id)
        return not any(
            item.get("status") in ACTIVE_STATUSES and (item["createdAt"], item["orderId"]) < mine
            for item in earlier
        )

    def of_customer(self, customer_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """See `ports.Orders`."""
        items, following = self.orders.page(
            "customerId = :customer",
            {":customer": customer_id},
            limit,
            cursor,
            {"customerId": customer_id, "createdAt": None, "orderId": None},
            IndexName="by-customer",
            ScanIndexForward=False,
        )
        orders = readable(items, item_mapping.order, self.orders, "orderId", self.monitoring)
        return Page(orders, following)

    def save_quote(self, order_id: str, quote: Quote) -> None:
        """See `ports.Orders`."""
        prices = item_mapping.quote_item(quote)
        assignments = ", ".join(f"#{name} = :{name}" for name in prices)
        try:
            self.orders.update(
                {"orderId": order_id},
                f"SET {assignments}",
                "#status = :pending AND attribute_not_exists(#total)",
                {"#status": "status", **{f"#{name}": name for name in prices}},
                {":pending": OrderStatus.PENDING.value, **{f":{n}": v for n, v in prices.items()}},
            )
        except ConditionFailed as failed:
            if failed.old is None or failed.old["status"] != OrderStatus.PENDING.value:
                raise OrderClosed(order_id) from failed

    def confirm(self, order_id: str, at: datetime) -> None:
        """See `ports.Orders`."""
        try:
            transact(
                self.orders.client,
                [self._confirm_order(order_id, at), self._commit_reservation(order_id, at)],
            )
        except TransactionRefused as refused:
            status = self.get(order_id).status
            if status is OrderStatus.CONFIRMED:
                return
            if status is not OrderStatus.PENDING:
                raise OrderClosed(order_id) from refused
            raise ReservationClosed(order_id) from refused

    def _confirm_order(self, order_id: str, at: datetime) -> Item:
        status = OrderStatus.CONFIRMED
        return update_step(
            self.orders,
            {"orderId": order_id},
            END.format(more=""),
            "#status = :pending",
            _end_values(status, at),
            {"#status": "status"},
        )

    def _commit_reservation(self, order_id: str, at: datetime) -> Item:
        return update_step(
            self.reservations,
            {"orderId": order_id},
            "SET #status = :committed, committedAt = :at REMOVE heldStatus",
            "#status = :held",
            {
                ":committed": ReservationStatus.COMMITTED.value,
                ":held": ReservationStatus.HELD.value,
                ":at": item_mapping.timestamp(at),
            },
            {"#status": "status"},
        )

    def close(
        self, order_id: str, status: OrderStatus, at: datetime, rejection: Rejection | None
    ) -> None:
        """See `ports.Orders`."""
        values = _end_values(status, at)
        if rejection:
            values[":rejection"] = item_mapping.rejection_item(rejection)
        try:
            self.orders.update(
                {"orderId": order_id},
                END.format(more=", rejection = :rejection" if rejection else ""),
                "#status = :pending",
                {"#status": "status"},
                values,
            )
        except ConditionFailed as failed:
            if failed.old is None or failed.old["status"] != status.value:
                raise OrderClosed(order_id) from failed

    def mark_published(self, order_id: str, at: datetime) -> None:
        """See `ports.Orders`. From now on the order is in no index of unfinished ones."""
        self.orders.update(
            {"orderId": order_id},
            "SET eventAt = if_not_exists(eventAt, :at) REMOVE openStatus",
            "attribute_exists(orderId)",
            {},
            {":at": item_mapping.timestamp(at)},
        )

    def claim_mail(self, order_id: str, at: datetime, until: datetime) -> bool:
        """See `ports.Orders`."""
        try:
            self.orders.update(
                {"orderId": order_id},
                "SET mailLeaseUntil = :until",
                "attribute_not_exists(mailAt)"
                " AND (attribute_not_exists(mailLeaseUntil) OR mailLeaseUntil < :now)",
                {},
                {":until": item_mapping.timestamp(until), ":now": item_mapping.timestamp(at)},
            )
        except ConditionFailed:
            return False
        return True

    def mark_mailed(self, order_id: str, at: datetime, message_id: str) -> None:
        """See `ports.Orders`."""
        self.orders.update(
            {"orderId": order_id},
            "SET mailAt = :at, mailMessageId = :id REMOVE mailLeaseUntil",
            "attribute_exists(orderId)",
            {},
            {":at": item_mapping.timestamp(at), ":id": message_id},
        )

    def open_since(self, before: datetime) -> Iterable[str]:
        """See `ports.Orders`."""
        items = self.orders.query(
            "openStatus = :open AND createdAt < :before",
            {":open": "OPEN", ":before": item_mapping.timestamp(before)},
            IndexName="open",
        )
        return (item["orderId"] for item in items)


def _end_values(status: OrderStatus, at: datetime) -> Item:
    return {
        ":status": status.value,
        ":pending": OrderStatus.PENDING.value,
        ":change": [item_mapping.status_change_item(StatusChange(status, at))],
    }


def _record(customer_id: str, key: str, row: Row) -> IdempotencyRecord:
    return IdempotencyRecord(
        customer_id=customer_id,
        key=key,
        body_hash=row.text("bodyHash"),
        order_id=row.text("orderId"),
        created_at=row.moment("createdAt"),
        expires_at=row.second("expiresAt"),
        correlation_id=row.correlation_id(row.text("orderId")),
    )


def _record_key(customer_id: str, key: str) -> str:
    return f"{customer_id}#{key}"


def _record_item(record: IdempotencyRecord) -> Item:
    return {
        "key": _record_key(record.customer_id, record.key),
        "bodyHash": record.body_hash,
        "orderId": record.order_id,
        "createdAt": item_mapping.timestamp(record.created_at),
        "expiresAt": int(record.expires_at.timestamp()),
        **item_mapping.correlation_item(record.correlation_id, record.order_id),
    }
