"""Which payment gateway a shop has: one that was chosen by its name, or none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from checkout import bootstrap, gateways
from checkout.adapters.payments import SimulatedGateway
from checkout.bootstrap import Services
from checkout.domain.errors import NoPaymentGateway
from checkout.domain.order import OrderStatus
from checkout.domain.payment import EntryKind, Reversal
from checkout.gateways import NoGateway
from checkout.settings import Settings
from checkout.use_cases.settle_order import Outcome
from lab.core import paths
from tests.builders import an_entry, usd
from tests.shop import Shop
from tests.unit.shop.test_settings import PARAMETERS, VARIABLES


class Payments:
    """A payments table with entries of the ledger."""

    def __init__(self, *kinds: EntryKind) -> None:
        self.kinds = {kind.value for kind in kinds}

    def get(self, key: dict[str, str]) -> dict[str, str] | None:
        assert key["paymentId"] == "order#ord_1"
        return key if key["entry"] in self.kinds else None


def of(name: str, *kinds: EntryKind) -> object:
    return gateways.of(name, Payments(*kinds), PARAMETERS)  # type: ignore[arg-type]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    variables = {**VARIABLES, "AWS_DEFAULT_REGION": "us-east-2"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    bootstrap.services.cache_clear()
    yield variables
    bootstrap.services.cache_clear()


def test_a_gateway_is_chosen_by_its_name() -> None:
    assert isinstance(of("simulated"), SimulatedGateway)
    assert isinstance(of(""), NoGateway)


@pytest.mark.parametrize("name", ["stripe", "Simulated", "simulated ", "none", "null"])
def test_a_name_that_is_no_gateways_stops_the_start(
    name: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENT_GATEWAY", name)
    monkeypatch.setenv("FAILURE_SWITCHES", "false")
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        bootstrap.services()


@pytest.mark.parametrize("environment_name", ["dev", "prod", "live"])
@pytest.mark.parametrize("gateway", ["", "stripe"])
def test_failure_switches_need_the_simulated_gateway(environment_name: str, gateway: str) -> None:
    variables = VARIABLES | {"ENVIRONMENT": environment_name, "PAYMENT_GATEWAY": gateway}
    with pytest.raises(ValueError, match="FAILURE_SWITCHES is true, but PAYMENT_GATEWAY is"):
        Settings.from_environment(variables)


def test_the_simulated_gateway_is_no_failure_switch() -> None:
    variables = VARIABLES | {"FAILURE_SWITCHES": "false"}
    assert Settings.from_environment(variables).failure_switches is False


def test_without_the_variable_there_is_no_gateway() -> None:
    variables = {name: value for name, value in VARIABLES.items() if name != "PAYMENT_GATEWAY"}
    settings = Settings.from_environment(variables | {"FAILURE_SWITCHES": "false"})
    assert settings.payment_gateway == ""


def test_terraform_knows_the_same_gateways() -> None:
    text = (paths.TERRAFORM / "modules" / "checkout" / "variables.tf").read_text()
    (names,) = re.findall(r"contains\(\[(.*)\], coalesce\(var.payment_gateway", text)
    assert {name.strip(' "') for name in names.split(",")} == set(gateways.GATEWAYS)


def test_without_a_gateway_nothing_is_charged() -> None:
    nobody = of("")
    assert isinstance(nobody, NoGateway)
    with pytest.raises(NoPaymentGateway, match="payment_gateway"):
        nobody.authorise("ord_1:charge", usd(100), "tok_visa")
    with pytest.raises(NoPaymentGateway):
        nobody.capture("ord_1:charge")
    assert nobody.reverse("ord_1:charge") == Reversal()


@pytest.mark.parametrize("kind", [EntryKind.AUTHORISED, EntryKind.CAPTURED])
def test_what_an_earlier_gateway_took_is_not_forgotten(kind: EntryKind) -> None:
    """Whoever changes the gateway has to settle what is open: nobody else gives it back."""
    nobody = of("", kind)
    assert isinstance(nobody, NoGateway)
    with pytest.raises(NoPaymentGateway):
        nobody.reverse("ord_1:charge")


class Ledger:
    """The fake ledger, with what `NoGateway` asks of the one in DynamoDB."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def has(self, order_id: str, kind: EntryKind) -> bool:
        return any(entry.kind is kind for entry in self.shop.ledger.entries(order_id))


def closed(shop: Shop) -> Shop:
    shop.gateway = NoGateway(Ledger(shop))  # type: ignore[assignment, arg-type]
    return shop


def test_an_order_that_was_started_anyway_fails_and_gives_everything_back() -> None:
    shop = closed(Shop())
    shop.place()
    shop.run("ord_1", ["validate", "reserve"])
    with pytest.raises(NoPaymentGateway):
        shop.run("ord_1", ["pay"])
    shop.workflow.start("ord_1", None, "request-1")
    shop.workflow.ended.add("ord_1")

    assert shop.sweeper().settle("ord_1") is Outcome.UNDONE

    assert shop.orders.get("ord_1").status is OrderStatus.FAILED
    assert shop.available() == 10
    assert not shop.ledger.entries("ord_1")


def test_an_order_whose_money_an_earlier_gateway_has_stays_open() -> None:
    shop = closed(Shop())
    shop.place()
    shop.ledger.append(an_entry(EntryKind.CAPTURED))
    shop.workflow.start("ord_1", None, "request-1")
    shop.workflow.ended.add("ord_1")

    with pytest.raises(ExceptionGroup):
        shop.sweeper().settle("ord_1")

    assert shop.orders.get("ord_1").is_open


def test_the_functions_get_the_chosen_gateway(environment: dict[str, str]) -> None:
    services: Services = bootstrap.services()
    assert services.settings.payment_gateway == environment["PAYMENT_GATEWAY"]
