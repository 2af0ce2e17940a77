"""Whether somebody may apply an environment, as IAM's simulator says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.go_live import permissions
from lab.go_live.steps import State
from tests.unit.lab.go_live.somebody import OURS, Somebody, refuse

NEEDED = {
    "iam:PassRole": {
        "resources": ["arn:aws:iam::ACCOUNT:role/checkout-dev-a"],
        "keys": {"iam:passedtoservice": ["lambda.amazonaws.com"]},
    },
    "sns:ListTopics": {"resources": ["*"], "keys": {}},
    "sqs:CreateQueue": {
        "resources": ["arn:aws:sqs:us-east-2:ACCOUNT:checkout-dev-a"],
        "keys": {"aws:tagkeys": ["Owner", "Stack"]},
    },
}


class Simulator:
    """IAM's simulator, which allows some actions, and notes what it is asked."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = set(allowed)
        self.asked: list[dict[str, Any]] = []

    def get_paginator(self, name: str) -> Any:
        assert name == "simulate_principal_policy"
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, **request: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(request)
        for action in request["ActionNames"]:
            decision = "allowed" if action in self.allowed else "implicitDeny"
            result = {"EvalActionName": action, "EvalDecision": decision}
            yield {"EvaluationResults": [result]}


@pytest.fixture(autouse=True)
def _recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "dev.json").write_text(json.dumps(NEEDED))
    monkeypatch.setattr(permissions, "FOLDER", tmp_path)
    permissions.needed.cache_clear()
    yield
    permissions.needed.cache_clear()


def test_who_may_do_all_of_it_is_ready() -> None:
    step = permissions.look("dev", Somebody({"iam": Simulator(NEEDED)}))

    assert (step.state, step.facts) == (
        State.DONE,
        ("3 actions are allowed, by the simulator of IAM",),
    )


def test_what_is_missing_is_named() -> None:
    step = permissions.look("dev", Somebody({"iam": Simulator(["sns:ListTopics"])}))

    assert step.state == State.REFUSED
    assert "iam:PassRole, sqs:CreateQueue (2 of 3 actions)" in step.why
    assert permissions.PAGE in step.why


def test_it_is_asked_about_this_account_with_the_condition_keys_of_an_apply() -> None:
    simulator = Simulator(NEEDED)
    permissions.look("dev", Somebody({"iam": simulator}))

    asked = {request["ActionNames"][0]: request for request in simulator.asked}
    passing, creating = asked["iam:PassRole"], asked["sqs:CreateQueue"]
    assert passing["PolicySourceArn"] == f"arn:aws:iam::{OURS}:user/ada"
    assert passing["ResourceArns"] == [f"arn:aws:iam::{OURS}:role/checkout-dev-a"]
    assert passing["ContextEntries"] == [
        {
            "ContextKeyName": "iam:passedtoservice",
            "ContextKeyValues": ["lambda.amazonaws.com"],
            "ContextKeyType": "string",
        }
    ]
    assert creating["ContextEntries"][0]["ContextKeyType"] == "stringList"


def test_a_session_is_asked_about_as_its_role_with_its_path() -> None:
    role, simulator = f"arn:aws:iam::{OURS}:role/teams/admins", Simulator(NEEDED)
    simulator.get_role = lambda **_: {"Role": {"Arn": role}}  # type: ignore[attr-defined]
    somebody = Somebody({"iam": simulator}, arn=f"arn:aws:sts::{OURS}:assumed-role/admins/ada")

    permissions.look("dev", somebody)

    assert {request["PolicySourceArn"] for request in simulator.asked} == {role}


def test_the_owner_of_the_account_is_not_asked_about() -> None:
    step = permissions.look("dev", Somebody(arn=f"arn:aws:iam::{OURS}:root"))

    assert step.state == State.DONE


def test_who_may_not_ask_gets_the_list() -> None:
    iam = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=refuse("AccessDenied")))
    step = permissions.look("dev", Somebody({"iam": iam}))

    assert step.state == State.UNKNOWN
    assert permissions.PAGE in step.why


def test_of_an_environment_that_was_never_recorded_nothing_is_known() -> None:
    step = permissions.look("prod", Somebody({"iam": Simulator(NEEDED)}))

    assert step.state == State.UNKNOWN
    assert "prod" in step.why
