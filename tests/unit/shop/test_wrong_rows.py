"""Stored rows with one value that is wrong: what they are about is off sale, and people are told.

Every value of every kind of row is left out, and made everything that it should not be.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from checkout.adapters import item_mapping
from checkout.adapters.catalogue import DynamoCatalogue, DynamoPromotions
from checkout.adapters.orders import DynamoOrders
from checkout.adapters.payments import DynamoLedger
from checkout.adapters.sharded_stock import ShardedStock
from checkout.domain.catalogue import Sale, Tier
from checkout.domain.errors import (
    IdempotencyConflict,
    InvalidCart,
    OrderUnreadable,
    PriceChanged,
    WrongRow,
)
from checkout.domain.order import OrderStatus, Rejection, RejectionCode
from checkout.domain.payment import EntryKind
from checkout.domain.promotions import Promotion, PromotionKind
from checkout.use_cases.place_order import PlaceOrder, place_order
from checkout.use_cases.validate_cart import validate_cart
from tests.builders import (
    NOW,
    a_product,
    a_promotion,
    a_quote,
    a_request,
    a_reservation,
    an_ended_order,
    an_entry,
    minutes,
    usd,
)
from tests.contract.worlds import product_item, promotion_item, stock_items
from tests.shop import Shop
from tests.unit.shop.api import a_checkout, call, post_checkout, signed_in

Item = dict[str, Any]
GONE = object()
"""Instead of a value: there is none."""

WRONG: Mapping[str, Sequence[object]] = {
    "whole": [
        *(GONE, None, -1, Decimal("9.5"), Decimal("NaN"), Decimal("Infinity"), 10**18, True),
        *("12", "", [], {}, b"1"),
    ],
    "text": [GONE, None, "", 5, True, [], {}, b"x"],
    "flag": [GONE, None, 0, 1, "true", "", []],
    "time": [
        *(GONE, None, "", "soon", "2026-11-22T12:00:00", "2026-11-22", "2026-13-01T00:00:00Z"),
        *(5, Decimal("1.5"), True, [], {}),
    ],
    "currency": [GONE, None, "", "usd", "US", "DOLLAR", "U$D", 5, []],
    "kind": [GONE, None, "", "percentage", "GIFT", 5, [], {}],
    "list": [None, 5, "tea", {}, [None], [5], [[]], True],
    "map": [None, 5, "x", [], True, {}],
}

PRODUCT = product_item(
    a_product(tiers=(Tier(5, usd(900)),), sale=Sale(usd(800), NOW - minutes(1), NOW + minutes(99)))
)
PERCENT = promotion_item(
    a_promotion(
        categories=frozenset({"tea"}),
        starts_at=NOW - minutes(1),
        ends_at=NOW + minutes(99),
        redemption_limit=9,
        per_customer_limit=9,
        first_order_only=True,
        minimum_subtotal=1,
        redemptions=1,
    )
)
FIXED = promotion_item(a_promotion(kind=PromotionKind.FIXED_AMOUNT, amount=500, basis_points=0))
BUNDLE = promotion_item(
    Promotion("TEN", "x", PromotionKind.BUY_X_GET_Y, buy_quantity=2, free_quantity=1)
)
SHARD = stock_items("TEA", [5, 5], 1)[0] | {"lowStockWarnedBy": "ord_1"}
ENDED = an_ended_order(
    OrderStatus.REJECTED, rejection=Rejection(RejectionCode.OUT_OF_STOCK, "Not enough")
)
ORDER: Item = {
    **item_mapping.order_item(ENDED),
    **item_mapping.quote_item(a_quote()),
    "rejection": item_mapping.rejection_item(ENDED.rejection),  # type: ignore[arg-type]
    "expectedTotal": {"amount": 2599, "currency": "USD"},
    "eventAt": item_mapping.timestamp(NOW),
    "mailAt": item_mapping.timestamp(NOW),
}
ENTRY: Item = {"paymentId": "order#ord_1", **item_mapping.ledger_item(an_entry(EntryKind.CAPTURED))}
HELD = item_mapping.reservation_item(a_reservation(first_order=True))

OPTIONAL = {
    *("tiers", "sale", "categories", "startsAt", "endsAt", "redemptionLimit", "perCustomerLimit"),
    *("firstOrderOnly", "minimumSubtotal", "redemptions", "stackable", "shards", "firstOrder"),
    *("lowStockWarnedBy", "expectedTotal", "rejection", "eventAt", "mailAt", "total"),
    *("paymentToken", "lowStockThreshold of a further shard"),
}
"""What may be missing from the top of a row."""

FIELDS: Mapping[str, tuple[Callable[[Item], object], Item, Mapping[str, str]]] = {
    "product": (
        item_mapping.product,
        PRODUCT,
        {
            **dict.fromkeys(("sku", "name", "description", "category"), "text"),
            **{"price": "whole", "currency": "currency", "active": "flag", "tiers": "list"},
            **{"tiers/0/minQuantity": "whole", "tiers/0/unitPrice": "whole", "sale": "map"},
            **{"sale/price": "whole", "sale/startsAt": "time", "sale/endsAt": "time"},
        },
    ),
    "percentage": (
        item_mapping.promotion,
        PERCENT,
        {
            **{"code": "text", "description": "text", "kind": "kind", "basisPoints": "whole"},
            **{"minimumSubtotal": "whole", "categories": "list", "startsAt": "time"},
            **{"endsAt": "time", "redemptionLimit": "whole", "perCustomerLimit": "whole"},
            **{"stackable": "flag", "firstOrderOnly": "flag", "redemptions": "whole"},
        },
    ),
    "fixed amount": (item_mapping.promotion, FIXED, {"amount": "whole"}),
    "bundle": (item_mapping.promotion, BUNDLE, {"buyQuantity": "whole", "freeQuantity": "whole"}),
    "shard": (
        item_mapping.shard,
        SHARD,
        {
            **{"available": "whole", "lowStockThreshold": "whole", "shards": "whole"},
            **{"lowStockWarnedBy": "text"},
        },
    ),
    "order": (
        item_mapping.order,
        ORDER,
        {
            **dict.fromkeys(("orderId", "customerId", "idempotencyKey", "email"), "text"),
            **{"status": "kind", "createdAt": "time", "eventAt": "time", "mailAt": "time"},
            **{"items": "list", "items/0/sku": "text", "items/0/quantity": "whole"},
            **{"history": "list", "history/0/status": "kind", "history/0/at": "time"},
            **{"discountCodes": "list", "shippingAddress": "map", "rejection": "map"},
            **{"rejection/code": "kind", "expectedTotal": "map", "expectedTotal/amount": "whole"},
            **{"expectedTotal/currency": "currency", "currency": "currency"},
            **dict.fromkeys(("subtotal", "discount", "shipping", "tax", "total"), "whole"),
            **{"lines": "list", "lines/0/unitPrice": "whole", "lines/0/quantity": "whole"},
        },
    ),
    "ledger entry": (
        item_mapping.ledger_entry,
        ENTRY,
        {
            **{"orderId": "text", "entry": "kind", "amount": "whole", "currency": "currency"},
            **{"key": "text", "at": "time"},
        },
    ),
    "reservation": (
        item_mapping.reservation,
        HELD,
        {
            **{"orderId": "text", "customerId": "text", "status": "kind", "heldAt": "time"},
            **{"lines": "list", "lines/0/quantity": "whole", "promotions": "list"},
            **{"expiresAt": "whole", "firstOrder": "flag"},
        },
    ),
}
ALLOWED = {
    ("shippingAddress", "{}"),  # its parts may all be empty
    ("description", "''"),
    ("expiresAt", str(10**18)),
}


def spoilt(item: Item, path: str, value: object) -> Item:
    """The item with another value at a path such as `tiers/0/unitPrice`."""
    whole: Any = copy.deepcopy(item)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    inner = whole
    for part in parents:
        inner = inner[part]
    if value is GONE:
        inner.pop(last, None)
    else:
        inner[last] = value
    return dict(whole)


def cases() -> Iterator[Any]:
    for kind, (read, item, fields) in FIELDS.items():
        for path, type_ in fields.items():
            for value in WRONG[type_]:
                fits = value is GONE and path in OPTIONAL
                if not fits and (path, repr(value)) not in ALLOWED:
                    said = "GONE" if value is GONE else repr(value)
                    yield pytest.param(read, item, path, value, id=f"{kind}-{path}-{said}")


@pytest.mark.parametrize("kind", FIELDS)
def test_a_row_that_is_right_is_read(kind: str) -> None:
    read, item, _ = FIELDS[kind]
    assert read(item)


@pytest.mark.parametrize(("read", "item", "path", "value"), cases())
def test_a_value_that_is_wrong_is_told_by_its_name(
    read: Callable[[Item], object], item: Item, path: str, value: object
) -> None:
    with pytest.raises(WrongRow) as caught:
        read(spoilt(item, path, value))
    last = path.rpartition("/")[2]
    assert last in str(caught.value) or path.partition("/")[0] in str(caught.value)


@pytest.mark.parametrize("value", ["0", 0, -3, 10**7])
def test_shares_and_bundles_have_their_own_bounds(value: object) -> None:
    with pytest.raises(WrongRow):
        item_mapping.promotion(spoilt(PERCENT, "basisPoints", value))
    if value != 10**7:
        for path in ("buyQuantity", "freeQuantity"):
            with pytest.raises(WrongRow):
                item_mapping.promotion(spoilt(BUNDLE, path, value))


def test_a_wrong_value_that_may_be_personal_is_not_shown() -> None:
    with pytest.raises(WrongRow) as caught:
        item_mapping.order(spoilt(ORDER, "shippingAddress", [{"name": "Ada Byron"}]))
    assert "Ada" not in str(caught.value)


@dataclass
class Rows:
    """A table that holds a few rows, as far as reading goes."""

    items: list[Item]
    name: str = "a-table"

    def get_many(self, keys: Iterable[Mapping[str, Any]]) -> list[Item]:
        return [i for key in keys for i in self.items if key.items() <= i.items()]

    def get(self, key: Mapping[str, Any]) -> Item | None:
        return next(iter(self.get_many([key])), None)

    def page(self, *_: object, **__: object) -> tuple[list[Item], str | None]:
        return self.items, None

    def query(self, *_: object, **__: object) -> list[Item]:
        return self.items


@dataclass
class Watch:
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def wrong_row(self, table: str, key: str, wrong: WrongRow) -> None:
        self.wrong.append((key, str(wrong)))

    def not_given_back(self, order_id: str, losses: Sequence[str]) -> None:
        raise AssertionError(losses)


def of(*kinds: str, keys: Sequence[str] = ()) -> list[Any]:
    """Some of the cases: every field, but for keys of tables, which are always texts."""
    chosen: dict[str, list[Any]] = {}
    for case in cases():
        kind, path, _ = str(case.id).split("-", 2)
        if kind in kinds and path not in keys:
            chosen.setdefault(f"{kind} {path}", []).append(case)
    return [case for found in chosen.values() for case in found[::2][:3]]


@pytest.mark.usefixtures("open_shop")
class TestTheShop:
    @pytest.mark.parametrize(("_read", "item", "path", "value"), of("product", keys=["sku"]))
    def test_a_product_whose_row_is_wrong_is_not_sold_and_fails_no_page(
        self, shop: Shop, _read: object, item: Item, path: str, value: object
    ) -> None:
        watch, good = Watch(), product_item(a_product("JAM"))
        rows = Rows([spoilt(item, path, value), good])
        shop.catalogue = DynamoCatalogue(rows, watch)  # type: ignore[assignment,arg-type]
        page = call("GET", "/products")
        assert [found["sku"] for found in page.body["items"]] == ["JAM"]
        assert call("GET", "/products/TEA").status == 404
        cart = {"items": [{"sku": "TEA", "quantity": 1}]}
        assert call("POST", "/quotes", cart).status == 422
        order_id = post_checkout().body["orderId"]
        with pytest.raises(InvalidCart):
            validate_cart(order_id, shop.orders, shop.pricing)
        assert {key for key, _ in watch.wrong} == {"TEA"}

    @pytest.mark.parametrize(
        ("_read", "item", "path", "value"),
        of("percentage", "fixed amount", "bundle", keys=["code"]),
    )
    def test_a_code_whose_row_is_wrong_does_not_count(
        self, shop: Shop, _read: object, item: Item, path: str, value: object
    ) -> None:
        watch, rows = Watch(), Rows([spoilt(item, path, value)])
        agreed = usd(2599 - 200)
        shop.promotions = DynamoPromotions(rows, watch)  # type: ignore[assignment,arg-type]
        cart = {"items": [{"sku": "TEA", "quantity": 2}], "discountCodes": ["TEN"]}
        quote = call("POST", "/quotes", cart)
        assert quote.status == 200
        assert quote.body["rejected"] == [{"code": "TEN", "reason": "unknown"}]
        seen = {"amount": agreed.amount, "currency": "USD"}
        refused = post_checkout(a_checkout(discountCodes=["TEN"], expectedTotal=seen))
        assert (refused.status, refused.code) == (409, "PRICE_CHANGED")
        assert {key for key, _ in watch.wrong} == {"TEN"}

    @pytest.mark.parametrize(("_read", "item", "path", "value"), of("shard"))
    def test_a_product_whose_stock_is_wrong_has_none(
        self, shop: Shop, _read: object, item: Item, path: str, value: object
    ) -> None:
        watch, rows = Watch(), Rows([spoilt(item, path, value)])
        shop.stock = ShardedStock(rows, monitoring=watch)  # type: ignore[assignment,arg-type]
        assert call("GET", "/products/TEA").body["available"] == 0
        assert call("GET", "/products").body["items"][0]["available"] == 0
        assert {key for key, _ in watch.wrong} == {"TEA"}

    @pytest.mark.parametrize("value", [GONE, "5", -1, Decimal("2.5"), None])
    def test_a_further_shard_that_is_wrong_takes_the_whole_product_off(
        self, shop: Shop, value: object
    ) -> None:
        first, further = stock_items("TEA", [5, 5], 1)
        rows = Rows([first, spoilt(further, "available", value)])
        shop.stock = ShardedStock(rows, monitoring=Watch())  # type: ignore[assignment,arg-type]
        assert call("GET", "/products/TEA").body["available"] == 0

    @pytest.mark.parametrize(
        ("_read", "item", "path", "value"), of("order", keys=["orderId", "customerId", "createdAt"])
    )
    def test_an_order_whose_row_is_wrong_is_not_found_and_fails_no_list(
        self, shop: Shop, _read: object, item: Item, path: str, value: object
    ) -> None:
        watch, rows = Watch(), Rows([spoilt(item, path, value)])
        shop.orders = DynamoOrders(rows, rows, rows, watch)  # type: ignore[assignment,arg-type]
        assert call("GET", "/orders/ord_1", None, signed_in()).status == 404
        assert call("GET", "/orders", None, signed_in()).body["items"] == []
        with pytest.raises(OrderUnreadable):
            shop.orders.get("ord_1")
        assert {key for key, _ in watch.wrong} == {"ord_1"}

    @pytest.mark.parametrize(("_read", "item", "path", "value"), of("ledger entry"))
    def test_an_entry_of_the_ledger_that_is_wrong_is_no_entry(
        self, shop: Shop, _read: object, item: Item, path: str, value: object
    ) -> None:
        watch = Watch()
        shop.ledger = DynamoLedger(Rows([spoilt(item, path, value)]), watch)  # type: ignore[assignment,arg-type]
        assert list(shop.ledger.entries("ord_1")) == []
        assert {key for key, _ in watch.wrong} == {"order#ord_1"}

    @pytest.mark.parametrize(
        ("path", "type_"),
        [("bodyHash", "text"), ("orderId", "text"), ("createdAt", "time"), ("expiresAt", "whole")],
    )
    def test_a_key_whose_row_is_wrong_is_used_up(self, shop: Shop, path: str, type_: str) -> None:
        right = {
            "key": "cus_ada#a-key-of-ada",
            "bodyHash": "x",
            "orderId": "ord_1",
            "createdAt": item_mapping.timestamp(NOW),
            "expiresAt": int((NOW + minutes(5)).timestamp()),
        }
        for value in WRONG[type_]:
            if (path, repr(value)) not in ALLOWED:
                rows, watch = Rows([spoilt(right, path, value)]), Watch()
                shop.orders = DynamoOrders(rows, rows, rows, watch)  # type: ignore[assignment,arg-type]
                assert post_checkout().status == 409
                with pytest.raises(IdempotencyConflict):
                    shop.orders.replay_of("cus_ada", "a-key-of-ada", NOW)
                assert watch.wrong


def test_a_price_that_turns_wrong_after_the_order_rejects_it(shop: Shop) -> None:
    """The price that the customer saw is gone, and no other is made up."""
    shop.promote(a_promotion())
    rows = Rows([promotion_item(a_promotion())])
    shop.promotions = DynamoPromotions(rows, Watch())  # type: ignore[assignment,arg-type]
    command = PlaceOrder("cus_ada", "a-key", "hash", a_request(discount_codes=("TEN",)))
    order_id = place_order(
        command, shop.orders, shop.workflow, lambda: shop.pricing, shop.clock, shop.ids
    ).order_id
    assert shop.orders.get(order_id).expected_total == usd(2399)
    rows.items = [spoilt(rows.items[0], "endsAt", "2099-01-01T00:00:00")]
    with pytest.raises(PriceChanged):
        validate_cart(order_id, shop.orders, shop.pricing)
