"""What differs between environments: from environment variables and from SSM, typed, read once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.parameters import SSMProvider

from checkout.domain.errors import NotConfigured, WrongSetting
from checkout.domain.pricing import PriceRules
from checkout.key_set import KeySet
from checkout.ports import Monitoring
from checkout.stored_settings import StoredSettings

SIMULATED = "simulated"
"""The payment gateway that takes no money. Failure switches work with no other."""

# What Terraform allows, too (terraform/modules/checkout/variables.tf).
LONGEST_HOLD_S = 604_800
LONGEST_GATEWAY_MS = 8_999

CACHE_S = 300
"""How long a warm function keeps what it read from SSM."""

AUDIENCE, CLIENT_ID = "aud", "client_id"
"""The claims that may say for whom a token is: the standard's, and that of Cognito."""


@dataclass(frozen=True)
class Settings:
    """What Terraform sets in the environment variables of every function."""

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
    """How a customer's bearer token must look. The issuer's keys are here, or at a URL."""

    issuer: str
    audience: str
    audience_claim: str
    keys: KeySet
    keys_url: str = ""


@dataclass(frozen=True)
class ParameterStore:
    """The checkout's settings in SSM, below `path`. Each is read when it is first needed.

    What is wrong is told, and what was right before stays in force; where nothing was, whoever
    asks gets `NotConfigured`. The settings of a folder hold together: a currency and its prices.
    """

    provider: SSMProvider
    path: str
    monitoring: Monitoring
    _good: dict[str, Any] = field(default_factory=dict, compare=False)

    def price_rules(self) -> PriceRules:
        """Currency, shipping and tax."""
        return self._read("pricing", _price_rules)

    def tokens(self, fresh: bool = False) -> TokenSettings:
        """Issuer, audience and keys of bearer tokens; `fresh` ones are not from the cache."""
        return self._read("auth", _tokens, fresh)

    def hold_for(self) -> timedelta:
        """How long a reservation holds stock."""
        return self._read("reservation", _hold_for)

    def gateway_timeout_s(self) -> float:
        """How long we wait for the payment gateway, in seconds."""
        return self._read("payment", _gateway_timeout_s)

    def _read[T](self, name: str, read: Callable[[StoredSettings], T], fresh: bool = False) -> T:
        folder = f"{self.path}/{name}"
        try:
            setting = read(StoredSettings(folder, self._folder(folder, fresh)))
        except WrongSetting as wrong:
            self.monitoring.wrong_setting(wrong)
            if name not in self._good:
                raise NotConfigured from None
            good: T = self._good[name]
            return good
        self._good[name] = setting
        return setting

    def _folder(self, folder: str, fresh: bool) -> Mapping[str, str]:
        # They are encrypted where an environment has a key of its own.
        values: Any = self.provider.get_multiple(
            folder, max_age=CACHE_S, decrypt=True, force_fetch=fresh
        )
        return dict(values)


def _price_rules(stored: StoredSettings) -> PriceRules:
    shipping = stored.shipping("shipping")
    return PriceRules(
        currency=stored.currency("currency"),
        home_country=stored.country("home-country", shipping),
        shipping=shipping,
        tax=stored.tax("tax"),
    )


def _tokens(stored: StoredSettings) -> TokenSettings:
    url = stored.https_url("key-set-url") if "key-set-url" in stored.values else ""
    return TokenSettings(
        issuer=stored.text("issuer"),
        audience=stored.text("audience"),
        audience_claim=stored.one_of("audience-claim", AUDIENCE, CLIENT_ID),
        keys={} if url else stored.key_set("key-set"),
        keys_url=url,
    )


def _hold_for(stored: StoredSettings) -> timedelta:
    return timedelta(seconds=stored.whole("hold-seconds", 1, LONGEST_HOLD_S))


def _gateway_timeout_s(stored: StoredSettings) -> float:
    return stored.whole("gateway-timeout-ms", 1, LONGEST_GATEWAY_MS) / 1000
