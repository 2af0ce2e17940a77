"""What a killed process has taken of a role is given back, and what others still hold is not."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from lab.core.target import Target
from lab.shop import permissions, roles
from lab.shop.roles import Role

TARGET = Target("dev", None, "us-east-2")
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["sqs:SendMessage", "dynamodb:PutItem"], "Resource": "*"}
    ],
}
TRUST = {"Version": "2012-10-17", "Statement": []}
KILLED, AT_WORK = 4_000_001, 4_000_002


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(permissions, "look", lambda _target: None)
    monkeypatch.setattr(permissions, "forget", lambda _target: None)
    monkeypatch.setattr(roles.psutil, "pid_exists", lambda pid: pid != KILLED)
    with mock_aws():
        iam = TARGET.client("iam")
        for function in ("notifier", "sweeper"):
            name = TARGET.named(function)
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
            Role(TARGET, name).put(POLICY)
        yield


def taken_by(
    monkeypatch: pytest.MonkeyPatch, pid: int, function: str, machine: str = "here"
) -> Role:
    monkeypatch.setattr(roles.platform, "node", lambda: machine)
    monkeypatch.setattr(roles.os, "getpid", lambda: pid)
    role = roles.borrow(TARGET, function)
    role.take("dynamodb:PutItem")
    monkeypatch.setattr(roles.platform, "node", lambda: "here")
    return role


def actions(role: Role) -> list[str]:
    return [action for one in role.policy["Statement"] for action in one["Action"]]


def test_what_a_killed_process_took_is_given_back_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forgotten = taken_by(monkeypatch, KILLED, "notifier")
    held = taken_by(monkeypatch, AT_WORK, "sweeper")

    roles.give_back_forgotten(TARGET)
    roles.give_back_forgotten(TARGET)

    assert forgotten.policy == POLICY
    assert actions(held) == ["sqs:SendMessage"]
    roles.give_back(TARGET)
    assert held.policy == POLICY


def test_a_process_of_another_machine_is_not_known_to_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A container has processes of its own, with numbers that mean nothing here."""
    role = taken_by(monkeypatch, KILLED, "notifier", machine="elsewhere")

    roles.give_back_forgotten(TARGET)

    assert actions(role) == ["sqs:SendMessage"]
    roles.give_back(TARGET)
    assert role.policy == POLICY
