"""`lab promote` from the first step to the command that somebody else types."""

from __future__ import annotations

import json

import pytest

from lab.cli import app
from lab.console import render
from lab.go_live import (
    State,
    Step,
    credentials,
    mail,
    paying,
    permissions,
    place,
    planning,
    promote,
    quotas,
    report,
    tools,
)
from lab.go_live.planning import Planned
from lab.go_live.steps import done, refused, to_do
from lab.measure import cost
from tests.unit.lab.go_live.somebody import Somebody

SOME_PLAN = Planned("an empty account", (), ("aws_dynamodb_table.old",))


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> dict[str, Step]:
    """Every step done, unless a test says otherwise; nothing outside is asked."""
    names = ("tools", "account", "permissions", "quota", "mail", "backend")
    steps = {name: done(name) for name in names}
    look = {
        tools: lambda: steps["tools"],
        permissions: lambda *_: steps["permissions"],
        quotas: lambda *_: [steps["quota"]],
        mail: lambda *_: steps["mail"],
        place: lambda *_: steps["account"],
        planning: lambda *_: (SOME_PLAN, done("plan")),
    }
    for module, answer in look.items():
        monkeypatch.setattr(module, "look", answer)
    monkeypatch.setattr(place, "look_for_backend", lambda *_: steps["backend"])
    monkeypatch.setattr(planning, "look_without_account", lambda _: SOME_PLAN)
    who = lambda profile: (Somebody(profile=profile), steps.get("who", done("credentials")))  # noqa: E731
    monkeypatch.setattr(credentials, "look", who)
    return steps


def test_the_way_ends_with_an_apply_that_somebody_else_types(way: dict[str, Step]) -> None:
    changes = Planned("account", (planning.Group("tables", create=7),), ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "look", lambda *_: (changes, done("plan")))

        assert promote("dev", "mine", str).next == "scripts/deploy.sh dev apply mine"


def test_where_everything_is_there_nothing_is_next(way: dict[str, Step]) -> None:
    assert promote("dev", None, str).next == ""


def test_the_first_step_that_is_not_done_is_the_next_one(way: dict[str, Step]) -> None:
    way["quota"] = to_do("quota", "too little", "ask for more")
    way["backend"] = to_do("backend", "none", "make one")

    found = promote("dev", None, str)

    assert found.next == "ask for more"
    assert found.steps[-1].state == State.WAITS
    assert not found.refused


def test_who_may_not_apply_it_is_told_what_is_missing(way: dict[str, Step]) -> None:
    way["permissions"] = refused("permissions", "somebody may not: sqs:CreateQueue")

    found = promote("dev", None, str)

    assert found.refused
    assert "sqs:CreateQueue" in next(step.why for step in found.steps if step.stops)


def test_in_a_refused_account_nothing_more_is_asked(way: dict[str, Step]) -> None:
    way["account"] = refused("account", "root")

    states = {step.name: step.state for step in promote("dev", None, str).steps}

    assert states["quotas"] == states["mail"] == states["backend"] == State.WAITS


def test_without_credentials_the_plan_is_that_for_an_empty_account(
    way: dict[str, Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = (None, to_do("credentials", "there are none", "sign in"))
    monkeypatch.setattr(credentials, "look", lambda _: nobody)

    found = promote("dev", None, str)

    assert found.plan == SOME_PLAN
    assert found.next == "sign in"


def test_the_report_shows_what_is_destroyed_and_the_next_command(way: dict[str, Step]) -> None:
    way["backend"] = to_do("backend", "there is none", "scripts/setup-backend.sh")

    with render.screen.capture() as shown:
        render.screen.print(report.rendered(promote("dev", None, str)))

    text = shown.get()
    assert "DESTROYS aws_dynamodb_table.old" in text
    assert "Next: scripts/setup-backend.sh" in text
    assert "docs/parity.md" in text
    assert "$" in text.partition("What it costs")[2].splitlines()[2]


def test_the_cost_is_that_of_lab_cost(way: dict[str, Step]) -> None:
    bill = cost.of("prod")

    told = promote("prod", None, str).cost

    assert (told.per_month_usd, told.per_order_usd) == (bill.total(), bill.per_order)
    assert 0 < told.fixed_usd < told.per_month_usd


def test_as_json_it_is_all_there_and_a_refusal_fails_the_command(
    way: dict[str, Step], capsys: pytest.CaptureFixture[str]
) -> None:
    way["account"] = refused("account", "this is the root user")

    code = app.run(["promote", "dev", "--json"])

    said = json.loads(capsys.readouterr().out)
    assert code == 1
    assert said["steps"][2] == {
        "name": "account",
        "state": "refused",
        "facts": [],
        "why": "this is the root user",
        "command": "",
    }
    assert said["plan"]["lost"] == ["aws_dynamodb_table.old"]


def test_an_environment_that_there_is_not_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["promote", "pord"]) == 2
    said = capsys.readouterr().err
    assert "'pord'" in said
    assert "dev, prod, staging" in said


@pytest.mark.parametrize(
    ("gateway", "state"),
    [(None, State.TO_DO), ("", State.TO_DO), ("simulated", State.DONE), ("ours", State.DONE)],
)
def test_who_takes_the_money_is_said(gateway: str | None, state: State) -> None:
    step = paying.look("live", {"payment_gateway": gateway})

    assert step.state == state
    assert (
        step.command == "set payment_gateway in terraform/environments/live/terraform.tfvars"
    ) is (state == State.TO_DO)


def test_prod_comes_without_a_gateway_and_dev_with_the_simulated_one(way: dict[str, Step]) -> None:
    prod, dev = promote("prod", None, str), promote("dev", None, str)

    assert prod.next == "set payment_gateway in terraform/environments/prod/terraform.tfvars"
    assert prod.plan == SOME_PLAN
    assert "no real money" in next(s for s in dev.steps if s.name == "payment").facts[0]
