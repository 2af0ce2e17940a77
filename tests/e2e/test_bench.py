"""`lab bench` on the deployed checkout: small, and complete."""

from __future__ import annotations

import json

import pytest

from lab.cli import app
from tests.deployed_shop import DeployedShop

pytestmark = pytest.mark.exhaustive

# Design, section 7.
KEYS = {
    "emulator_start_s",
    "deploy_s",
    "lambda_cold_ms",
    "lambda_warm_ms",
    "conditional_update_ms",
    "checkout_ms",
    "checkouts_per_s",
    "executions_per_s",
    "processor_ms",
    "growth",
    "memory_mb",
    "memory_at_rest_mb",
    "cost_per_checkout_usd",
}
PARTS = {"state_transitions", "lambda_requests", "lambda_gb_seconds", "read_units", "write_units"}


def test_a_small_bench_tells_everything_that_the_design_promises(
    shop: DeployedShop, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = ("--checkouts", "2", "--concurrency", "2", "--stored", "3", "--invocations", "2")

    code = app.run(["bench", "--here", *sizes, "--json"])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(found) >= KEYS
    assert found["executions_per_s"] > 0
    assert set(found["lambda_warm_ms"]) >= {"p50", "p95"}
    assert set(found["checkout_ms"]) >= {"p50", "p95"}
    assert found["cost_per_checkout_usd"] == pytest.approx(
        sum(found["cost_parts_usd"].values()), abs=1e-8
    )
    assert all(found["cost_counted"][part] > 0 for part in PARTS)
    assert found["cost_counted"]["mails"] == 1


def test_the_function_that_was_measured_is_gone_afterwards(shop: DeployedShop) -> None:
    names = [f["FunctionName"] for f in shop.target.client("lambda").list_functions()["Functions"]]
    assert shop.target.named("bench") not in names
