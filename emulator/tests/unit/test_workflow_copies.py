"""Copies of what executions work on are as those of `copy.deepcopy`, and nobody shares them."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

import pytest
from localstack.aws.api.stepfunctions import HistoryEventType
from localstack.services.stepfunctions.asl.eval.program_state import ProgramRunning
from localstack.services.stepfunctions.backend.state_machine import StateMachineRevision

from localstack_host.performance import workflow_copies

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
