"""How domain values are stored: camelCase attributes, minor units, RFC 3339 in UTC.

What adapters read of these items is checked here. Some are made elsewhere: products, stock and
promotions by the seed (lab/seed/items.py), idempotency records in orders.py, and in stock.py the
reservation that was released before it was held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Never

from checkout.adapters.rows import Row
from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product, Sale, Tier
from checkout.domain.errors import WrongRow
from checkout.domain.money import BASIS_POINTS, Money
from checkout.domain.order import (
    Address,
    Fault,
    FaultInjection,
    Order,
    OrderRequest,
    OrderStatus,
    Rejection,
    RejectionCode,
    StatusChange,
)
from checkout.domain.payment import EntryKind, LedgerEntry
from checkout.domain.pricing import AppliedCode, Quote, QuoteLine, RejectedCode
from checkout.domain.promotions import Promotion, PromotionKind
from checkout.domain.stock import Reservation, ReservationStatus, Shard, Take

Item = dict[str, Any]

MAX_SHARDS = 100
"""All shards of a product are read in one TransactGetItems, which takes no more."""


def timestamp(at: datetime) -> str:
    """A moment as text that sorts like time: always UTC, always microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def product(item: Mapping[str, Any]) -> Product:
    """A product from its item."""
    row = Row(item)
    currency = row.currency("currency")
    return Product(
        sku=row.text("sku"),
        name=row.text("name"),
        description=row.text("description", empty=True),
        category=row.text("category"),
        price=row.price("price", currency),
        active=row.flag("active"),
        tiers=tuple(
            Tier(tier.whole("minQuantity", least=1), tier.price("unitPrice", currency))
            for tier in row.parts("tiers", ())
        ),
        sale=_sale(row.part("sale"), currency) if row.has("sale") else None,
    )


def _sale(row: Row, currency: str) -> Sale:
    return Sale(row.price("price", currency), row.moment("startsAt"), row.moment("endsAt"))


def shard_key(sku: str, shard: int) -> str:
    """The key of a shard's item: the SKU for shard 0, which stands for the product as well."""
    return f"{sku}#{shard}" if shard else sku


def shard(item: Mapping[str, Any], first: bool = True) -> Shard:
    """One counter of stock; only the first of a product says how many there are, and when to warn.

    The others say how many there are as well, if they are there at all.
    """
    row = Row(item)
    return Shard(
        key=row.text("sku"),
        available=row.whole("available"),
        shards=row.whole("shards", 1, least=1, most=MAX_SHARDS),
        low_threshold=row.whole("lowStockThreshold") if first else 0,
        claimant=row.text("lowStockWarnedBy", ""),
        warned=row.has("lowStockWarnedBy") and not row.has("lowStockClaimUntil"),
    )


def promotion(item: Mapping[str, Any]) -> Promotion:
    """A promotion from its item."""
    row = Row(item)
    kind = row.one_of("kind", PromotionKind)
    return Promotion(
        code=row.text("code"),
        description=row.text("description", empty=True),
        kind=kind,
        categories=frozenset(row.texts("categories", ())),
        minimum_subtotal=row.whole("minimumSubtotal", 0),
        starts_at=row.perhaps_moment("startsAt"),
        ends_at=row.perhaps_moment("endsAt"),
        redemption_limit=row.limit("redemptionLimit"),
        per_customer_limit=row.limit("perCustomerLimit"),
        first_order_only=row.flag("firstOrderOnly", False),
        stackable=row.flag("stackable", True),
        redemptions=row.whole("redemptions", 0),
        **_terms(row, kind),
    )


def _terms(row: Row, kind: PromotionKind) -> dict[str, int]:
    """What a promotion of this kind cannot be without, and must not leave at zero."""
    match kind:
        case PromotionKind.PERCENTAGE:
            return {"basis_points": row.whole("basisPoints", least=1, most=BASIS_POINTS)}
        case PromotionKind.FIXED_AMOUNT:
            return {"amount": row.whole("amount", least=1)}
        case PromotionKind.BUY_X_GET_Y:
            return {
                "buy_quantity": row.whole("buyQuantity", least=1),
                "free_quantity": row.whole("freeQuantity", least=1),
            }
        case PromotionKind.FREE_SHIPPING:
            return {}
        case _:
            raise _unhandled(kind)


def _unhandled(kind: Never) -> WrongRow:
    """Like `assert_never` for the type checker; at run time the code is off sale, and logged."""
    return WrongRow(f"kind is {kind!r}, which no code here knows how to read")


