"""What unit tests share: no AWS, no network, the shop in memory."""

from __future__ import annotations

import os

# Powertools reads it when a handler is imported.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "CheckoutLab")

import pytest
from hypothesis import settings

from lab.core import naming
from lab.shop import logs
from tests.shop import Shop

# The same examples every time: `make test` on one commit has one outcome. To search for new
# ones: pytest --hypothesis-profile=search tests/unit
settings.register_profile("unit", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("unit")

HANDLERS = tuple(name.replace("-", "_") for name in logs.functions())


NAMES = naming.Shop(
    name="checkout",
    project="ecommerce-checkout",
    owner="checkout-team",
    cost_center="checkout-lab",
    region="us-east-2",
    currency="USD",
    table_prefix="",
    lock_table="terraform-state-lock",
    metric_namespace="CheckoutLab",
    token_issuer="https://checkout-lab.example",
)
"""What unit tests call the shop, whatever terraform/shop.json does: a shop of another name keeps
them as they are. Tests of what is deployed read the file."""


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> naming.Shop:
    monkeypatch.setattr(naming, "shop", lambda: NAMES)
    return NAMES


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def open_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop behind every handler."""
    for name in HANDLERS:
        monkeypatch.setattr(f"{name}.handler.services", lambda: shop)
    return shop
