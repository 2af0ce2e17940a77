"""An execution that has ended is pickled once, and comes back as it was."""

from __future__ import annotations

import io
import json
import pickle
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api.stepfunctions import ExecutionStatus, StateMachineType
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.services.stepfunctions.backend.state_machine import StateMachineRevision

from localstack_host.services.stepfunctions.ended_executions import (
    EndedEnvironment,
    PackedHistory,
    empty_pools,
)
from localstack_host.state import executions, exported, imported, pickling
from localstack_host.state.about import STATE
from localstack_host.state.executions import PACKED
from localstack_host.state.layout import STATE_JSON

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = [
    {"id": 1, "type": "ExecutionStarted", "timestamp": NOW},
    {"id": 2, "type": "ExecutionSucceeded", "timestamp": NOW},
]
ACTIVITIES: dict[str, Any] = {}
MACHINE = StateMachineRevision("m", "arn:m", "{}", "role", {"level": "OFF"}, None)


def _execution(environment: Any, name: str = "e") -> Any:
    execution: Any = Execution(
        name=name,
        sm_type=StateMachineType.STANDARD,
        role_arn="role",
        exec_arn=f"arn:{name}",
        account_id="000000000000",
        region_name="us-east-1",
        state_machine=MACHINE,
        start_date=NOW,
        cloud_watch_logging_session=None,
        activity_store=ACTIVITIES,
        input_data={"a": [1, {"b": None}]},
    )
    execution.exec_worker = executions.saved_worker(environment)
    execution.exec_status, execution.stop_date = ExecutionStatus.SUCCEEDED, NOW
    execution.output = {"done": True}
    return execution


def _ended(name: str = "e") -> Any:
    return _execution(EndedEnvironment(PackedHistory.of(EVENTS), *empty_pools()), name)


def _pickled(value: Any) -> io.BytesIO:
    file = io.BytesIO()
    file.writelines(pickling.dump(value))
    file.seek(0)
    return file


def test_it_comes_back_with_all_that_it_had() -> None:
    execution = _ended()
    executions.pack(execution)
    found = pickling.load(_pickled(execution))
    assert type(found) is Execution
    assert found.to_describe_output() == execution.to_describe_output()
    assert found.to_history_output() == {"events": EVENTS}
    assert (found.state_machine.arn, found.state_machine.definition) == ("arn:m", "{}")
    assert vars(found).keys() == vars(execution).keys()


def test_it_is_the_same_whether_it_was_packed_or_not() -> None:
    execution = _ended()
    before = pickling.load(_pickled(execution))
    executions.pack(execution)
    after = pickling.load(_pickled(execution))
    own = executions.NOT_PACKED
    assert {k: v for k, v in vars(before).items() if k not in own} == {
        k: v for k, v in vars(after).items() if k not in own
    }
    assert before.to_history_output() == after.to_history_output()


def test_it_is_packed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    execution = _ended()
    executions.pack(execution)
    monkeypatch.setattr(pickle, "dumps", None)
    again = pickling.load(_pickled(execution))
    assert getattr(again, PACKED) == getattr(execution, PACKED)
    assert pickling.load(_pickled(again)).to_history_output() == {"events": EVENTS}


def test_all_of_a_machine_share_it() -> None:
    some = [_ended("a"), _ended("b")]
    for execution in some:
        executions.pack(execution)
    first, second = pickling.load(_pickled(some))
    assert first.state_machine is second.state_machine
    assert first._activity_store is second._activity_store


class History:
    """LocalStack's manager of the events of an execution that goes on."""

    _history_event_list = EVENTS[:1]


@pytest.mark.parametrize(
    "environment",
    [
        None,
        SimpleNamespace(event_manager=History()),
        EndedEnvironment(History(), *empty_pools()),
        EndedEnvironment(PackedHistory.of(EVENTS), SimpleNamespace(_pool={1: 2}), empty_pools()[1]),
    ],
    ids=["not started", "running", "with an event to come", "with a token"],
)
def test_what_may_change_is_not_packed(environment: Any) -> None:
    execution = _execution(environment)
    executions.pack(execution)
    assert not hasattr(execution, PACKED)


def test_what_a_plain_pickle_cannot_have_is_left_to_the_save() -> None:
    execution = _ended()
    execution.local_mock_test_case = threading.Lock()
    executions.pack(execution)
    assert not hasattr(execution, PACKED)
    assert pickling.load(_pickled(execution)).to_history_output() == {"events": EVENTS}


@pytest.mark.parametrize("history", [executions.SavedHistory(EVENTS), History()])
def test_bytes_that_somebody_else_has_set_are_never_loaded(history: Any) -> None:
    """An exported file of somebody else may give an execution any attribute."""
    execution = _execution(SimpleNamespace(event_manager=history))
    setattr(execution, PACKED, pickle.dumps(Trap()))
    assert pickling.load(_pickled(execution)).name == "e"
    executions.pack(execution)
    assert not hasattr(execution, PACKED)


class Trap:
    """Fails when it is loaded from a pickle."""

    def __reduce__(self) -> Any:
        return pytest.fail, ("foreign bytes were loaded",)


def test_an_export_has_it_as_data_and_an_import_makes_it_again(tmp_path: Path) -> None:
    execution = _ended()
    executions.pack(execution)
    state = {"services": [], "stores": {"kept": execution}, "members": {}, "moment": 0.0}
    objects = exported.Encoder().encode_all(exported.RecordUnpickler(_pickled(state)).load())
    assert repr(objects).count("'ExecutionSucceeded'") == 1
    (tmp_path / STATE_JSON).write_text(json.dumps(objects))
    imported._make_state(tmp_path)
    with (tmp_path / STATE).open("rb") as file:
        found = pickling.load(file)["stores"]["kept"]
    assert found.to_describe_output() == execution.to_describe_output()
    assert found.to_history_output() == {"events": EVENTS}
