"""How domain values are stored: camelCase attributes, minor units, RFC 3339 in UTC.

Every write and every read of a stored shape goes through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product, Sale, Tier
from checkout.domain.money import Money
from checkout.domain.order import (
    Address,
    Fault,
    Order,
    OrderRequest,
    OrderStatus,
    Rejection,
    RejectionCode,
    Simulation,
    StatusChange,
)
from checkout.domain.payment import EntryKind, LedgerEntry
from checkout.domain.pricing import AppliedCode, Quote, QuoteLine, RejectedCode
from checkout.domain.promotions import Promotion, PromotionKind
from checkout.domain.stock import Reservation, ReservationStatus, StockLevel, Take

Item = dict[str, Any]


def timestamp(at: datetime) -> str:
    """A moment as text that sorts like time: always UTC, always microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The moment that a text names."""
    return datetime.fromisoformat(text)


def product(item: Mapping[str, Any]) -> Product:
    """A product from its item."""
    currency = item["currency"]
    return Product(
        sku=item["sku"],
        name=item["name"],
        description=item["description"],
        category=item["category"],
        price=Money(item["price"], currency),
        active=item["active"],
        tiers=tuple(
            Tier(tier["minQuantity"], Money(tier["unitPrice"], currency))
            for tier in item.get("tiers", [])
        ),
        sale=_sale(item["sale"], currency) if item.get("sale") else None,
    )


def _sale(item: Mapping[str, Any], currency: str) -> Sale:
    return Sale(Money(item["price"], currency), moment(item["startsAt"]), moment(item["endsAt"]))


def shard_key(sku: str, shard: int) -> str:
    """The key of a shard's item: the SKU for shard 0, which stands for the product as well."""
    return f"{sku}#{shard}" if shard else sku


def stock_level(item: Mapping[str, Any], elsewhere: int = 0) -> StockLevel:
    """A stock level from the item of shard 0 and the pieces in the other shards.

    `lowStockWarnedBy` is who tells of it; until that is done, `lowStockClaimUntil` stands.
    """
    return StockLevel(
        sku=item["sku"],
        available=item["available"] + elsewhere,
        low_threshold=item["lowStockThreshold"],
        warned="lowStockWarnedBy" in item and "lowStockClaimUntil" not in item,
    )


def promotion(item: Mapping[str, Any]) -> Promotion:
    """A promotion from its item."""
    return Promotion(
        code=item["code"],
        description=item["description"],
        kind=PromotionKind(item["kind"]),
        basis_points=item.get("basisPoints", 0),
        amount=item.get("amount", 0),
        buy_quantity=item.get("buyQuantity", 0),
        free_quantity=item.get("freeQuantity", 0),
        minimum_subtotal=item.get("minimumSubtotal", 0),
        categories=frozenset(item.get("categories", [])),
        starts_at=moment(item["startsAt"]) if item.get("startsAt") else None,
        ends_at=moment(item["endsAt"]) if item.get("endsAt") else None,
        redemption_limit=item.get("redemptionLimit"),
        per_customer_limit=item.get("perCustomerLimit"),
        stackable=item.get("stackable", True),
        redemptions=item.get("redemptions", 0),
    )


def cart_line(item: Mapping[str, Any]) -> CartLine:
    """A cart line from its item."""
    return CartLine(item["sku"], item["quantity"])


def cart_line_item(line: CartLine) -> Item:
    """A cart line's item."""
    return {"sku": line.sku, "quantity": line.quantity}


def reservation(item: Mapping[str, Any]) -> Reservation:
    """A reservation from its item."""
    return Reservation(
        order_id=item["orderId"],
        customer_id=item["customerId"],
        lines=tuple(cart_line(line) for line in item["lines"]),
        promotions=tuple(item["promotions"]),
        held_at=moment(item["heldAt"]),
        expires_at=datetime.fromtimestamp(item["expiresAt"], UTC),
        status=ReservationStatus(item["status"]),
    )


def takes(item: Mapping[str, Any]) -> tuple[Take, ...]:
    """Where a reservation took its pieces from: where nothing else is said, shard 0."""
    found = item.get("takes", item["lines"])
    return tuple(Take(take["sku"], take.get("shard", 0), take["quantity"]) for take in found)


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
        "heldAt": timestamp(held.held_at),
        "expiresAt": int(held.expires_at.timestamp()),
    }


