"""Reads data points from LocalStack's database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localstack_host.services.cloudwatch.alarm_evaluation import Values, statistic

INDEX = """CREATE INDEX IF NOT EXISTS by_metric_and_time
           ON SINGLE_METRICS (namespace, metric_name, dimensions, timestamp)"""
POINTS = """SELECT timestamp, value FROM SINGLE_METRICS
            WHERE namespace = ? AND metric_name = ? AND dimensions IS ? AND timestamp > ?
            AND account_id = ? AND region = ?"""
TABLES = ("SINGLE_METRICS", "AGGREGATED_METRICS")
# A trigger of SQLite that deletes the oldest points, once per {every} insertions.
KEEP_LATEST = """CREATE TRIGGER IF NOT EXISTS keep_latest_{table} AFTER INSERT ON {table}
                 WHEN NEW.id % {every} = 0
                 BEGIN DELETE FROM {table} WHERE id <= NEW.id - {most}; END"""


def keep_latest(path: str, most: int) -> None:
    """Limits a database file to about `most` data points; the oldest are deleted."""
    database = sqlite3.connect(path)
    try:
        for table in TABLES:
            every = max(most // 100, 1)
            database.execute(KEEP_LATEST.format(table=table, every=every, most=most))
        database.commit()
    finally:
        database.close()


@dataclass(frozen=True)
class Place:
    """An account and a region."""

    account: str
    region: str


@dataclass(frozen=True)
class MetricQuery:
    """A metric, with the statistic and the period to compute."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period_s: int

    @classmethod
    def of(cls, metric: Mapping[str, Any], stat: str, period_s: int) -> MetricQuery:
        """Creates a query from CloudWatch's structure `Metric`."""
        pairs = sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or ())
        return cls(metric["Namespace"], metric["MetricName"], tuple(pairs), stat, period_s)

    @property
    def stored_dimensions(self) -> str | None:
        """The dimensions in LocalStack's format."""
        return "".join(f"{name}={value}\t" for name, value in self.dimensions) or None


class Points:
    """Reads single values from the database; statistic sets are not included."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def at(cls, path: str) -> Iterator[Points]:
        """Opens the database in a file."""
        database = sqlite3.connect(path)
        try:
            database.execute(INDEX)
            yield cls(database)
        finally:
            database.close()

    def series(self, requested: MetricQuery, place: Place, periods: int, now: float) -> Values:
        """One value for each of the last `periods` periods, newest first."""
        by_period: list[list[float]] = [[] for _ in range(periods)]
        for at, value in self._measured(requested, place, now - periods * requested.period_s):
            # Times after `now` count in the newest period.
            by_period[max(int((now - at) // requested.period_s), 0)].append(value)
        return [statistic(requested.statistic, measured) for measured in by_period]

    def over(self, requested: MetricQuery, place: Place, begin: float, periods: int) -> Values:
        """One value for each of `periods` periods from `begin`, oldest first."""
        by_period: list[list[float]] = [[] for _ in range(periods)]
        for at, value in self._measured(requested, place, begin - 1):
            number = int((at - begin) // requested.period_s)
            if 0 <= number < periods:
                by_period[number].append(value)
        return [statistic(requested.statistic, measured) for measured in by_period]

    def _measured(
        self, requested: MetricQuery, place: Place, after: float
    ) -> Iterator[tuple[float, float]]:
        """The data points after a time: times and values."""
        what = (requested.namespace, requested.name, requested.stored_dimensions, after)
        yield from self._database.execute(POINTS, (*what, place.account, place.region))
