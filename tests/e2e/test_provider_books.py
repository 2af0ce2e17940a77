"""The audit of a deployed shop compares the ledger with the books of the gateway it has."""

from __future__ import annotations

from lab.core import tables
from lab.operate import audit
from lab.shop import payment
from tests.deployed_shop import DeployedShop, order_of

TEA = "TEA-SENCHA-100"


def test_a_charge_that_the_provider_does_not_know_is_found(shop: DeployedShop) -> None:
    order_id = shop.buy(order_of((TEA, 1)))["orderId"]
    clean = audit.run(shop.target, settle_s=30)
    assert (clean.clean, clean.notes) == (True, ())

    table = tables.resource(shop.target).Table(shop.target.table("payments"))
    key = {"paymentId": f"gateway#{order_id}:charge", "entry": "CHARGE"}
    charge = table.delete_item(Key=key, ReturnValues="ALL_OLD")["Attributes"]
    try:
        money = audit.run(shop.target).findings[2]
    finally:
        table.put_item(Item=charge)

    (broken,) = money.broken
    assert broken.row == order_id
    assert broken.what.startswith("the gateway took 0, but the ledger says")


def test_the_deployed_function_says_which_gateway_it_charges_with(shop: DeployedShop) -> None:
    assert payment.chosen(shop.target) == "simulated"