def _cart_line(row: Row) -> CartLine:
    return CartLine(row.text("sku"), row.whole("quantity", least=1))


def cart_line_item(line: CartLine) -> Item:
    """A cart line's item."""
    return {"sku": line.sku, "quantity": line.quantity}


def reservation(item: Mapping[str, Any]) -> Reservation:
    """A reservation from its item."""
    row = Row(item)
    return Reservation(
        order_id=row.text("orderId"),
        customer_id=row.text("customerId"),
        lines=tuple(_cart_line(line) for line in row.parts("lines")),
        promotions=row.texts("promotions"),
        held_at=row.moment("heldAt"),
        expires_at=row.second("expiresAt"),
        first_order=row.flag("firstOrder", False),
        status=row.one_of("status", ReservationStatus),
    )


def takes(item: Mapping[str, Any]) -> tuple[Take, ...]:
    """The shards that a reservation took its pieces from; shard 0 if the item names none."""
    row = Row(item)
    return tuple(
        Take(take.text("sku"), take.whole("shard", 0), take.whole("quantity", least=1))
        for take in row.parts("takes" if row.has("takes") else "lines")
    )


def reservation_item(held: Reservation, taken: Sequence[Take] = ()) -> Item:
    """The item of a reservation that is held; `heldStatus` puts it into the index of those."""
    sharded = any(take.shard for take in taken)
    return {
        **({"takes": [_take_item(take) for take in taken]} if sharded else {}),
        "orderId": held.order_id,
        "customerId": held.customer_id,
        "status": held.status.value,
        "heldStatus": held.status.value,
        "lines": [cart_line_item(line) for line in held.lines],
        "promotions": list(held.promotions),
        **({"firstOrder": True} if held.first_order else {}),
        "heldAt": timestamp(held.held_at),
        "expiresAt": int(held.expires_at.timestamp()),
    }


def _take_item(take: Take) -> Item:
    return {"sku": take.sku, "shard": take.shard, "quantity": take.quantity}


def ledger_entry(item: Mapping[str, Any]) -> LedgerEntry:
    """A ledger entry from its item."""
    row = Row(item)
    return LedgerEntry(
        order_id=row.text("orderId"),
        kind=row.one_of("entry", EntryKind),
        amount=row.sum("amount", row.currency("currency")),
        key=row.text("key"),
        at=row.moment("at"),
        reason=row.text("reason", ""),
    )


def ledger_item(entry: LedgerEntry) -> Item:
    """A ledger entry's item, without its key."""
    return {
        "entry": entry.kind.value,
        "orderId": entry.order_id,
        "amount": entry.amount.amount,
        "currency": entry.amount.currency,
        "key": entry.key,
        "at": timestamp(entry.at),
        **({"reason": entry.reason} if entry.reason else {}),
    }


ADDRESS = {
    "name": "name",
    "line1": "line1",
    "line2": "line2",
    "city": "city",
    "region": "region",
    "postalCode": "postal_code",
    "country": "country",
    "phone": "phone",
}
"""Address attributes as they are stored, and as the domain names them."""


def _address(row: Row) -> Address:
    return Address(**{field: row.text(key, "", empty=True) for key, field in ADDRESS.items()})


def order_item(order: Order) -> Item:
    """The item of a new order; `openStatus` puts it into the index of unfinished ones."""
    request = order.request
    return {
        "orderId": order.order_id,
        "customerId": order.customer_id,
        "idempotencyKey": order.idempotency_key,
        "items": [cart_line_item(line) for line in request.items],
        "discountCodes": list(request.discount_codes),
        "paymentToken": request.payment_token,
        "shippingAddress": {
            key: getattr(request.shipping_address, field) for key, field in ADDRESS.items()
        },
        "email": request.email,
        "status": order.status.value,
        "openStatus": "OPEN",
        "history": [status_change_item(change) for change in order.history],
        "createdAt": timestamp(order.created_at),
        **correlation_item(order.correlation_id, order.order_id),
        **({"expectedTotal": money_item(order.expected_total)} if order.expected_total else {}),
        **({"simulate": simulation_item(order.simulate)} if order.simulate else {}),
    }


def correlation_item(correlation_id: str, order_id: str) -> Item:
    """Nothing where it is the order's own id: an order of more than 1 KB costs twice the writes."""
    return {} if correlation_id == order_id else {"correlationId": correlation_id}


def money_item(money: Money) -> Item:
    """An amount with its own currency."""
    return {"amount": money.amount, "currency": money.currency}


