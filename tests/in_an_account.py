"""The e2e suite in a deployed environment, mostly of a real account: `pytest tests/e2e --aws ENV`.

It says what it will cost before it begins, refuses prod without a second word, places a bounded
number of orders for a product of its own, and takes away what it has made. The mails go to SES's
simulator, which a sandbox lets through. What cannot be taken away are executions and log lines:
they name orders and the run, and expire.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from boto3.dynamodb.conditions import Key

from lab import seed
from lab.core import tables
from lab.core.target import Target
from lab.deploy import account
from lab.deploy.account.settings import environments
from lab.measure import cost
from lab.measure.cost import prices
from lab.seed import Catalogue
from lab.shop import shop_client, tokens
from lab.shop.shop_client import CheckoutApi
from tests.deployed_shop import DeployedShop

MOST_ORDERS = 30
MOST_REQUESTS = 1_500
"""Those that ask how an order goes on are most of them."""
MARK = "e2e"
MAIL = "success+{run}@simulator.amazonses.com"
PIECES = 12
IN_ACCOUNT = pytest.mark.in_account


class TooMuch(AssertionError):
    """The suite was about to do more than it had said."""


def add_options(parser: pytest.Parser) -> None:
    parser.addoption(
        "--aws", metavar="ENV", help="run what may run there in a deployed environment"
    )
    parser.addoption("--profile-of", metavar="PROFILE", help="with --aws: the AWS profile")
    parser.addoption("--orders-in-prod", action="store_true", help="with --aws prod: I mean prod")


def environment_of(config: pytest.Config) -> str | None:
    """The environment of `--aws`. Raises UsageError for one that is not there, or not meant."""
    environment: str | None = config.getoption("--aws")
    if environment is None:
        return None
    if environment not in environments():
        known = ", ".join(environments())
        raise pytest.UsageError(f"--aws {environment}: there is no such environment ({known}).")
    if environment == "prod" and not config.getoption("--orders-in-prod"):
        raise pytest.UsageError(
            f"--aws prod places up to {MOST_ORDERS} orders in prod, and charges them."
            " If that is what you want: --orders-in-prod."
        )
    return environment


def price_of(environment: str) -> float:
    """US dollars for as much as the suite may do."""
    call = prices.load().of("api_calls").usd + prices.load().of("lambda_requests").usd
    return MOST_ORDERS * cost.of(environment).per_order + MOST_REQUESTS * call


def announcement(environment: str) -> str:
    return (
        f"--aws {environment}: at most {MOST_ORDERS} orders and {MOST_REQUESTS} requests, less than"
        f" {price_of(environment) + 0.005:.2f} USD by AWS's list prices; all rows are removed again"
    )


@dataclass
class Meter:
    """Counts what goes to the API, and refuses what is more than was said."""

    orders: int = 0
    requests: int = 0

    def count(self, request: httpx.Request) -> None:
        self.requests += 1
        self.orders += request.method == "POST" and request.url.path.endswith("/checkout")
        if self.orders > MOST_ORDERS or self.requests > MOST_REQUESTS:
            raise TooMuch(
                f"{self.orders} orders, {self.requests} requests: more than was announced"
            )


@dataclass(frozen=True)
class Visit(DeployedShop):
    """A deployed shop for one run: products and customers that carry its name, and a meter."""

    run: str = field(default_factory=lambda: f"{MARK}-{uuid.uuid4().hex[:8]}")
    meter: Meter = field(default_factory=Meter)
    customers: dict[str, str] = field(default_factory=dict)
    """Their ids, as orders have them, by the names that they signed in with."""

    @property
    def sku(self) -> str:
        return self.run.upper()

    def customer(self, name: str = "") -> CheckoutApi:
        """A customer of this run; a new one without a name."""
        return self._metered(super().customer(f"{self.run}-{name or uuid.uuid4().hex[:6]}"))

    def sign_in(self, name: str) -> str:
        token = super().sign_in(name)
        self.customers[name] = tokens.customer_id(token)
        return token

    def stranger(self, token: str = "") -> CheckoutApi:
        return self._metered(super().stranger(token))

    def _metered(self, api: CheckoutApi) -> CheckoutApi:
        api.http.event_hooks["request"].append(self.meter.count)
        return api

    def order(self, quantity: int = 1, token: str = "tok_visa") -> dict[str, Any]:
        """A request for the run's product."""
        from tests.deployed_shop import order_of

        mail = MAIL.format(run=self.run)
        return order_of((self.sku, quantity), payment={"token": token}, email=mail)


@contextmanager
def visit(target: Target) -> Iterator[Visit]:
    """Stocks a product of the run's own, and takes every row away that the run has made."""
    visitor = Visit(target, shop_client.base_url(target))
    product = {
        "sku": visitor.sku,
        "name": "Test product",
        "description": f"Made and removed by the test run {visitor.run}",
        "category": MARK,
        "price": {"amount": 100, "currency": currency(target)},
    }
    stock = {"sku": visitor.sku, "initial": PIECES, "lowStockThreshold": 0}
    try:
        seed.load(target, catalogue=Catalogue((product,), (stock,)))
        yield visitor
    finally:
        remove(visitor)


def currency(target: Target) -> str:
    name = f"{target.settings_path}/pricing/currency"
    found = target.client("ssm").get_parameter(Name=name, WithDecryption=True)
    return str(found["Parameter"]["Value"])


def remove(visitor: Visit) -> None:
    """Deletes the run's rows: orders late, because the others are found by them."""
    for order in orders_of(visitor):
        _delete(visitor, "idempotency", {"key": f"{order['customerId']}#{order['idempotencyKey']}"})
        for payment in (f"order#{order['orderId']}", *_charges(order)):
            _delete_all(visitor, "payments", "paymentId", payment, "entry")
        _delete(visitor, "reservations", {"orderId": order["orderId"]})
        _delete(visitor, "orders", {"orderId": order["orderId"]})
    for table in ("products", "inventory"):
        _delete(visitor, table, {"sku": visitor.sku})
    for name in visitor.customers:
        tokens.delete_customer(visitor.target, name)


def orders_of(visitor: Visit) -> list[dict[str, Any]]:
    """The rows of the run's orders."""
    table = _table(visitor, "orders")
    return [
        row
        for customer in visitor.customers.values()
        for row in table.query(
            IndexName="by-customer", KeyConditionExpression=Key("customerId").eq(customer)
        )["Items"]
    ]


def _charges(order: dict[str, Any]) -> list[str]:
    from checkout.adapters.payments import BOOKS
    from checkout.domain.payment import charge_key

    return [f"{BOOKS}{charge_key(order['orderId'])}"]


def _delete_all(visitor: Visit, table: str, name: str, value: str, sort: str) -> None:
    found = _table(visitor, table).query(KeyConditionExpression=Key(name).eq(value))["Items"]
    for row in found:
        _delete(visitor, table, {name: value, sort: row[sort]})


def _delete(visitor: Visit, table: str, key: dict[str, Any]) -> None:
    _table(visitor, table).delete_item(Key=key)


def _table(visitor: Visit, name: str) -> Any:
    return tables.resource(visitor.target).Table(visitor.target.table(name))


def target_in_account(environment: str, profile: str | None) -> Target:
    """The environment where the credentials lead; AWS_ENDPOINT_URL may stand in for AWS."""
    identity = account.identify(profile)
    return Target(environment, identity.endpoint, identity.region, profile)