def _take_item(take: Take) -> Item:
    return {"sku": take.sku, "shard": take.shard, "quantity": take.quantity}


def ledger_entry(item: Mapping[str, Any]) -> LedgerEntry:
    """A ledger entry from its item."""
    return LedgerEntry(
        order_id=item["orderId"],
        kind=EntryKind(item["entry"]),
        amount=Money(item["amount"], item["currency"]),
        key=item["key"],
        at=moment(item["at"]),
        reason=item.get("reason", ""),
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
"""Address attributes as they are stored and sent, and as the domain names them."""


def address(item: Mapping[str, Any]) -> Address:
    """An address from its item; attributes that we do not know are left out."""
    return Address(**{field: item.get(key, "") for key, field in ADDRESS.items()})


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
        **({"simulate": simulation_item(order.simulate)} if order.simulate else {}),
    }


def order(item: Mapping[str, Any]) -> Order:
    """An order from its item."""
    return Order(
        order_id=item["orderId"],
        customer_id=item["customerId"],
        idempotency_key=item["idempotencyKey"],
        request=_request(item),
        status=OrderStatus(item["status"]),
        history=tuple(_status_change(change) for change in item["history"]),
        created_at=moment(item["createdAt"]),
        quote=quote(item) if "total" in item else None,
        rejection=_rejection(item["rejection"]) if "rejection" in item else None,
        simulate=simulation(item["simulate"]) if "simulate" in item else None,
        published_at=moment(item["eventAt"]) if "eventAt" in item else None,
        mailed_at=moment(item["mailAt"]) if "mailAt" in item else None,
    )


def _request(item: Mapping[str, Any]) -> OrderRequest:
    return OrderRequest(
        items=tuple(cart_line(line) for line in item["items"]),
        discount_codes=tuple(item["discountCodes"]),
        payment_token=item.get("paymentToken", ""),
        shipping_address=address(item["shippingAddress"]),
        email=item["email"],
    )


def simulation(item: Mapping[str, Any]) -> Simulation:
    """A failure switch from its item, or as it is sent."""
    return Simulation(
        fail=item["fail"],
        times=item.get("times", 1),
        how=Fault(item.get("how", Fault.RAISE)),
        after=item.get("after", ""),
    )


def simulation_item(switch: Simulation) -> Item:
    """A failure switch as it is stored and as the workflow gets it."""
    return {
        "fail": switch.fail,
        "times": switch.times,
        **({"how": switch.how.value} if switch.how is not Fault.RAISE else {}),
        **({"after": switch.after} if switch.after else {}),
    }


def status_change_item(change: StatusChange) -> Item:
    """An entry of an order's history."""
    return {"status": change.status.value, "at": timestamp(change.at)}


def _status_change(item: Mapping[str, Any]) -> StatusChange:
    return StatusChange(OrderStatus(item["status"]), moment(item["at"]))


def rejection_item(rejection: Rejection) -> Item:
    """Why an order was rejected."""
    return {"code": rejection.code.value, "message": rejection.message}


def _rejection(item: Mapping[str, Any]) -> Rejection:
    return Rejection(RejectionCode(item["code"]), item["message"])


SUMS = ("subtotal", "discount", "shipping", "tax", "total")


def quote_item(priced: Quote) -> Item:
    """The attributes that prices add to an order."""
    return {
        "currency": priced.total.currency,
        **{name: getattr(priced, name).amount for name in SUMS},
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


def quote(item: Mapping[str, Any]) -> Quote:
    """The prices of an order, from the order's item."""
    currency = item["currency"]
    return Quote(
        lines=tuple(_quote_line(line, currency) for line in item["lines"]),
        applied=tuple(_applied(item["applied"], currency)),
        rejected=tuple(RejectedCode(r["code"], r["reason"]) for r in item["rejected"]),
        **{name: Money(item[name], currency) for name in SUMS},
    )


def _quote_line(item: Mapping[str, Any], currency: str) -> QuoteLine:
    return QuoteLine(
        sku=item["sku"],
        name=item["name"],
        category=item["category"],
        quantity=item["quantity"],
        unit_price=Money(item["unitPrice"], currency),
        discount=Money(item["discount"], currency),
    )


def _applied(items: Iterable[Mapping[str, Any]], currency: str) -> Iterable[AppliedCode]:
    for item in items:
        yield AppliedCode(item["code"], item["description"], Money(item["discount"], currency))
