"""Stores and reads data points in LocalStack's database, and limits how many it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localstack_host.services.cloudwatch.data_points import DataPoint, Series

TABLES = ("SINGLE_METRICS", "AGGREGATED_METRICS")
INDEX = """CREATE INDEX IF NOT EXISTS by_metric_and_time_{table}
           ON {table} (namespace, metric_name, dimensions, timestamp)"""
POINTS = """SELECT timestamp, unit, 1, value, value, value FROM SINGLE_METRICS
            WHERE namespace = :namespace AND metric_name = :name AND dimensions IS :dimensions
            AND timestamp >= :begin AND timestamp < :end
            AND account_id = :account AND region = :region
            UNION ALL
            SELECT timestamp, unit, sample_count, sum, min, max FROM AGGREGATED_METRICS
            WHERE namespace = :namespace AND metric_name = :name AND dimensions IS :dimensions
            AND timestamp >= :begin AND timestamp < :end
            AND account_id = :account AND region = :region"""
METRICS = """SELECT DISTINCT namespace, metric_name, dimensions FROM {table}
             WHERE account_id = ? AND region = ?"""
# A trigger of SQLite that deletes the oldest points, once per {every} insertions.
KEEP_LATEST = """CREATE TRIGGER IF NOT EXISTS keep_latest_{table} AFTER INSERT ON {table}
                 WHEN NEW.id % {every} = 0
                 BEGIN DELETE FROM {table} WHERE id <= NEW.id - {most}; END"""

NO_UNIT = "None"
# If a request names no unit, the values with the first of these units are its result. The order was
# seen on AWS by LocalStack's authors: tests/aws/services/cloudwatch/test_cloudwatch.py.
PREFERRED_UNITS = (
    *("Megabits", "Terabits", "Gigabits", "Count", "Bytes", "Gigabytes", "Gigabytes/Second"),
    *("Kilobytes", "Kilobits/Second", "Terabytes", "Terabits/Second", "Bytes/Second", "Percent"),
    *("Megabytes", "Megabits/Second", "Milliseconds", "Microseconds", "Kilobytes/Second"),
    *("Gigabits/Second", "Megabytes/Second", "Bits", "Bits/Second", "Count/Second", "Seconds"),
    *("Kilobits", "Terabytes/Second", NO_UNIT),
)

Pairs = tuple[tuple[str, str], ...]
"""Dimensions: names and values."""


def latest_begin(now: float, period_s: int, periods: int) -> float:
    """When the first of the last periods begins (Unix times)."""
    # Whole seconds are stored: a value of this second belongs to the newest period.
    return int(now) + 1 - periods * period_s


def keep_latest(path: str, most: int) -> None:
    """Limits a database file to about `most` data points; the oldest are deleted.

    A value that was measured several times, and put with its count, is one data point.
    """
    database = sqlite3.connect(path)
    try:
        every = max(most // 100, 1)
        for table in TABLES:
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
    """A metric, with the statistic and the period to compute, and a unit or None for any."""

    namespace: str
    name: str
    dimensions: Pairs
    statistic: str
    period_s: int
    unit: str | None = None

    @classmethod
    def of(
        cls, metric: Mapping[str, Any], stat: str, period_s: int, unit: str | None = None
    ) -> MetricQuery:
        """Creates a query from CloudWatch's structure `Metric`."""
        pairs = sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or ())
        return cls(metric["Namespace"], metric["MetricName"], tuple(pairs), stat, period_s, unit)

    @property
    def stored_dimensions(self) -> str | None:
        """The dimensions in LocalStack's format."""
        return "".join(f"{name}={value}\t" for name, value in self.dimensions) or None


@dataclass(frozen=True)
class Measured:
    """The data points of a metric by unit, each kept apart."""

    by_unit: Mapping[str, Series]
    empty: Series

    def of(self, unit: str | None) -> Series:
        """The data points with a unit; without one, those with the preferred unit."""
        if unit is None:
            unit = next((each for each in PREFERRED_UNITS if each in self.by_unit), NO_UNIT)
        return self.by_unit.get(unit, self.empty)


class Points:
    """Reads data points from the database."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def at(cls, path: str) -> Iterator[Points]:
        """Opens the database in a file."""
        database = sqlite3.connect(path)
        try:
            # Each time: a state that is loaded brings its own file.
            for table in TABLES:
                database.execute(INDEX.format(table=table))
            yield cls(database)
        finally:
            database.close()

    def measured(self, wanted: MetricQuery, place: Place, begin: float, periods: int) -> Measured:
        """The data points in `periods` periods from `begin`, by unit."""
        by_unit: dict[str, list[list[DataPoint]]] = {}
        end = begin + periods * wanted.period_s
        for at, unit, *values in self._rows(wanted, place, begin, end):
            by_period = by_unit.setdefault(unit or NO_UNIT, [[] for _ in range(periods)])
            by_period[int((at - begin) // wanted.period_s)].append(DataPoint(*map(float, values)))
        empty: Sequence[list[DataPoint]] = [[] for _ in range(periods)]
        return Measured(
            {unit: Series(begin, wanted.period_s, points) for unit, points in by_unit.items()},
            Series(begin, wanted.period_s, empty),
        )

    def metrics(self, place: Place) -> Iterator[tuple[str, str, Pairs]]:
        """The namespace, the name and the dimensions of each metric."""
        rows: set[tuple[str, str, str | None]] = set()
        for table in TABLES:
            listed = METRICS.format(table=table)
            rows.update(self._database.execute(listed, (place.account, place.region)))
        for namespace, name, stored in rows:
            pairs = (each.partition("=") for each in (stored or "").split("\t") if each)
            yield namespace, name, tuple((key, value) for key, _, value in pairs)

    def latest(self, wanted: MetricQuery, place: Place, periods: int, now: float) -> Series:
        """The data points of the last `periods` periods."""
        begin = latest_begin(now, wanted.period_s, periods)
        return self.measured(wanted, place, begin, periods).of(wanted.unit)

    def _rows(
        self, wanted: MetricQuery, place: Place, begin: float, end: float
    ) -> Iterator[tuple[Any, ...]]:
        parameters = {
            "namespace": wanted.namespace,
            "name": wanted.name,
            "dimensions": wanted.stored_dimensions,
            "begin": begin,
            "end": end,
            "account": place.account,
            "region": place.region,
        }
        yield from self._database.execute(POINTS, parameters)
