"""A lesson finds the lab, or starts what is missing of it, and says what takes long."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lab import seed
from lab.core import run_state
from lab.core.target import Target
from lab.deploy import terraform
from lab.deploy.deployment_cache import starting
from lab.lessons import setup

HERE = "http://localhost:4999"


class Machine:
    """A machine without a lab; notes what is done to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.runs = self.deployed = False
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        monkeypatch.setattr(run_state, "load", self._record)
        monkeypatch.setattr(setup, "is_deployed", lambda target: self.deployed)
        monkeypatch.setattr(starting, "start", self._start)
        monkeypatch.setattr(terraform, "deploy", self._deploy)
        monkeypatch.setattr(seed, "load", lambda target: self.done.append("seed"))

    def _record(self) -> SimpleNamespace:
        return SimpleNamespace(endpoint=HERE, runs=lambda: self.runs)

    def _deploy(self, _target: Target, options: terraform.Options) -> None:
        assert options.cache
        self.done.append("deploy")

    def _start(self, *_: object) -> SimpleNamespace:
        self.done.append("start")
        return SimpleNamespace(endpoint=HERE)

    def ready(self) -> Target:
        return setup.ready(self.done.append)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_without_a_lab_all_of_it_is_started_and_told(machine: Machine) -> None:
    assert machine.ready().endpoint == HERE
    told = [said for said in machine.done if said not in {"start", "deploy", "seed"}]
    assert [said for said in machine.done if said not in told] == ["start", "deploy", "seed"]
    assert len(told) == 3
    assert "one to two minutes" in told[1]


def test_a_lab_that_is_there_is_used_without_a_word(machine: Machine) -> None:
    machine.runs = machine.deployed = True
    assert machine.ready().endpoint == HERE
    assert machine.done == []


def test_an_emulator_that_was_restarted_is_filled_again(machine: Machine) -> None:
    machine.runs = True
    machine.ready()
    assert "start" not in machine.done
    assert {"deploy", "seed"} <= set(machine.done)


def test_the_endpoint_that_the_user_names_is_the_lab(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere:4566")
    machine.deployed = True
    assert machine.ready().endpoint == "http://elsewhere:4566"
    assert machine.done == []
