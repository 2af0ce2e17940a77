"""LocalStack's database of data points, with faster writing and exact filters.

LocalStack opens the file for each metric of a request, and stores a value with a count of 1,000 a
thousand times. Its filter for dimensions also finds those whose names only end in the same way.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase

from localstack_host.services.cloudwatch.patches import connect_without_syncing

Datum = Mapping[str, Any]  # a MetricDatum of PutMetricData
INSERT_VALUE = """INSERT INTO SINGLE_METRICS (account_id, region, metric_name, namespace, timestamp,
                  dimensions, unit, storage_resolution, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_SET = """INSERT INTO AGGREGATED_METRICS (account_id, region, metric_name, namespace,
                timestamp, dimensions, unit, storage_resolution, sample_count, sum, min, max)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
METRICS = """SELECT metric_name, namespace, dimensions, MAX(timestamp) FROM (
               SELECT metric_name, namespace, dimensions, account_id, region, timestamp
               FROM SINGLE_METRICS UNION ALL
               SELECT metric_name, namespace, dimensions, account_id, region, timestamp
               FROM AGGREGATED_METRICS)
             WHERE account_id = ? AND region = ?
             AND (? IS NULL OR namespace = ?) AND (? IS NULL OR metric_name = ?)
             GROUP BY metric_name, namespace, dimensions ORDER BY MAX(timestamp) DESC"""


def database() -> Database:
    """Opens the database, or makes it."""
    untyped: Any = Database
    opened: Database = untyped()
    return opened


class Database(CloudwatchDatabase):
    """The database of all accounts and regions."""

    def add_metric_data(
        self, account_id: str, region: str, namespace: str, metric_data: Sequence[Datum]
    ) -> None:
        """Stores the data points of a request, in one transaction."""
        values: list[tuple[Any, ...]] = []
        sets: list[tuple[Any, ...]] = []
        for datum in metric_data:
            common = self._common(account_id, region, namespace, datum)
            for value, count in _values(datum):
                if count == 1:
                    values.append((*common, value))
                elif count > 0:
                    sets.append((*common, count, value * count, value, value))
            if found := datum.get("StatisticValues"):
                sets.append((*common, *_statistic_set(found)))
        with self.DATABASE_LOCK:
            connection = connect_without_syncing(self.METRICS_DB)
            try:
                connection.executemany(INSERT_VALUE, values)
                connection.executemany(INSERT_SET, sets)
                connection.commit()
            finally:
                connection.close()

    def _common(
        self, account: str, region: str, namespace: str, datum: Datum
    ) -> tuple[str | int | None, ...]:
        at = datum.get("Timestamp")
        seconds = int(at.timestamp() if isinstance(at, datetime) else time.time())
        dimensions = _stored(datum.get("Dimensions") or ())
        unit, resolution = datum.get("Unit"), datum.get("StorageResolution")
        name = datum["MetricName"]
        return account, region, name, namespace, seconds, dimensions, unit, resolution

    def list_metrics(
        self,
        account_id: str,
        region: str,
        namespace: str | None,
        metric_name: str | None,
        dimensions: Sequence[Mapping[str, str]],
    ) -> dict[str, Any]:
        """The metrics with these dimensions, and maybe others; a filter may have a name alone."""
        wanted = (account_id, region, namespace, namespace, metric_name, metric_name)
        with self.DATABASE_LOCK:
            connection = sqlite3.connect(self.METRICS_DB)
            try:
                rows = connection.execute(METRICS, wanted).fetchall()
            finally:
                connection.close()
        found = [(name, space, _restored(stored)) for name, space, stored, _ in rows]
        return {
            "metrics": [
                {"metric_name": name, "namespace": space, "dimensions": pairs}
                for name, space, pairs in found
                if all(_has(pairs, each) for each in dimensions)
            ]
        }


def _values(datum: Datum) -> Iterator[tuple[float, float]]:
    """The values, each with how often it was measured."""
    if datum.get("Value") is not None:
        yield datum["Value"], 1
    elif values := datum.get("Values"):
        yield from zip(values, datum.get("Counts") or [1] * len(values), strict=False)


def _statistic_set(found: Mapping[str, float]) -> tuple[float, ...]:
    return found["SampleCount"], found["Sum"], found["Minimum"], found["Maximum"]


def _stored(dimensions: Sequence[Mapping[str, str]]) -> str | None:
    """Dimensions in LocalStack's format."""
    pairs = sorted((each["Name"], each["Value"]) for each in dimensions)
    return "".join(f"{name}={value}\t" for name, value in pairs) or None


def _restored(stored: str | None) -> list[dict[str, str]]:
    pairs = (each.partition("=") for each in (stored or "").split("\t") if each)
    return [{"Name": name, "Value": value} for name, _, value in pairs]


def _has(dimensions: Sequence[Mapping[str, str]], wanted: Mapping[str, str]) -> bool:
    return any(
        each["Name"] == wanted["Name"] and wanted.get("Value") in (None, each["Value"])
        for each in dimensions
    )
