"""Settings: environment variables and SSM parameters, typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from checkout import key_set
from checkout.adapters.rows import LOGGED
from checkout.domain.pricing import ShippingRate
from checkout.settings import ParameterStore, Settings, TokenSettings
from tests.shop import KEY

VARIABLES = {
    "ENVIRONMENT": "dev",
    "PRODUCTS_TABLE": "products-dev",
    "INVENTORY_TABLE": "inventory-dev",
    "PROMOTIONS_TABLE": "promotions-dev",
    "RESERVATIONS_TABLE": "reservations-dev",
    "PAYMENTS_TABLE": "payments-dev",
    "ORDERS_TABLE": "orders-dev",
    "IDEMPOTENCY_TABLE": "idempotency-dev",
    "EVENT_BUS": "checkout-dev",
    "STATE_MACHINE_ARN": "arn:aws:states:us-east-2:000000000000:stateMachine:checkout-dev",
    "SETTINGS_PATH": "/checkout/dev",
    "MAIL_SENDER": "orders@checkout-lab.example",
    "PAYMENT_GATEWAY": "simulated",
    "FAILURE_SWITCHES": "true",
}
FOLDERS = {
    "pricing": {
        "currency": "USD",
        "home-country": "US",
        "shipping": '{"US": {"flat": 599, "freeFrom": 7500}, "GB": {"flat": 1699}}',
        "tax": '{"US-CA": 725}',
    },
    "auth": {
        "key-set": json.dumps({"keys": [KEY.public]}),
        "issuer": "i",
        "audience": "a",
        "audience-claim": "aud",
    },
    "reservation": {"hold-seconds": "900"},
    "payment": {"gateway-timeout-ms": "1500"},
}


class FakeSsm:
    """Powertools' provider, as far as we use it."""

    def get_multiple(
        self, path: str, max_age: int, decrypt: bool, force_fetch: bool
    ) -> Mapping[str, Any]:
        prefix, _, folder = path.rpartition("/")
        assert (prefix, decrypt) == ("/checkout/dev", True)
        return FOLDERS[folder]


PARAMETERS = ParameterStore(FakeSsm(), "/checkout/dev", LOGGED)  # type: ignore[arg-type]


def test_every_variable_has_its_setting() -> None:
    settings = Settings.from_environment(VARIABLES)
    assert (settings.orders_table, settings.failure_switches) == ("orders-dev", True)


def test_a_missing_variable_is_named() -> None:
    rest = {name: value for name, value in VARIABLES.items() if name != "EVENT_BUS"}
    with pytest.raises(KeyError, match="EVENT_BUS"):
        Settings.from_environment(rest)


@pytest.mark.parametrize("value", ["false", "", "True", "yes", None])
def test_failure_switches_are_off_unless_they_are_clearly_on(value: str | None) -> None:
    variables = {k: v for k, v in VARIABLES.items() if k != "FAILURE_SWITCHES"}
    if value is not None:
        variables["FAILURE_SWITCHES"] = value
    assert Settings.from_environment(variables).failure_switches is False


def test_price_rules_come_from_ssm() -> None:
    rules = PARAMETERS.price_rules()
    assert rules.shipping == {"US": ShippingRate(599, 7500), "GB": ShippingRate(1699, None)}
    assert (rules.currency, rules.home_country, rules.tax) == ("USD", "US", {"US-CA": 725})


def test_token_settings_name_issuer_audience_and_keys() -> None:
    keys = key_set.parse(FOLDERS["auth"]["key-set"])
    assert PARAMETERS.tokens() == TokenSettings("i", "a", "aud", keys)
    assert list(keys) == [KEY.kid]


def test_times_have_units() -> None:
    assert PARAMETERS.hold_for() == timedelta(minutes=15)
    assert PARAMETERS.gateway_timeout_s() == 1.5
