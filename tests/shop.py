"""The whole shop in memory: what `bootstrap.Services` is on AWS, made of fakes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric import rsa

from checkout import key_set
from checkout.adapters.issuer_keys import IssuerKeys
from checkout.adapters.rows import LOGGED
from checkout.domain.catalogue import Product
from checkout.domain.order import Order, OrderRequest
from checkout.domain.promotions import Promotion
from checkout.domain.stock import StockLevel
from checkout.settings import TokenSettings
from checkout.use_cases.end_order import generate_order
from checkout.use_cases.process_payment import process_payment
from checkout.use_cases.quote_cart import Pricing
from checkout.use_cases.reserve_stock import reserve_stock
from checkout.use_cases.sweep import Sweeper
from checkout.use_cases.validate_cart import validate_cart
from lab.shop.token_keys import SigningKey
from tests import fake_services, fakes
from tests.builders import NOW, a_product, a_record, a_request, an_order, rules

KEY = SigningKey(rsa.generate_private_key(65_537, 2_048))
"""The issuer's."""

TOKENS = TokenSettings(
    "https://issuer.example", "shop", "aud", key_set.parse(json.dumps({"keys": [KEY.public]}))
)


class Shop:
    """Sells 10 pieces of TEA at 10.00. Its attributes are those of `bootstrap.Services`."""

    def __init__(self) -> None:
        self.memory = fakes.Memory()
        self.settings = SimpleNamespace(
            environment="dev", payment_gateway="simulated", failure_switches=True
        )
        self.clock = fake_services.FakeClock(NOW)
        self.ids = fake_services.RandomOrderIds()
        self.parameters = fake_services.FakeParameters(rules(), TOKENS)
        self.catalogue = fakes.FakeCatalogue(self.memory)
        self.promotions = fakes.FakePromotions(self.memory)
        self.stock = fakes.FakeStock(self.memory)
        self.orders = fakes.FakeOrders(self.memory)
        self.ledger = fake_services.FakeLedger()
        self.gateway = fake_services.FakeGateway()
        self.events = fake_services.FakeEvents()
        self.mailer = fake_services.FakeMailer()
        self.workflow = fake_services.FakeWorkflow()
        self.sell(a_product())

    @property
    def issuer_keys(self) -> IssuerKeys:
        return IssuerKeys(self.parameters, LOGGED, fetch=_nowhere)  # type: ignore[arg-type]

    @property
    def pricing(self) -> Pricing:
        return Pricing(self.catalogue, self.promotions, self.parameters.price_rules(), self.clock)

    def sweeper(self) -> Sweeper:
        return Sweeper(
            orders=self.orders,
            stock=self.stock,
            gateway=self.gateway,
            ledger=self.ledger,
            events=self.events,
            workflow=self.workflow,
            clock=self.clock,
            monitoring=LOGGED,
        )

    def sell(self, product: Product, available: int = 10, low: int = 0) -> None:
        self.memory.products[product.sku] = product
        self.memory.levels[product.sku] = StockLevel(product.sku, available, low)

    def promote(self, *promotions: Promotion) -> None:
        self.memory.promotions.update({p.code: p for p in promotions})

    def available(self, sku: str = "TEA") -> int:
        return self.memory.levels[sku].available

    def place(self, order_id: str = "ord_1", request: OrderRequest | None = None) -> Order:
        """Puts an order into the books, as POST /checkout does, without starting anything."""
        order = an_order(order_id, request=request or a_request(), created_at=self.clock.now())
        self.orders.place(order, a_record(order))
        return order

    def run(self, order_id: str, steps: Iterable[str]) -> None:
        """Takes the named steps of the workflow."""
        for step in steps:
            getattr(self, f"_{step}")(order_id)

    def confirmed(self, order_id: str = "ord_1") -> Order:
        """An order that went all the way to CONFIRMED."""
        self.place(order_id)
        self.run(order_id, ["validate", "reserve", "pay", "generate"])
        return self.orders.get(order_id)

    def _validate(self, order_id: str) -> None:
        validate_cart(order_id, self.orders, self.pricing)

    def _reserve(self, order_id: str) -> None:
        hold_for = self.parameters.hold_for()
        reserve_stock(order_id, self.orders, self.stock, self.clock, hold_for)

    def _pay(self, order_id: str) -> None:
        process_payment(order_id, self.orders, self.gateway, self.ledger, self.clock)

    def _generate(self, order_id: str) -> None:
        generate_order(order_id, self.orders, self.ledger, self.clock)


def _nowhere(url: str) -> str:
    raise AssertionError(f"{url} was asked for, and the keys are in the settings")