def order(item: Mapping[str, Any]) -> Order:
    """An order from its item."""
    row = Row(item)
    return Order(
        order_id=row.text("orderId"),
        customer_id=row.text("customerId"),
        idempotency_key=row.text("idempotencyKey"),
        request=_request(row),
        status=row.one_of("status", OrderStatus),
        history=tuple(_status_change(change) for change in row.parts("history")),
        created_at=row.moment("createdAt"),
        expected_total=_expected(row.part("expectedTotal")) if row.has("expectedTotal") else None,
        quote=quote(row) if row.has("total") else None,
        rejection=_rejection(row.part("rejection")) if row.has("rejection") else None,
        simulate=_simulation(row.part("simulate")) if row.has("simulate") else None,
        published_at=row.perhaps_moment("eventAt"),
        mailed_at=row.perhaps_moment("mailAt"),
        correlation_id=row.correlation_id(row.text("orderId")),
    )


def _request(row: Row) -> OrderRequest:
    return OrderRequest(
        items=tuple(_cart_line(line) for line in row.parts("items")),
        discount_codes=row.texts("discountCodes"),
        payment_token=row.text("paymentToken", ""),
        shipping_address=_address(row.part("shippingAddress")),
        email=row.text("email"),
    )


def _expected(row: Row) -> Money:
    return row.sum("amount", row.currency("currency"))


def _simulation(row: Row) -> FaultInjection:
    return FaultInjection(
        fail=row.text("fail"),
        times=row.whole("times", 1),
        how=row.one_of("how", Fault) if row.has("how") else Fault.RAISE,
        after=row.text("after", ""),
    )


def simulation_item(switch: FaultInjection) -> Item:
    """A failure switch's item."""
    return {
        "fail": switch.fail,
        "times": switch.times,
        **({"how": switch.how.value} if switch.how is not Fault.RAISE else {}),
        **({"after": switch.after} if switch.after else {}),
    }


def status_change_item(change: StatusChange) -> Item:
    """An entry of an order's history."""
    return {"status": change.status.value, "at": timestamp(change.at)}


def _status_change(row: Row) -> StatusChange:
    return StatusChange(row.one_of("status", OrderStatus), row.moment("at"))


def rejection_item(rejection: Rejection) -> Item:
    """Why an order was rejected."""
    return {"code": rejection.code.value, "message": rejection.message}


def _rejection(row: Row) -> Rejection:
    return Rejection(row.one_of("code", RejectionCode), row.text("message", empty=True))


SUMS = {
    "subtotal": "subtotal",
    "discount": "discount",
    "shipping": "shipping",
    "tax": "tax",
    "total": "total",
}
"""Sums of a quote as they are stored, and as the domain names them."""


def quote_item(priced: Quote) -> Item:
    """The attributes that prices add to an order."""
    return {
        "currency": priced.total.currency,
        **{key: getattr(priced, field).amount for key, field in SUMS.items()},
        "lines": [_quote_line_item(line) for line in priced.lines],
        "applied": [
            {"code": a.code, "description": a.description, "discount": a.discount.amount}
            for a in priced.applied
        ],
        "rejected": [{"code": r.code, "reason": r.reason} for r in priced.rejected],
    }


def _quote_line_item(line: QuoteLine) -> Item:
    return {
        "sku": line.sku,
        "name": line.name,
        "category": line.category,
        "quantity": line.quantity,
        "unitPrice": line.unit_price.amount,
        "discount": line.discount.amount,
        "total": line.total.amount,
    }


def quote(row: Row) -> Quote:
    """The prices of an order, from the order's item."""
    currency = row.currency("currency")
    return Quote(
        lines=tuple(_quote_line(line, currency) for line in row.parts("lines")),
        applied=tuple(_applied(row.parts("applied"), currency)),
        rejected=tuple(
            RejectedCode(r.text("code"), r.text("reason")) for r in row.parts("rejected")
        ),
        **{field: row.sum(key, currency) for key, field in SUMS.items()},
    )


def _quote_line(row: Row, currency: str) -> QuoteLine:
    return QuoteLine(
        sku=row.text("sku"),
        name=row.text("name"),
        category=row.text("category"),
        quantity=row.whole("quantity", least=1),
        unit_price=row.sum("unitPrice", currency),
        discount=row.sum("discount", currency),
    )


def _applied(rows: Iterable[Row], currency: str) -> Iterable[AppliedCode]:
    for row in rows:
        code, description = row.text("code"), row.text("description")
        yield AppliedCode(code, description, row.sum("discount", currency))
