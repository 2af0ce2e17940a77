"""What one confirmed order uses, counted on the deployed checkout: what its workflow must do."""

from __future__ import annotations

import json

import pytest

from lab.cli import app
from lab.measure import cost
from tests.deployed_shop import DeployedShop

pytestmark = pytest.mark.exhaustive

KEEP = "the shop uses something else now; if it should: lab cost --keep && make docs"
STATES = 6  # five tasks and the end
WORKFLOW_FUNCTIONS = {
    "cart-validator": 1,
    "stock-checker": 1,
    "payment-processor": 1,
    "order-generator": 2,  # it confirms, then it publishes
}
EDGES = {"checkout-api": 1, "notifier": 1}


@pytest.fixture(scope="module")
def counted(shop: DeployedShop) -> cost.Counted:
    return cost.count(shop.target)


def test_one_order_takes_the_steps_and_the_functions_of_the_workflow(
    counted: cost.Counted,
) -> None:
    invocations = {use.name: use.invocations for use in counted.functions}

    assert counted.checkout.state_transitions == STATES
    assert invocations == WORKFLOW_FUNCTIONS | EDGES
    assert counted.checkout.lambda_requests == sum(invocations.values())


def test_one_order_makes_one_call_one_event_one_notification_and_one_mail(
    counted: cost.Counted,
) -> None:
    usage = counted.checkout

    assert (usage.api_calls, usage.events, usage.notifications, usage.mails) == (1, 1, 1, 1)
    assert usage.queue_requests == 2


def test_counting_gives_the_reads_and_writes_that_the_documentation_was_made_from(
    counted: cost.Counted,
) -> None:
    kept = cost.stored()

    assert counted.checkout.read_units == kept.checkout.read_units, KEEP
    assert counted.checkout.write_units == kept.checkout.write_units, KEEP
    assert counted.sweep.read_units == kept.sweep.read_units, KEEP
    assert counted.data_events == kept.data_events, KEEP
    assert counted.stored_bytes == pytest.approx(kept.stored_bytes, rel=0.02), KEEP
    assert counted.structure == kept.structure, KEEP


def test_a_sweep_with_nothing_to_do_writes_nothing(counted: cost.Counted) -> None:
    assert counted.sweep.lambda_requests == 1
    assert counted.sweep.read_units > 0
    assert counted.sweep.write_units == 0


def test_the_command_bills_what_it_has_counted(
    shop: DeployedShop, capsys: pytest.CaptureFixture[str]
) -> None:
    code = app.run(["cost", "prod", "--orders-per-month", "5000", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["orders_per_month"] == 5000
    assert found["counted"]["checkout"]["state_transitions"] == STATES
