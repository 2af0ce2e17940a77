"""`lab cost --stored`: what is printed, without a lab."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

from lab.cli import app
from lab.console import render

WHOLE = (
    "API cache",
    "encryption key of everything",
    "firewall: requests",
    "sweeper: audit trail",
    "365 nightly backups",
    "Express",
)


@pytest.mark.parametrize("orders", [1, 1_000_000_000])
def test_the_bill_fits_into_80_columns_with_nothing_cut_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, orders: int
) -> None:
    monkeypatch.setattr(render, "screen", Console(width=80))

    assert app.run(["cost", "prod", "--stored", "-n", str(orders)]) == 0

    printed = capsys.readouterr().out
    assert "…" not in printed
    for part in WHOLE:
        assert part in printed or orders == 1


def test_the_bill_as_data_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["cost", "dev", "--stored", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    lines = sum(line["usd"] for line in found["lines"])
    assert found["environment"] == "dev"
    assert found["per_month_usd"] == pytest.approx(lines)
    assert found["prices"]["noted"]
    assert {one["instead"] for one in found["variants"]} >= {"an Express workflow", "an HTTP API"}


def test_memory_as_data_has_every_function(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["cost", "--stored", "--memory", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert {one["measured"]["name"] for one in found} >= {"checkout-api", "sweeper"}
    assert all(len(one["sizes"]) > 1 for one in found)


def test_an_unknown_environment_is_typed_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["cost", "moon", "--stored"]) == 2
    assert "moon" in capsys.readouterr().err
