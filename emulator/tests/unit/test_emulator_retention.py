"""What the emulator keeps has an end: the latest stay, the oldest go, and what stays is whole."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.host import settings
from localstack_host.host.errors import HostError
from localstack_host.services.cloudwatch import metric_store
from localstack_host.services.logs import provider as logs
from localstack_host.services.ses import mails
from localstack_host.services.stepfunctions import ended_executions

STARTED = {"id": 1, "type": "ExecutionStarted", "timestamp": datetime(2026, 1, 1, tzinfo=UTC)}
SUCCEEDED = {"id": 2, "type": "ExecutionSucceeded", "timestamp": STARTED["timestamp"]}


class History:
    """LocalStack's manager of an execution's events."""

    def __init__(self, *events: Any) -> None:
        self.events = list(events)

    def get_event_history(self) -> list[Any]:
        return list(self.events)


def _environment(history: History) -> Any:
    callbacks, map_runs = ended_executions.empty_pools()
    return SimpleNamespace(
        event_manager=history,
        callback_pool_manager=callbacks,
        map_run_record_pool_manager=map_runs,
    )


def test_a_packed_history_says_the_same_each_time() -> None:
    kept = ended_executions.EndedEnvironment.of(_environment(History(STARTED, SUCCEEDED)))
    assert isinstance(kept.event_manager, ended_executions.PackedHistory)
    for _ in range(2):
        assert kept.event_manager.get_event_history() == [STARTED, SUCCEEDED]


def test_a_packed_history_takes_a_tenth_of_the_memory() -> None:
    event = {"id": 1, "type": "TaskSucceeded", "details": {"output": '{"status": "ok"} ' * 30}}
    many = [{**event, "id": number} for number in range(50)]
    packed = ended_executions.PackedHistory.of(many).packed
    assert len(packed) < len(str(many)) / 10


def test_the_end_of_an_execution_that_ran_too_long_is_told_when_its_last_state_has_ended() -> None:
    history = History(STARTED)
    kept = ended_executions.EndedEnvironment.of(_environment(history))
    history.events.append({**SUCCEEDED, "type": "ExecutionTimedOut"})
    assert kept.event_manager.get_event_history()[-1]["type"] == "ExecutionTimedOut"


def test_stopping_what_has_ended_changes_nothing() -> None:
    kept = ended_executions.EndedEnvironment.of(_environment(History(STARTED, SUCCEEDED)))
    kept.set_stop(stop_date=None, cause=None, error=None)
    assert kept.event_manager.get_event_history() == [STARTED, SUCCEEDED]


def test_executions_that_ended_first_are_forgotten_first() -> None:
    forgotten: list[int] = []
    latest = ended_executions.Latest(3, forgotten.append)
    for number in range(10):
        latest.add(number)
    assert forgotten == [0, 1, 2, 3, 4, 5, 6]


def test_executions_may_come_while_somebody_goes_through_all() -> None:
    started = [SimpleNamespace(exec_worker=SimpleNamespace(env="its own")) for _ in "ab"]
    executions = ended_executions.Executions(zip("ab", started, strict=True))
    for execution in executions.values():
        executions[f"new {id(execution)}"] = execution
        executions.pop("a", None)
    assert len(executions) == 3


def test_the_latest_mails_stay_and_the_files_of_the_others_go() -> None:
    forgotten: list[str] = []
    kept = mails.Latest(2, forgotten.append)
    for number in "abcde":
        kept[number] = {"Id": number}
    assert forgotten == ["a", "b", "c"]
    assert [mail["Id"] for mail in kept.values()] == ["d", "e"]


def test_the_latest_log_events_of_all_streams_stay() -> None:
    streams: Counter[str] = Counter()

    def drop(stream: Any, count: int) -> None:
        streams[stream[3]] -= count
        assert streams[stream[3]] >= 0

    latest = logs.Latest(10, drop)
    for number in range(100):
        name = "ab"[number % 2]
        streams[name] += 3
        latest.add(("1", "r", "g", name), 3)
        assert sum(streams.values()) <= 10
    assert sum(streams.values()) == 10


def test_events_of_one_call_that_are_too_many_are_cut() -> None:
    dropped: list[int] = []
    logs.Latest(10, lambda _stream, count: dropped.append(count)).add(("1", "r", "g", "s"), 25)
    assert sum(dropped) == 15


@pytest.fixture
def metrics(tmp_path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(tmp_path / "metrics.db")
    for table in metric_store.TABLES:
        database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, value NUMERIC)")
    metric_store.keep_latest(str(tmp_path / "metrics.db"), 1_000)
    return database


@pytest.mark.parametrize("table", metric_store.TABLES)
def test_the_latest_data_points_stay(metrics: sqlite3.Connection, table: str) -> None:
    rows = [(number,) for number in range(5_000)]
    metrics.executemany(f"INSERT INTO {table} (value) VALUES (?)", rows)
    found = [value for (value,) in metrics.execute(f"SELECT value FROM {table}")]
    assert 1_000 <= len(found) < 1_020
    assert found[-1] == 4_999


def test_every_number_of_the_emulator_can_be_set_and_is_handed_to_it() -> None:
    given = {setting.variable: " 7 " for setting in settings.ALL}
    assert settings.variables(given) == {setting.variable: "7" for setting in settings.ALL}
    assert settings.variables({}) == {}


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5", "1e3", "²"])
def test_a_number_that_is_none_is_refused_with_the_variable_and_what_was_given(wrong: str) -> None:
    with pytest.raises(HostError, match="LOCALSTACK_HOST_KEPT_MAILS is") as refused:
        settings.variables({"LOCALSTACK_HOST_KEPT_MAILS": wrong})
    assert wrong in str(refused.value)
