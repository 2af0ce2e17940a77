"""prod as its settings say, on the emulator: it comes, it works, it stays, and it goes."""

from __future__ import annotations

from typing import Any

import pytest

from lab import carts, purchase, terraform
from lab.target import Target
from lab.terraform import emulated

pytestmark = pytest.mark.timeout(900)


def test_a_second_apply_would_change_nothing(prod: Target) -> None:
    assert terraform.plan_is_clean(prod)


def test_an_order_goes_through_where_settings_are_encrypted(prod: Target) -> None:
    cart = carts.read(carts.CARTS / "01-first-order.json")

    assert purchase.buy(prod, cart.request, "ada").order["status"] == "CONFIRMED"


def test_tables_are_protected_and_settings_encrypted(prod: Target) -> None:
    table = prod.client("dynamodb").describe_table(TableName="orders-prod")["Table"]
    name = "/checkout/prod/pricing/currency"
    parameter = prod.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]

    assert table["DeletionProtectionEnabled"]
    assert (parameter["Type"], parameter["Value"]) == ("SecureString", "USD")


def test_a_new_version_gets_a_tenth_until_somebody_decides(
    prod: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = live(prod)
    changed = [*emulated.VARIABLES, "-var=log_level=DEBUG"]
    monkeypatch.setattr(emulated, "VARIABLES", changed)

    terraform.deploy(prod, print)

    after = live(prod)
    assert after["FunctionVersion"] == before["FunctionVersion"]
    newest = str(int(before["FunctionVersion"]) + 1)
    assert after["RoutingConfig"]["AdditionalVersionWeights"] == {newest: 0.1}
    assert terraform.plan_is_clean(prod)

    monkeypatch.setattr(emulated, "VARIABLES", [*changed, "-var=canary_weight=0"])
    terraform.deploy(prod, print)

    assert live(prod)["FunctionVersion"] == newest
    assert not live(prod).get("RoutingConfig")


def live(target: Target) -> Any:
    """The alias that callers use, of one function."""
    return target.client("lambda").get_alias(FunctionName=target.named("sweeper"), Name="live")
