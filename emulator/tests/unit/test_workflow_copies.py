"""Copies of what executions work on are as those of `copy.deepcopy`, and nobody shares them."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from localstack.aws.api.stepfunctions import HistoryEventType
from localstack.services.stepfunctions.asl.eval.program_state import ProgramRunning
from localstack.services.stepfunctions.backend.alias import Alias
from localstack.services.stepfunctions.backend.state_machine import StateMachineRevision

from localstack_host.performance import workflow_copies
from localstack_host.services.stepfunctions import aliases
from localstack_host.state import pickling

VALUES = (
    None,
    {"a": [1, 2.5, True, None, {"b": "text", "c": []}], "d": {}},
    [OrderedDict(a=[1]), (1, [2]), {3}],
    {"type": HistoryEventType.TaskFailed, "timestamp": datetime(2026, 1, 1, tzinfo=UTC)},
)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_copy_is_equal_and_of_the_same_kinds(value: Any) -> None:
    assert workflow_copies.copy_of(value) == copy.deepcopy(value)
    assert repr(workflow_copies.copy_of(value)) == repr(value)


def test_a_copy_shares_nothing_that_can_change() -> None:
    value = {"a": [{"b": [1]}], "tuple": ([1],)}
    made = workflow_copies.copy_of(value)
    made["a"][0]["b"].append(2)
    made["tuple"][0].append(2)
    assert value == {"a": [{"b": [1]}], "tuple": ([1],)}


def test_what_is_no_json_is_copied_too() -> None:
    state: Any = ProgramRunning()  # type: ignore[no-untyped-call]
    made = workflow_copies.copy_of(state)
    assert made is not state
    assert vars(made) == vars(state)


def _machine() -> Any:
    return StateMachineRevision("m", "arn:m", "{}", "role", {"level": "OFF"}, None)


def test_executions_share_a_machine_until_it_changes() -> None:
    machine = _machine()
    first = workflow_copies.snapshot_of(machine)
    assert workflow_copies.snapshot_of(machine) is first is not machine
    machine.definition = '{"changed": 1}'
    second = workflow_copies.snapshot_of(machine)
    assert (first.definition, second.definition) == ("{}", '{"changed": 1}')


@pytest.mark.parametrize(
    "change",
    [
        lambda machine: machine.logging_config.update(level="ALL"),
        lambda machine: machine.tag_manager.add_all([{"key": "a", "value": "b"}]),
        lambda machine: machine.versions.update({"1": "arn:1"}),
        lambda machine: setattr(machine, "new", 1),
    ],
    ids=["in a part", "its tags", "in a dictionary", "a new attribute"],
)
def test_any_change_of_a_machine_is_noticed(change: Any) -> None:
    machine = _machine()
    first = workflow_copies.snapshot_of(machine)
    before = pickle.dumps(first)
    change(machine)
    second = workflow_copies.snapshot_of(machine)
    assert second is not first
    assert workflow_copies.snapshot_of(machine) is second
    assert pickle.dumps(second) == pickle.dumps(machine) != pickle.dumps(first) == before


def test_two_machines_are_two() -> None:
    one, other = _machine(), _machine()
    assert workflow_copies.snapshot_of(one) is not workflow_copies.snapshot_of(other)


def _alias(description: str | None = None) -> Alias:
    routes: Any = [{"stateMachineVersionArn": "arn:m:1", "weight": 100}]
    return Alias("arn:m", "live", description, routes)


@pytest.fixture
def _copied_aliases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Alias, "__deepcopy__", aliases.copy_of_alias, raising=False)


@pytest.mark.usefixtures("_copied_aliases")
@pytest.mark.parametrize("copied", [copy.deepcopy, workflow_copies.snapshot_of])
def test_a_machine_with_an_alias_is_copied_with_it(copied: Callable[[Any], Any]) -> None:
    machine = _machine()
    machine.aliases.add(_alias())
    made = copied(machine)
    (alias,), (original,) = made.aliases, machine.aliases
    assert alias == original
    assert alias is not original
    original.update(description="later", routing_configuration_list=[])
    assert alias.to_description()["description"] is None
    assert alias.sample() == "arn:m:1"


@pytest.mark.usefixtures("_copied_aliases")
def test_a_new_alias_is_noticed_and_an_old_one_is_not() -> None:
    machine = _machine()
    first = workflow_copies.snapshot_of(machine)
    machine.aliases.add(_alias())
    second = workflow_copies.snapshot_of(machine)
    assert (len(first.aliases), len(second.aliases)) == (0, 1)
    assert workflow_copies.snapshot_of(machine) is second


def test_an_alias_is_saved_and_loaded() -> None:
    machine = _machine()
    machine.aliases.add(_alias("first"))
    loaded = pickling.load(BytesIO(b"".join(pickling.dump({"machines": [machine]}))))
    (alias,) = loaded["machines"][0].aliases
    alias.update(description="second", routing_configuration_list=[])
    assert alias.to_description()["description"] == "second"
    assert alias.sample() == "arn:m:1"
