"""A shop of another name, in another region and currency, made as docs/your-own-shop.md says.

It has an emulator of its own: Terraform's state of two shops would be the same one there, because
tflocal calls its bucket as it likes. That both would fit into one account is shown by the names:
nothing of the second is called as something of the first is.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

from lab.core import naming, ports
from lab.core.target import Target
from lab.deploy.terraform import inventory, leftovers
from tests.own_checkout import OwnCheckout, another_shop

SHOP = another_shop()
PORT = ports.any_free()

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnCheckout]:
    """The renamed sources, with an emulator that runs."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed: the checkout cannot be deployed")
    own = OwnCheckout.in_folder(tmp_path_factory.mktemp("own"))
    own.rename(SHOP)
    try:
        own.lab("up", "--port", str(PORT))
        yield own
    finally:
        own.lab("down")


def test_a_renamed_shop_is_deployed_sells_keeps_its_books_and_goes(
    checkout: OwnCheckout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.lab("deploy")
    checkout.lab("seed")
    order = json.loads(checkout.lab("checkout", "--json"))["order"]
    assert (order["status"], order["total"]["currency"]) == ("CONFIRMED", "EUR")
    assert json.loads(checkout.lab("audit", "--json"))["clean"]
    assert_names_are_its_own(Target("dev", f"http://localhost:{PORT}", SHOP.region), monkeypatch)

    checkout.lab("destroy", "--yes")  # and finds that nothing is left under its names


def assert_names_are_its_own(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [one for listing in inventory.LISTINGS for one in inventory.resources(target, listing)]
    firsts = [one.name for one in found if leftovers.is_ours("dev", one.service, one.name)]
    assert firsts == [], "the second shop has what the first has"

    monkeypatch.setattr(naming, "shop", lambda: SHOP)
    seconds = {one.service for one in found if leftovers.is_ours("dev", one.service, one.name)}
    assert seconds >= {"apigateway", "dynamodb", "events", "iam", "lambda", "sns", "sqs", "ssm"}
