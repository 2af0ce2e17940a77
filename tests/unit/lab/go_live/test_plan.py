"""`lab promote`: the plan in groups, and how all of it is taken down again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lab.core.errors import LabError
from lab.deploy import package
from lab.docs import generated_pages
from lab.go_live import State, leaving, planning
from tests.unit.lab.go_live.somebody import SETTINGS, Somebody


@dataclass
class Planning:
    """A Terraform that plans what it is told, and notes what it ran."""

    plan: dict[str, Any]
    ran: list[str] = field(default_factory=list)

    def __call__(self, *_: Any) -> Planning:
        return self

    def output(self, *arguments: str) -> str:
        self.ran.append(arguments[0])
        return json.dumps(self.plan)


def a_change(address: str, *actions: str) -> dict[str, Any]:
    kind = address.partition(".")[0]
    change = {"actions": actions, "after": {}}
    return {"address": address, "type": kind, "mode": "managed", "change": change}


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "build", lambda: Path("functions.zip"))


@pytest.mark.usefixtures("packed")
def test_a_plan_says_what_is_lost_and_applies_nothing() -> None:
    old, new = a_change("aws_dynamodb_table.old", "delete"), a_change("aws_sqs_queue.q", "create")
    start: Any = Planning({"resource_changes": [old, new]})

    planned, step = planning.look("dev", Somebody(), start)  # type: ignore[arg-type]

    assert planned
    assert planned.lost == ("aws_dynamodb_table.old",)
    assert [group.name for group in planned.groups] == ["tables", "messaging"]
    assert step.facts == ("2 resources to change; nothing was applied",)
    assert start.ran == ["init", "plan", "show"]


@pytest.mark.usefixtures("packed")
def test_a_plan_that_fails_is_refused_in_terraforms_words() -> None:
    class Failing(Planning):
        def output(self, *_: str) -> str:
            raise LabError("terraform plan failed.", "Error: AccessDenied")

    planned, step = planning.look("dev", Somebody(), Failing({}))  # type: ignore[arg-type]

    assert planned is None
    assert (step.state, step.why) == (State.REFUSED, "terraform plan failed. Error: AccessDenied")


def test_what_is_protected_is_unprotected_first() -> None:
    assert [c.partition(" ")[0] for c in leaving.commands("prod", "mine", SETTINGS)] == [
        "set",
        "scripts/deploy.sh",
        "scripts/deploy.sh",
    ]
    assert leaving.commands("dev", None, {}) == ["scripts/deploy.sh dev destroy"]


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_what_stays_is_said(environment: str) -> None:
    told = "\n".join(leaving.left(generated_pages.settings_of(environment)))
    for always in ("Terraform's state", "KMS key", "lab backup", "35 days"):
        assert always in told
    assert ("vault" in told) == (environment == "prod")


def test_a_table_without_recovery_leaves_no_copy() -> None:
    assert "copy of each table" not in "\n".join(leaving.left(SETTINGS | {"recovery_days": None}))
