"""What differs between environments: from environment variables and from SSM, typed, read once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.parameters import SSMProvider

from checkout.domain.pricing import PriceRules, ShippingRate

SIMULATED = "simulated"
"""The payment gateway that takes no money. Failure switches work with no other."""

CACHE_S = 300
"""How long a warm function keeps what it read from SSM."""


@dataclass(frozen=True)
class Settings:
    """What Terraform tells every function in its environment variables."""

    environment: str
    products_table: str
    inventory_table: str
    promotions_table: str
    reservations_table: str
    payments_table: str
    orders_table: str
    idempotency_table: str
    event_bus: str
    state_machine_arn: str
    settings_path: str
    mail_sender: str
    payment_gateway: str
    failure_switches: bool

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Settings:
        """Reads the variables; without PAYMENT_GATEWAY there is no gateway.

        Raises KeyError with the name of one that is missing, and ValueError if failure switches
        are on where money may be real.
        """
        optional = {"payment_gateway", "failure_switches"}
        names = [name for name in cls.__dataclass_fields__ if name not in optional]
        values = {name: variables[name.upper()] for name in names}
        gateway = variables.get("PAYMENT_GATEWAY", "")
        switches = variables.get("FAILURE_SWITCHES") == "true"
        if switches and gateway != SIMULATED:
            raise ValueError(
                f"FAILURE_SWITCHES is true, but PAYMENT_GATEWAY is {gateway!r}, not {SIMULATED!r}:"
                " customers could make orders fail that are paid with real money"
            )
        return cls(**values, payment_gateway=gateway, failure_switches=switches)


@dataclass(frozen=True)
class TokenSettings:
    """How a customer's bearer token must look."""

    secret: str
    issuer: str
    audience: str


@dataclass(frozen=True)
class ParameterStore:
    """The checkout's settings in SSM, below `path`. Each is read when it is first needed."""

    provider: SSMProvider
    path: str

    def price_rules(self) -> PriceRules:
        """Currency, shipping and tax."""
        values = self._folder("pricing")
        return PriceRules(
            currency=values["currency"],
            home_country=values["home-country"],
            shipping=_shipping(json.loads(values["shipping"])),
            tax=json.loads(values["tax"]),
        )

    def tokens(self) -> TokenSettings:
        """The secret, issuer and audience of bearer tokens."""
        values = self._folder("auth")
        return TokenSettings(values["secret"], values["issuer"], values["audience"])

    def hold_for(self) -> timedelta:
        """How long a reservation holds stock."""
        return timedelta(seconds=int(self._folder("reservation")["hold-seconds"]))

    def gateway_timeout_s(self) -> float:
        """How long we wait for the payment gateway, in seconds."""
        return int(self._folder("payment")["gateway-timeout-ms"]) / 1000

    def _folder(self, name: str) -> Mapping[str, str]:
        # The secret is always encrypted, the rest where an environment has a key of its own.
        values: Any = self.provider.get_multiple(
            f"{self.path}/{name}", max_age=CACHE_S, decrypt=True
        )
        return dict(values)


def _shipping(countries: Mapping[str, Mapping[str, int]]) -> Mapping[str, ShippingRate]:
    return {
        country: ShippingRate(rate["flat"], rate.get("freeFrom"))
        for country, rate in countries.items()
    }
