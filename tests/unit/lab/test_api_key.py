"""The storefront's key: made, put into its plan, read, and taken away again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from lab.core.target import Target
from lab.shop import api_key
from lab.shop.shop_client import CheckoutApi

PLAN = {"id": "p1", "name": "checkout-prod-storefront"}
SOMEBODYS = {"id": "k0", "name": "checkout-prod-storefront-2", "value": "other"}


@dataclass
class FakeGateway:
    """API Gateway's keys and plans, with a key of somebody else whose name begins the same."""

    plans: list[dict[str, str]] = field(default_factory=lambda: [PLAN])
    keys: list[dict[str, str]] = field(default_factory=lambda: [SOMEBODYS])
    held: list[tuple[str, str]] = field(default_factory=list)

    def get_paginator(self, operation: str) -> Any:
        return Pages(self, operation)

    def create_api_key(
        self, name: str, description: str, enabled: bool, tags: dict[str, str]
    ) -> dict[str, str]:
        assert enabled
        assert name.startswith(f"{tags['Stack']}-")
        self.keys.append({"id": f"k{len(self.keys)}", "name": name, "value": "secret"})
        return self.keys[-1]

    def create_usage_plan_key(self, usagePlanId: str, keyId: str, keyType: str) -> None:  # noqa: N803
        assert keyType == "API_KEY"
        assert (usagePlanId, keyId) not in self.held
        self.held.append((usagePlanId, keyId))

    def get_api_key(self, apiKey: str, includeValue: bool) -> dict[str, str]:  # noqa: N803
        assert includeValue
        return next(key for key in self.keys if key["id"] == apiKey)

    def delete_api_key(self, apiKey: str) -> None:  # noqa: N803
        self.keys = [key for key in self.keys if key["id"] != apiKey]


@dataclass
class Pages:
    gateway: FakeGateway
    operation: str

    def paginate(self, **query: str) -> list[dict[str, Any]]:
        found = {
            "get_usage_plans": lambda: self.gateway.plans,
            "get_api_keys": lambda: [
                key for key in self.gateway.keys if key["name"].startswith(query["nameQuery"])
            ],
            "get_usage_plan_keys": lambda: [
                {"id": key} for plan, key in self.gateway.held if plan == query["usagePlanId"]
            ],
        }[self.operation]()
        return [{}, *({"items": [one]} for one in found)]


class Prod(Target):
    """A target whose API Gateway is the fake."""

    gateway: FakeGateway

    def client(self, service: str) -> Any:
        assert service == "apigateway"
        return self.gateway


@pytest.fixture
def prod() -> Prod:
    target = Prod("prod")
    object.__setattr__(target, "gateway", FakeGateway())
    return target


def test_a_key_is_made_once_and_put_into_the_plan_once(prod: Prod) -> None:
    api_key.ensure(prod)
    api_key.ensure(prod)

    assert api_key.read(prod) == "secret"
    assert prod.gateway.held == [("p1", "k1")]


def test_a_plan_that_was_made_anew_gets_the_same_key(prod: Prod) -> None:
    api_key.ensure(prod)
    prod.gateway.plans, prod.gateway.held = [PLAN | {"id": "p2"}], []

    api_key.ensure(prod)

    assert prod.gateway.held == [("p2", "k1")]


def test_where_no_key_is_asked_for_there_is_none(prod: Prod) -> None:
    api_key.ensure(prod)
    prod.gateway.plans = []

    api_key.ensure(prod)

    assert api_key.read(prod) == ""
    assert prod.gateway.keys == [SOMEBODYS]


def test_deleting_leaves_the_keys_of_others(prod: Prod) -> None:
    api_key.ensure(prod)

    api_key.delete(prod)
    api_key.delete(prod)

    assert prod.gateway.keys == [SOMEBODYS]


@pytest.mark.parametrize(("key", "sent"), [("secret", "secret"), ("", None)])
def test_the_client_shows_the_key_where_there_is_one(key: str, sent: str | None) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    CheckoutApi.at("http://shop", transport=httpx.MockTransport(answer), key=key).health()

    assert seen[0].headers.get("x-api-key") == sent
