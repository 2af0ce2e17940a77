"""The two worlds in which the contract must hold: the fakes, and DynamoDB on an emulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, Protocol

from checkout.adapters import item_mapping
from checkout.adapters.catalogue import DynamoCatalogue, DynamoPromotions
from checkout.adapters.dynamodb import Item, Table, decode, encode
from checkout.adapters.item_mapping import shard_key, timestamp
from checkout.adapters.orders import DynamoOrders
from checkout.adapters.payments import DynamoLedger, SimulatedGateway
from checkout.adapters.stock import DynamoStock
from checkout.domain.catalogue import Product
from checkout.domain.promotions import Promotion
from checkout.domain.stock import Reservation, StockLevel
from checkout.ports import Catalogue, Ledger, Orders, PaymentGateway, Promotions, Stock
from tests import fake_services, fakes


class World(Protocol):
    """Every port that keeps something, and what a test needs to set the scene and to look."""

    catalogue: Catalogue
    promotions: Promotions
    stock: Stock
    orders: Orders
    ledger: Ledger
    gateway: PaymentGateway

    def sell(
        self, *products: Product, available: int = 10, low: int = 0, shards: Sequence[int] = ()
    ) -> None:
        """Puts products on sale. `shards` has the pieces in each, of hot products."""
        ...

    def promote(self, *promotions: Promotion) -> None: ...

    def reservation(self, order_id: str) -> Reservation | None: ...

    def reservation_status(self, order_id: str) -> str | None: ...

    def redemptions(self, code: str, customer_id: str) -> tuple[int, int]:
        """How often a code was redeemed by everybody, and by a customer."""
        ...


@dataclass
class FakeWorld:
    memory: fakes.Memory = field(default_factory=fakes.Memory)

    def __post_init__(self) -> None:
        self.catalogue = fakes.FakeCatalogue(self.memory)
        self.promotions = fakes.FakePromotions(self.memory)
        self.stock = fakes.FakeStock(self.memory)
        self.orders = fakes.FakeOrders(self.memory)
        self.ledger = fake_services.FakeLedger()
        self.gateway = fake_services.FakeGateway()

    def sell(
        self, *products: Product, available: int = 10, low: int = 0, shards: Sequence[int] = ()
    ) -> None:
        """What is under one lock has no shards."""
        for product in products:
            self.memory.products[product.sku] = product
            pieces = sum(shards) if shards else available
            self.memory.levels[product.sku] = StockLevel(product.sku, pieces, low)

    def promote(self, *promotions: Promotion) -> None:
        self.memory.promotions.update({p.code: p for p in promotions})

    def reservation(self, order_id: str) -> Reservation | None:
        return self.memory.reservations.get(order_id)

    def reservation_status(self, order_id: str) -> str | None:
        held = self.memory.reservations.get(order_id)
        return held.status.value if held else None

    def redemptions(self, code: str, customer_id: str) -> tuple[int, int]:
        return self.memory.promotions[code].redemptions, self.memory.redeemed[code, customer_id]


class DynamoWorld:
    """`prefix` is before the name of each table."""

    def __init__(self, client: Any, prefix: str) -> None:
        self.client = client
        self.tables = {name: Table(client, f"{prefix}{name}") for name in SCHEMAS}
        t = self.tables
        self.catalogue = DynamoCatalogue(t["products"])
        self.promotions = DynamoPromotions(t["promotions"])
        self.stock = DynamoStock(t["inventory"], t["reservations"], t["promotions"])
        self.orders = DynamoOrders(t["orders"], t["idempotency"], t["reservations"])
        self.ledger = DynamoLedger(t["payments"])
        self.gateway = SimulatedGateway(t["payments"], timeout_s=0.01)

    def sell(
        self, *products: Product, available: int = 10, low: int = 0, shards: Sequence[int] = ()
    ) -> None:
        pieces = list(shards or [available])
        self._put("products", [product_item(product) for product in products])
        items = [item for p in products for item in stock_items(p.sku, pieces, low)]
        self._put("inventory", items)

    def shards(self, sku: str, count: int) -> list[int]:
        """The pieces in each shard."""
        keys = [shard_key(sku, n) for n in range(count)]
        return [self.item("inventory", sku=key)["available"] for key in keys]

    def promote(self, *promotions: Promotion) -> None:
        self._put("promotions", [promotion_item(promotion) for promotion in promotions])

    def reservation(self, order_id: str) -> Reservation | None:
        item = self.tables["reservations"].get({"orderId": order_id})
        return item_mapping.reservation(item) if item else None

    def reservation_status(self, order_id: str) -> str | None:
        item = self.tables["reservations"].get({"orderId": order_id})
        return item["status"] if item else None

    def redemptions(self, code: str, customer_id: str) -> tuple[int, int]:
        scopes = ("PROMOTION", f"CUSTOMER#{customer_id}")
        items = [self.tables["promotions"].get({"code": code, "scope": s}) or {} for s in scopes]
        everybody, customer = [item.get("redemptions", 0) for item in items]
        return everybody, customer

    def _put(self, table: str, items: Sequence[Item]) -> None:
        self._write(table, [{"PutRequest": {"Item": encode(item)}} for item in items])

    def _write(self, table: str, requests: Sequence[Item]) -> None:
        for batch in batched(requests, 25, strict=False):  # BatchWriteItem's limit
            self.client.batch_write_item(RequestItems={self.tables[table].name: list(batch)})

    def create(self, client: Any) -> None:
        for name, table in self.tables.items():
            client.create_table(TableName=table.name, **schema(**SCHEMAS[name]))

    def empty(self) -> None:
        for name, table in self.tables.items():
            items = self.client.scan(TableName=table.name)["Items"]
            keys = [{key: item[key] for key in SCHEMAS[name]["keys"]} for item in items]
            self._write(name, [{"DeleteRequest": {"Key": key}} for key in keys])

    def delete(self) -> None:
        for table in self.tables.values():
            self.client.delete_table(TableName=table.name)

    def item(self, table: str, **key: str) -> Item:
        answer = self.client.get_item(TableName=self.tables[table].name, Key=encode(key))
        return decode(answer.get("Item", {}))


SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "products": {"keys": ["sku"], "indexes": {"listing": ["listing", "listingKey"]}},
    "inventory": {
        "keys": ["sku"],
        "indexes": {"untold": ["lowStockUntold", "lowStockClaimUntil"]},
    },
    "promotions": {"keys": ["code", "scope"]},
    "reservations": {"keys": ["orderId"], "indexes": {"held": ["heldStatus", "expiresAt"]}},
    "payments": {"keys": ["paymentId", "entry"]},
    "orders": {
        "keys": ["orderId"],
        "indexes": {
            "by-customer": ["customerId", "createdAt"],
            "open": ["openStatus", "createdAt"],
        },
    },
    "idempotency": {"keys": ["key"]},
}
"""The keys of terraform/modules/checkout/tables.tf; the integration tests run on the real ones."""

NUMBERS = {"expiresAt", "lowStockClaimUntil"}


def schema(keys: list[str], indexes: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    """The arguments of CreateTable."""
    found = indexes or {}
    names = {*keys, *(name for index in found.values() for name in index)}
    arguments: dict[str, Any] = {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _key(keys),
        "AttributeDefinitions": [
            {"AttributeName": n, "AttributeType": "N" if n in NUMBERS else "S"} for n in names
        ],
    }
    if found:
        arguments["GlobalSecondaryIndexes"] = [
            {"IndexName": n, "KeySchema": _key(k), "Projection": {"ProjectionType": "ALL"}}
            for n, k in found.items()
        ]
    return arguments


def _key(names: list[str]) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds, strict=False)]


def stock_items(sku: str, pieces: Sequence[int], low: int) -> list[Item]:
    count = len(pieces)
    items: list[Item] = [
        {"sku": shard_key(sku, n), "available": part, **({"shards": count} if count > 1 else {})}
        for n, part in enumerate(pieces)
    ]
    items[0] |= {"initial": sum(pieces), "lowStockThreshold": low}
    return items


def product_item(product: Product) -> Item:
    item: Item = {
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "category": product.category,
        "price": product.price.amount,
        "currency": product.price.currency,
        "active": product.active,
        "tiers": [
            {"minQuantity": t.min_quantity, "unitPrice": t.unit_price.amount} for t in product.tiers
        ],
    }
    if product.active:
        item |= {"listing": "ACTIVE", "listingKey": f"{product.category}#{product.sku}"}
    if product.sale:
        item["sale"] = {
            "price": product.sale.price.amount,
            "startsAt": timestamp(product.sale.starts_at),
            "endsAt": timestamp(product.sale.ends_at),
        }
    return item


def promotion_item(promotion: Promotion) -> Item:
    """Limits that are None are left out, as the seed leaves them out."""
    item: Item = {
        "code": promotion.code,
        "scope": "PROMOTION",
        "description": promotion.description,
        "kind": promotion.kind.value,
        "basisPoints": promotion.basis_points or None,
        "amount": promotion.amount or None,
        "buyQuantity": promotion.buy_quantity or None,
        "freeQuantity": promotion.free_quantity or None,
        "minimumSubtotal": promotion.minimum_subtotal,
        "categories": sorted(promotion.categories),
        "startsAt": timestamp(promotion.starts_at) if promotion.starts_at else None,
        "endsAt": timestamp(promotion.ends_at) if promotion.ends_at else None,
        "redemptionLimit": promotion.redemption_limit,
        "perCustomerLimit": promotion.per_customer_limit,
        "firstOrderOnly": promotion.first_order_only or None,
        "stackable": promotion.stackable,
        "redemptions": promotion.redemptions or None,
    }
    return {name: value for name, value in item.items() if value is not None}
