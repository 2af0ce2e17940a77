"""The wiring: each service is made of the right clients, tables and settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checkout import bootstrap
from checkout.bootstrap import Services
from checkout.domain.pricing import PriceRules
from checkout.settings import ParameterStore
from checkout.use_cases.sweep import Sweeper
from tests.builders import rules
from tests.unit.shop.test_settings import VARIABLES


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """The services of an execution environment, with no AWS behind them."""
    for name, value in {**VARIABLES, "AWS_DEFAULT_REGION": "us-east-2"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ParameterStore, "price_rules", lambda _: rules())
    monkeypatch.setattr(ParameterStore, "gateway_timeout_s", lambda _: 1.5)
    caches = (bootstrap.services, bootstrap._client)
    for cache in caches:
        cache.cache_clear()
    yield bootstrap.services()
    for cache in caches:
        cache.cache_clear()


def test_services_are_made_once_for_each_execution_environment(services: Services) -> None:
    assert bootstrap.services() is services
    assert services.stock is services.stock


def test_every_table_is_where_it_belongs(services: Services) -> None:
    names = {
        services.catalogue.table.name,
        services.stock.inventory.name,
        services.stock.promotions.name,
        services.stock.reservations.name,
        services.ledger.table.name,
        services.orders.orders.name,
        services.orders.idempotency.name,
    }
    assert names == {value for name, value in VARIABLES.items() if name.endswith("_TABLE")}
    assert services.stock.reservations == services.orders.reservations
    assert services.gateway.table == services.ledger.table


def test_other_services_know_their_names(services: Services) -> None:
    assert services.events.bus.bus == VARIABLES["EVENT_BUS"]
    assert services.workflow.state_machine_arn == VARIABLES["STATE_MACHINE_ARN"]
    assert services.mailer.sender == VARIABLES["MAIL_SENDER"]
    assert services.parameters.path == VARIABLES["SETTINGS_PATH"]
    assert services.gateway.timeout_s == 1.5


def test_price_rules_are_read_again_for_each_request(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warm function must not price by the rules of last week."""
    assert services.pricing.rules.currency == "USD"
    changed: PriceRules = rules(currency="EUR")
    monkeypatch.setattr(ParameterStore, "price_rules", lambda _: changed)
    assert services.pricing.rules.currency == "EUR"


def test_the_sweeper_has_everything_that_it_needs(services: Services) -> None:
    sweeper: Sweeper = services.sweeper()
    assert sweeper.orders is services.orders
    assert sweeper.clock.now().tzinfo is not None
    assert services.ids.order_id().startswith("ord_")
