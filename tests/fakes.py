"""The stores of the checkout in memory; fake_services has what is not a store.

They are honest: what a port promises to be atomic happens under one lock, and what it promises
to refuse is refused. tests/contract runs the same tests on these and on the DynamoDB adapters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from checkout.domain.catalogue import Product
from checkout.domain.errors import (
    InvalidCursor,
    NotFirstOrder,
    OrderClosed,
    OrderNotFound,
    OutOfStock,
    PromotionExhausted,
    ReservationClosed,
)
from checkout.domain.order import Order, OrderStatus, Rejection, StatusChange
from checkout.domain.pricing import Quote
from checkout.domain.promotions import Promotion
from checkout.domain.stock import Reservation, ReservationStatus, StockLevel
from checkout.ports import IdempotencyRecord, Page


@dataclass
class Memory:
    """What the tables hold, and the lock that makes a change of several tables one change."""

    products: dict[str, Product] = field(default_factory=dict)
    promotions: dict[str, Promotion] = field(default_factory=dict)
    redeemed: Counter[tuple[str, str]] = field(default_factory=Counter)
    first_orders: Counter[str] = field(default_factory=Counter)
    levels: dict[str, StockLevel] = field(default_factory=dict)
    claims: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    records: dict[tuple[str, str], IdempotencyRecord] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)


def page_of[T](rows: Mapping[str, T], index: str, limit: int, cursor: str | None) -> Page[T]:
    """A page of rows that are sorted already; a cursor is the key of the last row."""
    keys = list(rows)
    if cursor and not (cursor.startswith(f"{index}:") and cursor[len(index) + 1 :] in keys):
        raise InvalidCursor(cursor)
    start = keys.index(cursor[len(index) + 1 :]) + 1 if cursor else 0
    chosen = keys[start : start + limit]
    more = start + limit < len(keys)
    return Page([rows[key] for key in chosen], f"{index}:{chosen[-1]}" if more else None)


@dataclass
class FakeCatalogue:
    memory: Memory

    def find(self, skus: Iterable[str]) -> Mapping[str, Product]:
        return {sku: self.memory.products[sku] for sku in skus if sku in self.memory.products}

    def page(self, category: str | None, limit: int, cursor: str | None) -> Page[Product]:
        listed = sorted(
            (
                p
                for p in self.memory.products.values()
                if p.active and category in (None, p.category)
            ),
            key=lambda p: (p.category, p.sku),
        )
        return page_of({p.sku: p for p in listed}, "listing", limit, cursor)


@dataclass
class FakePromotions:
    memory: Memory

    def find(self, codes: Iterable[str]) -> Sequence[Promotion]:
        return [self.memory.promotions[c] for c in set(codes) if c in self.memory.promotions]


@dataclass
class FakeStock:
    memory: Memory

    def levels(self, skus: Iterable[str]) -> Mapping[str, StockLevel]:
        return {sku: self.memory.levels[sku] for sku in skus if sku in self.memory.levels}

    def claim_alert(self, sku: str, claimant: str, at: datetime, until: datetime) -> bool:
        with self.memory.lock:
            level, claim = self.memory.levels[sku], self.memory.claims.get(sku)
            if level.warned or not level.is_low:
                return False
            if claim and claim[0] != claimant and claim[1] >= at:
                return False
            self.memory.claims[sku] = (claimant, until)
            return True

    def mark_alert_sent(self, sku: str, claimant: str) -> None:
        with self.memory.lock:
            if self.memory.claims.get(sku, ("",))[0] == claimant:
                self.memory.levels[sku] = replace(self.memory.levels[sku], warned=True)

    def unsent_alerts(self, at: datetime) -> Iterable[str]:
        claims, levels = self.memory.claims, self.memory.levels
        return [s for s, (_, until) in claims.items() if until < at and not levels[s].warned]

    def _reset_alert(self, reservation: Reservation) -> None:
        for line in reservation.lines:
            level = self.memory.levels[line.sku]
            if not level.is_low:
                self.memory.levels[line.sku] = replace(level, warned=False)
                self.memory.claims.pop(line.sku, None)

    def hold(self, reservation: Reservation) -> None:
        with self.memory.lock:
            held = self.memory.reservations.get(reservation.order_id)
            if held and held.status is ReservationStatus.RELEASED:
                raise ReservationClosed(reservation.order_id)
            if held:
                return
            self._check(reservation)
            first_order = any(
                self.memory.promotions[code].first_order_only for code in reservation.promotions
            )
            kept = replace(reservation, first_order=first_order)
            self._move(kept, taken=1)
            self.memory.reservations[reservation.order_id] = kept

    def _check(self, wanted: Reservation) -> None:
        levels = self.memory.levels
        missing = [
            line.sku
            for line in wanted.lines
            if line.sku not in levels or levels[line.sku].available < line.quantity
        ]
        if missing:
            raise OutOfStock(missing)
        late = [c for c in wanted.promotions if self._is_late(c, wanted)]
        if late:
            raise NotFirstOrder(late)
        used_up = [c for c in wanted.promotions if self._is_used_up(c, wanted.customer_id)]
        if used_up:
            raise PromotionExhausted(used_up)

    def _is_late(self, code: str, wanted: Reservation) -> bool:
        promotion = self.memory.promotions.get(code)
        if promotion is None or not promotion.first_order_only:
            return False
        return not wanted.first_order or self.memory.first_orders[wanted.customer_id] > 0

    def _is_used_up(self, code: str, customer_id: str) -> bool:
        promotion = self.memory.promotions.get(code)
        if promotion is None:
            return True
        limits = (
            (promotion.redemptions, promotion.redemption_limit),
            (self.memory.redeemed[code, customer_id], promotion.customer_limit),
        )
        return any(limit is not None and count >= limit for count, limit in limits)

    def _move(self, reservation: Reservation, taken: int) -> None:
        for line in reservation.lines:
            level = self.memory.levels[line.sku]
            left = level.available - taken * line.quantity
            self.memory.levels[line.sku] = replace(level, available=left)
        self.memory.first_orders[reservation.customer_id] += taken * reservation.first_order
        for code in reservation.promotions:
            promotion = self.memory.promotions[code]
            count = promotion.redemptions + taken
            self.memory.promotions[code] = replace(promotion, redemptions=count)
            self.memory.redeemed[code, reservation.customer_id] += taken

    def losses(self, order_id: str) -> Sequence[str]:
        return ()

    def release(self, order_id: str, at: datetime) -> bool:
        with self.memory.lock:
            held = self.memory.reservations.get(order_id)
            if held and held.status is ReservationStatus.COMMITTED:
                raise ReservationClosed(order_id)
            gives_back = held is not None and held.status is ReservationStatus.HELD
            if held and gives_back:
                self._move(held, taken=-1)
                self._reset_alert(held)
            kept = held or Reservation(order_id, "", (), (), at, at)
            self.memory.reservations[order_id] = replace(kept, status=ReservationStatus.RELEASED)
            return gives_back

    def expired(self, at: datetime) -> Iterable[str]:
        held = [r for r in self.memory.reservations.values() if r.status is ReservationStatus.HELD]
        return [r.order_id for r in held if r.expires_at < at]


@dataclass
class FakeOrders:
    memory: Memory
    claims: dict[str, datetime] = field(default_factory=dict)

    def place(self, order: Order, record: IdempotencyRecord) -> IdempotencyRecord:
        with self.memory.lock:
            earlier = self.replay_of(record.customer_id, record.key, record.created_at)
            if earlier:
                return earlier
            self.memory.records[record.customer_id, record.key] = record
            self.memory.orders[order.order_id] = order
            return record

    def replay_of(self, customer_id: str, key: str, at: datetime) -> IdempotencyRecord | None:
        record = self.memory.records.get((customer_id, key))
        return record if record and record.expires_at > at else None

    def get(self, order_id: str) -> Order:
        if order_id not in self.memory.orders:
            raise OrderNotFound(order_id)
        return self.memory.orders[order_id]

    def is_first(self, order: Order) -> bool:
        return not any(
            other.customer_id == order.customer_id
            and other.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED)
            and (other.created_at, other.order_id) < (order.created_at, order.order_id)
            for other in self.memory.orders.values()
        )

    def of_customer(self, customer_id: str, limit: int, cursor: str | None) -> Page[Order]:
        own = [o for o in self.memory.orders.values() if o.customer_id == customer_id]
        newest = sorted(own, key=lambda order: order.created_at, reverse=True)
        return page_of({o.order_id: o for o in newest}, "by-customer", limit, cursor)

    def save_quote(self, order_id: str, quote: Quote) -> None:
        with self.memory.lock:
            order = self._pending(order_id)
            self.memory.orders[order_id] = replace(order, quote=order.quote or quote)

    def _pending(self, order_id: str) -> Order:
        order = self.memory.orders.get(order_id)
        if order is None or not order.is_open:
            raise OrderClosed(order_id)
        return order

    def confirm(self, order_id: str, at: datetime) -> None:
        with self.memory.lock:
            if self.get(order_id).status is OrderStatus.CONFIRMED:
                return
            order = self._pending(order_id)
            held = self.memory.reservations.get(order_id)
            if held is None or held.status is not ReservationStatus.HELD:
                raise ReservationClosed(order_id)
            committed = replace(held, status=ReservationStatus.COMMITTED)
            self.memory.reservations[order_id] = committed
            self._end(order, OrderStatus.CONFIRMED, at, None)

    def close(
        self, order_id: str, status: OrderStatus, at: datetime, rejection: Rejection | None
    ) -> None:
        with self.memory.lock:
            order = self.memory.orders.get(order_id)
            if order is None or order.status is not status:
                self._end(self._pending(order_id), status, at, rejection)

    def _end(
        self, order: Order, status: OrderStatus, at: datetime, rejection: Rejection | None
    ) -> None:
        self.memory.orders[order.order_id] = replace(
            order,
            status=status,
            history=(*order.history, StatusChange(status, at)),
            rejection=rejection,
            request=replace(order.request, payment_token=""),
        )

    def mark_published(self, order_id: str, at: datetime) -> None:
        with self.memory.lock:
            order = self.get(order_id)
            self.memory.orders[order_id] = replace(order, published_at=order.published_at or at)

    def claim_mail(self, order_id: str, at: datetime, until: datetime) -> bool:
        with self.memory.lock:
            claimed = order_id in self.claims and self.claims[order_id] >= at
            if claimed or self.get(order_id).mailed_at:
                return False
            self.claims[order_id] = until
            return True

    def mark_mailed(self, order_id: str, at: datetime, message_id: str) -> None:
        with self.memory.lock:
            self.memory.orders[order_id] = replace(self.get(order_id), mailed_at=at)

    def open_since(self, before: datetime) -> Iterable[str]:
        orders = list(self.memory.orders.values())
        return [o.order_id for o in orders if o.published_at is None and o.created_at < before]
