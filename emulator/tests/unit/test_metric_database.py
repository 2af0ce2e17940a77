"""The database of data points: what PutMetricData stores, and ListMetrics finds."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

from localstack_host.services.cloudwatch.database import Database, database
from localstack_host.services.cloudwatch.metric_store import MetricQuery, Points, keep_latest
from localstack_host.state import members
from tests.unit.cloudwatch_points import HERE

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(CloudwatchDatabase, "CLOUDWATCH_DATA_ROOT", str(tmp_path / "made"))
    file = str(tmp_path / "made" / "metrics.db")
    monkeypatch.setattr(CloudwatchDatabase, "METRICS_DB", file)
    monkeypatch.setattr(CloudwatchDatabase, "METRICS_DB_READ_ONLY", f"file:{file}?mode=ro")
    return database()


def put(metrics: Database, *data: dict[str, Any]) -> None:
    named = [{"MetricName": "m", "Timestamp": AT, **datum} for datum in data]
    metrics.add_metric_data(HERE.account, HERE.region, "N", named)


def read(metrics: Database, name: str, dimensions: Any = None) -> float | None:
    """A statistic of the minute in which everything was put."""
    query = MetricQuery.of(
        {"Namespace": "N", "MetricName": "m", "Dimensions": dimensions}, name, 60
    )
    with Points.at(metrics.METRICS_DB) as points:
        (value,) = points.measured(query, HERE, AT.timestamp(), 1).of(None).values(name)
    return value


@pytest.mark.parametrize(
    ("datum", "found"),
    [
        ({"Value": 0.0}, (1, 0, 0)),
        ({"Values": [1.0, 10.0]}, (2, 11, 10)),
        ({"Values": [1.0, 10.0], "Counts": [2.0, 4.0]}, (6, 42, 10)),
        ({"Values": [1.0, 3.0], "Counts": [1_000_000.0, 0.0]}, (1_000_000, 1_000_000, 1)),
        (
            {"StatisticValues": {"SampleCount": 10, "Sum": 55, "Minimum": 1, "Maximum": 10}},
            (10, 55, 10),
        ),
        (
            {
                "Values": [11.0],
                "StatisticValues": {"SampleCount": 10, "Sum": 55, "Minimum": 1, "Maximum": 10},
            },
            (11, 66, 11),
        ),
    ],
)
def test_every_form_of_a_datum_counts(
    metrics: Database, datum: dict[str, Any], found: tuple[float, ...]
) -> None:
    put(metrics, datum)
    names = ("SampleCount", "Sum", "Maximum")
    assert tuple(read(metrics, name) for name in names) == found


def test_counted_values_have_percentiles(metrics: Database) -> None:
    put(metrics, {"Values": [1.0, 2.0], "Counts": [9.0, 1.0]})
    assert (read(metrics, "p90"), read(metrics, "p91")) == (1, 2)


def test_only_the_latest_are_kept_and_a_count_is_one(metrics: Database) -> None:
    keep_latest(metrics.METRICS_DB, 3)
    put(metrics, *({"Values": [float(number)], "Counts": [5.0]} for number in range(10)))
    assert read(metrics, "SampleCount") == 15


A = {"Name": "a", "Value": "1"}
SHOP = {"Name": "shop-a", "Value": "1=2"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], [[], [A], [A, SHOP]]),
        ([A], [[A], [A, SHOP]]),
        ([{"Name": "a"}], [[A], [A, SHOP]]),
        ([{"Name": "shop-a"}], [[A, SHOP]]),
        ([{"Name": "a", "Value": "2"}], []),
        ([{"Name": "op-a"}], []),
    ],
)
def test_metrics_are_found_by_whole_dimensions(
    metrics: Database, wanted: list[dict[str, str]], found: list[list[dict[str, str]]]
) -> None:
    put(metrics, *({"Value": 1.0, "Dimensions": each} for each in ([], [SHOP, A], [A])))
    listed = metrics.list_metrics(HERE.account, HERE.region, "N", "m", wanted)["metrics"]
    assert sorted((each["dimensions"] for each in listed), key=len) == found


def test_another_namespace_or_name_has_none(metrics: Database) -> None:
    put(metrics, {"Value": 1.0})
    for namespace, name in (("N", "other"), ("Other", "m"), ("Other", None)):
        assert metrics.list_metrics(HERE.account, HERE.region, namespace, name, []) == {
            "metrics": []
        }


def test_a_copy_is_complete_while_others_write(
    metrics: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = SimpleNamespace(cloudwatch_database=metrics)
    monkeypatch.setattr(members, "provider_of", lambda _service: provider)
    stopped, target = threading.Event(), tmp_path / "copy.db"

    def write() -> None:
        while not stopped.is_set():
            put(metrics, *({"Value": 1.0} for _ in range(100)))

    writing = threading.Thread(target=write)
    writing.start()
    try:
        counts = [_copied(metrics, target) for _ in range(30)]
    finally:
        stopped.set()
        writing.join()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_a_copy_waits_for_who_writes_without_the_lock(
    metrics: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = SimpleNamespace(cloudwatch_database=metrics)
    monkeypatch.setattr(members, "provider_of", lambda _service: provider)
    put(metrics, *({"Value": 1.0} for _ in range(100)))
    with closing(sqlite3.connect(metrics.METRICS_DB, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM SINGLE_METRICS")
        committing = threading.Timer(0.2, other.commit)
        committing.start()
        assert _copied(metrics, tmp_path / "copy.db") == 0
        committing.join()


def _copied(metrics: Database, target: Path) -> int:
    members.copy_metrics(Path(metrics.METRICS_DB), target)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        count: int = copy.execute("SELECT COUNT(*) FROM SINGLE_METRICS").fetchone()[0]
    assert count % 100 == 0  # nothing of a request without the rest
    return count
