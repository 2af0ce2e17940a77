"""The one place where adapters are made and handed to use cases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from botocore.config import Config

from checkout import gateways
from checkout.adapters.aws import EventBridge, RandomIds, SesMailer, StepFunctions, SystemClock
from checkout.adapters.catalogue import DynamoCatalogue, DynamoPromotions
from checkout.adapters.cloudwatch import CountedEvents, Monitor
from checkout.adapters.dynamodb import Table
from checkout.adapters.issuer_keys import IssuerKeys, fetch_over_https
from checkout.adapters.orders import DynamoOrders
from checkout.adapters.payments import DynamoLedger
from checkout.adapters.stock import DynamoStock
from checkout.ports import PaymentGateway
from checkout.settings import ParameterStore, Settings
from checkout.use_cases.quote_cart import Pricing
from checkout.use_cases.sweep import Sweeper

CLIENT = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}
)
"""Short enough that a call that hangs is tried again before the function's own time is up."""

MAIL_CLIENT = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})
"""SES sends a repeated request again, so only the queue retries: it checks what was sent."""


@dataclass(frozen=True)
class Services:
    """Everything a handler may need, each created at its first use."""

    settings: Settings

    @cached_property
    def clock(self) -> SystemClock:
        """The time."""
        return SystemClock()

    @cached_property
    def ids(self) -> RandomIds:
        """New order ids."""
        return RandomIds()

    @cached_property
    def parameters(self) -> ParameterStore:
        """The settings in SSM."""
        provider = SSMProvider(boto3_client=_client("ssm"))
        return ParameterStore(provider, self.settings.settings_path, self.monitoring)

    @cached_property
    def issuer_keys(self) -> IssuerKeys:
        """The keys that customers' tokens are signed with."""
        return IssuerKeys(self.parameters, self.monitoring, fetch_over_https)

    @cached_property
    def monitoring(self) -> Monitor:
        """Whoever must look at what is wrong."""
        return Monitor(self.settings.environment)

    @cached_property
    def catalogue(self) -> DynamoCatalogue:
        """The products."""
        return DynamoCatalogue(self._table(self.settings.products_table), self.monitoring)

    @property
    def pricing(self) -> Pricing:
        """What prices a cart; the rules in SSM are cached for a while, not for good."""
        table = self._table(self.settings.promotions_table)
        promotions = DynamoPromotions(table, self.monitoring)
        return Pricing(self.catalogue, promotions, self.parameters.price_rules(), self.clock)

    @cached_property
    def stock(self) -> DynamoStock:
        """Stock and reservations."""
        return DynamoStock(
            self._table(self.settings.inventory_table),
            self._table(self.settings.reservations_table),
            self._table(self.settings.promotions_table),
            monitoring=self.monitoring,
        )

    @cached_property
    def orders(self) -> DynamoOrders:
        """The orders."""
        return DynamoOrders(
            self._table(self.settings.orders_table),
            self._table(self.settings.idempotency_table),
            self._table(self.settings.reservations_table),
            self.monitoring,
        )

    @cached_property
    def ledger(self) -> DynamoLedger:
        """The books of payments."""
        return DynamoLedger(self._table(self.settings.payments_table), self.monitoring)

    @property
    def gateway(self) -> PaymentGateway:
        """The gateway that the environment has chosen, with its settings as they are now."""
        payments = self._table(self.settings.payments_table)
        return gateways.of(self.settings.payment_gateway, payments, self.parameters)

    @cached_property
    def events(self) -> CountedEvents:
        """The event bus."""
        bus = EventBridge(_client("events"), self.settings.event_bus)
        return CountedEvents(bus, self.settings.environment)

    @cached_property
    def workflow(self) -> StepFunctions:
        """The state machine."""
        return StepFunctions(_client("stepfunctions"), self.settings.state_machine_arn)

    @cached_property
    def mailer(self) -> SesMailer:
        """The mail service."""
        return SesMailer(_client("ses", MAIL_CLIENT), self.settings.mail_sender)

    def sweeper(self) -> Sweeper:
        """The sweep over unfinished orders and reservations."""
        return Sweeper(
            orders=self.orders,
            stock=self.stock,
            gateway=self.gateway,
            ledger=self.ledger,
            events=self.events,
            workflow=self.workflow,
            clock=self.clock,
            monitoring=self.monitoring,
        )

    def _table(self, name: str) -> Table:
        return Table(_client("dynamodb"), name)


@cache
def services() -> Services:
    """The services of this function, made once for each execution environment.

    Raises KeyError and ValueError for settings that no shop can run with.
    """
    settings = Settings.from_environment()
    gateways.require_known(settings.payment_gateway)
    return Services(settings)


@cache
def _client(service: str, config: Config = CLIENT) -> Any:
    return boto3.client(service, config=config)  # type: ignore[call-overload]
