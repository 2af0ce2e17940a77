"""A value of every stored kind in which no field has its default: what storage forgets shows.

`unset` finds the fields of a value that a test would not miss. A new field of a stored dataclass
without a value here fails tests/unit/shop/test_stored_fields.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product, Sale, Tier
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
from checkout.ports import IdempotencyRecord
from tests.builders import NOW, minutes, usd

ENDED, PUBLISHED, MAILED = NOW + minutes(1), NOW + minutes(2), NOW + minutes(3)

ADDRESS = Address(
    name="Ada Byron",
    line1="12 Analytical Way",
    city="Portland",
    postal_code="97201",
    country="US",
    line2="c/o Zoë",
    region="OR",
    phone="+1 555 0100",
)
REQUEST = OrderRequest(
    items=(CartLine("JAM", 3), CartLine("TEA", 2)),
    discount_codes=("FIVE", "TEN"),
    payment_token="tok_visa",
    shipping_address=ADDRESS,
    email="ada@example.com",
)
QUOTE = Quote(
    lines=(
        QuoteLine("JAM", "Plum jam", "pantry", 3, usd(501), usd(101)),
        QuoteLine("TEA", "Green tea", "tea", 2, usd(1003), usd(202)),
    ),
    subtotal=usd(3509),
    discount=usd(303),
    shipping=usd(599),
    tax=usd(232),
    total=usd(4037),
    applied=(AppliedCode("TEN", "Ten percent", usd(303)),),
    rejected=(RejectedCode("FIVE", "another code saves more"),),
)
ORDER = Order(
    order_id="ord_1",
    customer_id="cus_ada",
    idempotency_key="key-of-ord_1",
    request=REQUEST,
    status=OrderStatus.REJECTED,
    history=(
        StatusChange(OrderStatus.PENDING, NOW),
        StatusChange(OrderStatus.REJECTED, ENDED),
    ),
    created_at=NOW,
    expected_total=usd(4038),
    quote=QUOTE,
    rejection=Rejection(RejectionCode.OUT_OF_STOCK, "Not enough in stock: TEA"),
    simulate=FaultInjection(fail="ReleaseStock", times=3, how=Fault.GARBAGE, after="GenerateOrder"),
    published_at=PUBLISHED,
    mailed_at=MAILED,
    correlation_id="request-1",
)
RECORD = IdempotencyRecord(
    customer_id=ORDER.customer_id,
    key=ORDER.idempotency_key,
    body_hash="the-hash",
    order_id=ORDER.order_id,
    created_at=NOW,
    expires_at=NOW + timedelta(hours=24),
    correlation_id=ORDER.correlation_id,
)
PRODUCT = Product(
    sku="TEA",
    name="Green tea",
    description="Grassy and mild.",
    category="tea",
    price=usd(1003),
    active=False,
    tiers=(Tier(5, usd(902)), Tier(10, usd(801))),
    sale=Sale(usd(700), NOW, NOW + minutes(60)),
)
TERMS: Mapping[PromotionKind, Mapping[str, int]] = {
    PromotionKind.PERCENTAGE: {"basis_points": 1050},
    PromotionKind.FIXED_AMOUNT: {"amount": 501},
    PromotionKind.BUY_X_GET_Y: {"buy_quantity": 3, "free_quantity": 2},
    PromotionKind.FREE_SHIPPING: {},
}
"""What only one kind of promotion has."""

PROMOTIONS = tuple(
    Promotion(
        code=f"CODE-{number}",
        description=f"What {kind} takes off",
        kind=kind,
        minimum_subtotal=1001,
        categories=frozenset({"pantry", "tea"}),
        starts_at=NOW,
        ends_at=NOW + minutes(60),
        redemption_limit=7,
        per_customer_limit=2,
        first_order_only=True,
        stackable=False,
        redemptions=4,
        **terms,
    )
    for number, (kind, terms) in enumerate(TERMS.items())
)
RESERVATION = Reservation(
    order_id="ord_1",
    customer_id="cus_ada",
    lines=REQUEST.items,
    promotions=tuple(p.code for p in PROMOTIONS),
    held_at=NOW,
    expires_at=NOW + minutes(15),
    first_order=True,
    status=ReservationStatus.COMMITTED,
)
TAKES = (Take("JAM", 2, 3), Take("TEA", 1, 2))
SHARD = Shard("TEA", 7, shards=3, low_threshold=8, claimant="ord_1", warned=True)
ENTRIES = tuple(
    LedgerEntry("ord_1", kind, usd(4037), "ord_1:charge", NOW, reason=f"why {kind}")
    for kind in EntryKind
)

EVERY = (ORDER, RECORD, PRODUCT, *PROMOTIONS, RESERVATION, *TAKES, SHARD, *ENTRIES)

NOT_STORED = {
    ("Take", "shards"): "what a process remembers of a product, not where its pieces came from",
}
OF_ONE_KIND = {("Promotion", name) for terms in TERMS.values() for name in terms}
"""Fields that have their default in a promotion of another kind, and must: see `TERMS`."""


def unset(value: object) -> set[tuple[str, str]]:
    """Every field in a value and its parts, by class and name, that has its default.

    Where there is none, the field is unset if it is empty, zero or None.
    """
    return {(type(part).__name__, f.name) for part in parts_of(value) for f in _unset(part)}


def _unset(part: Any) -> Iterator[Field[Any]]:
    for field in fields(part):
        value = getattr(part, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if value == default or (default is MISSING and _is_nothing(value)):
            yield field


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str | int | Decimal | tuple) and not value)


def parts_of(value: object) -> Iterator[Any]:
    """The dataclass instances in a value, itself included."""
    if isinstance(value, tuple | frozenset):
        for part in value:
            yield from parts_of(part)
    elif is_dataclass(value):
        yield value
        for field in fields(value):
            yield from parts_of(getattr(value, field.name))
