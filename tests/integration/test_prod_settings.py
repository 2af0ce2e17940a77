"""prod as its settings say, on the emulator: it comes, it works, it stays, and it goes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lab.core import tables
from lab.core.target import Target
from lab.deploy import release, storefront, terraform
from lab.deploy.terraform import emulator_overrides
from lab.deploy.terraform.state import State
from lab.shop import api_key, carts, execution, purchase, shop_client, tokens
from lab.shop.shop_client import ApiError, CheckoutApi

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]

FIRST = carts.read(carts.CARTS / "01-first-order.json")
ALL_AT_ONCE = ["-var=canary_weight=0"]


def test_a_second_apply_would_change_nothing(prod: Target) -> None:
    assert terraform.plan_is_clean(prod)


def test_an_order_goes_through_where_settings_are_encrypted(prod: Target) -> None:
    cart = carts.read(carts.CARTS / "01-first-order.json")

    assert purchase.buy(prod, cart.request, "ada").order["status"] == "CONFIRMED"


@pytest.mark.parametrize("key", ["", "not-the-key"])
def test_who_does_not_show_the_api_key_is_refused_everywhere_but_at_the_health_check(
    prod: Target, key: str
) -> None:
    stranger = CheckoutApi.at(shop_client.base_url(prod), key=key)

    with pytest.raises(ApiError) as refused:
        stranger.products()

    assert (refused.value.status, refused.value.problem_code) == (403, "API_KEY_REQUIRED")
    assert stranger.health()["status"] == "ok"


def test_neither_the_api_key_nor_a_key_of_tokens_is_in_the_state(prod: Target) -> None:
    state = State.of(prod)
    held = prod.client("s3").get_object(Bucket=state.bucket, Key=state.key)["Body"].read().decode()

    assert prod.named("storefront") in held
    assert api_key.read(prod) not in held
    assert tokens.Issuer.of(prod).key.kid not in held
    assert "PRIVATE KEY" not in held


def test_the_page_is_in_its_bucket(prod: Target) -> None:
    bucket, s3 = storefront.bucket_of(prod), prod.client("s3")
    config = json.loads(s3.get_object(Bucket=bucket, Key="config.json")["Body"].read())

    assert config["issuer"] == tokens.Issuer.of(prod).name
    assert config["apiKey"] == api_key.read(prod)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]


def test_tables_are_protected_and_settings_encrypted(prod: Target) -> None:
    table = prod.client("dynamodb").describe_table(TableName=prod.table("orders"))["Table"]
    name = "/checkout/prod/pricing/currency"
    parameter = prod.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]

    assert table["DeletionProtectionEnabled"]
    assert (parameter["Type"], parameter["Value"]) == ("SecureString", "USD")


def test_a_new_version_gets_a_tenth_until_somebody_decides(
    prod: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = live(prod)
    changed = [*emulator_overrides.VARIABLES, "-var=log_level=DEBUG"]
    monkeypatch.setattr(emulator_overrides, "VARIABLES", changed)

    terraform.deploy(prod, print)

    after = live(prod)
    assert after["FunctionVersion"] == before["FunctionVersion"]
    newest = str(int(before["FunctionVersion"]) + 1)
    assert after["RoutingConfig"]["AdditionalVersionWeights"] == {newest: 0.1}
    assert terraform.plan_is_clean(prod)

    monkeypatch.setattr(emulator_overrides, "VARIABLES", [*changed, "-var=canary_weight=0"])
    terraform.deploy(prod, print)

    assert live(prod)["FunctionVersion"] == newest
    assert not live(prod).get("RoutingConfig")


def test_as_it_ships_it_takes_no_orders_and_says_why(
    prod: Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    anyway = accepted(prod, "ord_anyway")
    chosen = emulator_overrides.VARIABLES
    shipped = [said for said in chosen if "payment_gateway" not in said] + ALL_AT_ONCE
    monkeypatch.setattr(emulator_overrides, "VARIABLES", shipped)
    terraform.deploy(prod, print)
    assert "No payment gateway is chosen, so prod will take no orders" in capsys.readouterr().err

    with pytest.raises(ApiError, match="503 NO_PAYMENT_GATEWAY"):
        purchase.buy(prod, FIRST.request, "ada")
    fails_without_a_charge(prod, anyway)
    assert [check.name for check in release.smoke(prod) if not check.passed] == [
        "the shop has a payment gateway"
    ]

    monkeypatch.setattr(emulator_overrides, "VARIABLES", chosen + ALL_AT_ONCE)
    terraform.deploy(prod, print)
    assert purchase.buy(prod, FIRST.request, "ada").order["status"] == "CONFIRMED"


def fails_without_a_charge(prod: Target, order_id: str) -> None:
    """An order that is started anyway: as if it had been accepted just before."""
    states = prod.client("stepfunctions")
    arn = execution.arn_of(prod, order_id)
    machine, _, name = arn.replace(":execution:", ":stateMachine:").rpartition(":")
    content = json.dumps({"orderId": order_id, "simulate": None})
    states.start_execution(stateMachineArn=machine, name=name, input=content)
    *_, seen = execution.follow(states, arn)

    assert "CompensationFailed" not in seen.path
    ended = CheckoutApi.of(prod, "ada").order(order_id)
    assert (ended["status"], ended["payment"]["status"]) == ("FAILED", "NONE")


def accepted(prod: Target, order_id: str) -> str:
    """An order in the table whose execution nobody has started."""
    known = purchase.buy(prod, FIRST.request, "ada").order_id
    table = tables.resource(prod).Table(prod.table("orders"))
    item = table.get_item(Key={"orderId": known})["Item"]
    kept = ("customerId", "items", "discountCodes", "shippingAddress", "email")
    pending = {"status": "PENDING", "at": item["createdAt"]}
    new = {"orderId": order_id, "idempotencyKey": order_id, "status": "PENDING"}
    new |= {"paymentToken": "tok_visa"}
    table.put_item(
        Item={
            **{name: item[name] for name in kept},
            **new,
            "openStatus": "OPEN",
            "history": [pending],
            "createdAt": item["createdAt"],
        }
    )
    return order_id


def live(target: Target) -> Any:
    """The alias that callers use, of one function."""
    return target.client("lambda").get_alias(FunctionName=target.named("sweeper"), Name="live")
