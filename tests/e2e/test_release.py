"""The smoke test of a release, on a shop that is open and on one that is broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lab.deploy import release
from tests.deployed_shop import DeployedShop


def test_an_open_shop_passes(shop: DeployedShop) -> None:
    checks = list(release.smoke(shop.target, order=True))

    assert [check for check in checks if not check.passed] == []
    assert checks[-1].name == "an order is confirmed"


def test_a_shop_whose_function_cannot_start_does_not(shop: DeployedShop) -> None:
    before = release.live(shop.target)
    with broken_api(shop):
        broken = {check.name for check in release.smoke(shop.target) if not check.passed}
        assert {"the catalogue has products", "a cart is priced"} <= broken

        assert release.roll_back(shop.target, before) == ["checkout-api"]

        assert all(check.passed for check in release.smoke(shop.target))


@contextmanager
def broken_api(shop: DeployedShop) -> Iterator[None]:
    """A new version of the API is live that lost its settings; afterwards Terraform's is again."""
    functions = shop.target.client("lambda")
    name = shop.target.named("checkout-api")
    settings = functions.get_function_configuration(FunctionName=name)["Environment"]
    before = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]

    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {}})
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    broken = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=broken)
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Environment=settings)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        functions.update_alias(FunctionName=name, Name="live", FunctionVersion=before)
        functions.delete_function(FunctionName=name, Qualifier=broken)
