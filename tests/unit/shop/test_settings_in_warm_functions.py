"""A setting that is changed is in force in warm functions after `CACHE_S`, without a restart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parameters import base
from cryptography.hazmat.primitives.asymmetric import rsa

from checkout import bootstrap
from checkout.bootstrap import Services
from checkout.settings import CACHE_S
from lab.shop.token_keys import SigningKey
from tests.shop import KEY
from tests.unit.shop.test_settings import VARIABLES

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


NEXT = SigningKey(rsa.generate_private_key(65_537, 2_048))


def key_set(*keys: SigningKey) -> str:
    return json.dumps({"keys": [key.public for key in keys]})


@dataclass
class Ssm:
    """boto3's client, as far as Powertools uses it; counts what it is asked for."""

    values: dict[str, str]
    asked: list[str] = field(default_factory=list)

    def get_paginator(self, _operation: str) -> Ssm:
        return self

    def paginate(self, Path: str, **_: object) -> list[dict[str, Any]]:  # noqa: N803
        self.asked.append(Path)
        found = [n for n in self.values if n.startswith(f"{Path}/")]
        return [{"Parameters": [{"Name": n, "Value": self.values[n]} for n in found]}]


class Clock(datetime):
    """A `datetime` class whose `now` is set by the test."""

    at = NOW

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return cls.at


@pytest.fixture
def ssm() -> Ssm:
    return Ssm(
        {
            "/checkout/dev/pricing/currency": "USD",
            "/checkout/dev/pricing/home-country": "US",
            "/checkout/dev/pricing/shipping": '{"US": {"flat": 599}, "GB": {"flat": 1699}}',
            "/checkout/dev/pricing/tax": '{"US": 0}',
            "/checkout/dev/auth/key-set": key_set(KEY),
            "/checkout/dev/auth/audience-claim": "aud",
            "/checkout/dev/auth/issuer": "i",
            "/checkout/dev/auth/audience": "a",
            "/checkout/dev/reservation/hold-seconds": "900",
            "/checkout/dev/payment/gateway-timeout-ms": "1500",
        }
    )


@pytest.fixture
def services(ssm: Ssm, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A warm function: its services are made once, and used again and again."""
    for name, value in {**VARIABLES, "AWS_DEFAULT_REGION": "us-east-2"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(base, "datetime", Clock)
    monkeypatch.setattr(Clock, "at", NOW)
    real = bootstrap._client
    clients = {"ssm": ssm}
    monkeypatch.setattr(bootstrap, "_client", lambda name, *a: clients.get(name) or real(name, *a))
    bootstrap.services.cache_clear()
    yield bootstrap.services()
    bootstrap.services.cache_clear()


SETTINGS: list[tuple[str, str, Callable[[Services], object], object, object]] = [
    ("pricing/currency", "EUR", lambda s: s.pricing.rules.currency, "USD", "EUR"),
    ("pricing/home-country", "GB", lambda s: s.pricing.home().country, "US", "GB"),
    ("pricing/tax", '{"US": 725}', lambda s: dict(s.pricing.rules.tax), {"US": 0}, {"US": 725}),
    (
        "pricing/shipping",
        '{"US": {"flat": 999}}',
        lambda s: s.pricing.rules.shipping["US"].flat,
        599,
        999,
    ),
    ("auth/audience", "b", lambda s: s.parameters.tokens().audience, "a", "b"),
    ("auth/key-set", key_set(NEXT), lambda s: s.issuer_keys.find(KEY.kid) is None, False, True),
    (
        "reservation/hold-seconds",
        "60",
        lambda s: s.parameters.hold_for(),
        timedelta(minutes=15),
        timedelta(minutes=1),
    ),
    ("payment/gateway-timeout-ms", "2500", lambda s: s.gateway.timeout_s, 1.5, 2.5),
    ("payment/gateway-timeout-ms", "2500", lambda s: s.sweeper().gateway.timeout_s, 1.5, 2.5),  # type: ignore[attr-defined]
]


@pytest.mark.parametrize(
    ("name", "value", "read", "before", "after"), SETTINGS, ids=[case[0] for case in SETTINGS]
)
def test_a_changed_setting_is_in_force_within_its_time(
    services: Services,
    ssm: Ssm,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    read: Callable[[Services], object],
    before: object,
    after: object,
) -> None:
    assert read(services) == before
    ssm.values[f"/checkout/dev/{name}"] = value
    monkeypatch.setattr(Clock, "at", NOW + timedelta(seconds=CACHE_S - 1))
    assert read(services) == before
    monkeypatch.setattr(Clock, "at", NOW + timedelta(seconds=CACHE_S + 1))
    assert read(services) == after


def test_parameter_store_is_not_asked_for_each_request(services: Services, ssm: Ssm) -> None:
    for _ in range(20):
        assert services.pricing.rules.currency == "USD"
    assert ssm.asked == ["/checkout/dev/pricing"]


def test_a_new_key_is_known_at_its_first_token(services: Services, ssm: Ssm) -> None:
    assert services.issuer_keys.find(KEY.kid)
    ssm.values["/checkout/dev/auth/key-set"] = key_set(NEXT, KEY)
    assert services.issuer_keys.find(NEXT.kid)
    assert ssm.asked == ["/checkout/dev/auth"] * 2


def test_keys_that_are_made_up_do_not_have_parameter_store_asked_each_time(
    services: Services, ssm: Ssm
) -> None:
    for number in range(50):
        assert services.issuer_keys.find(f"made-up-{number}") is None
    assert ssm.asked == ["/checkout/dev/auth"] * 2


def test_the_stated_time_is_five_minutes() -> None:
    """docs/pricing.md says so."""
    assert CACHE_S == 300
