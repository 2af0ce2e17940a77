"""What was measured, read from the database that LocalStack keeps it in."""

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
# A trigger of SQLite: every so often an insertion takes the oldest points away.
KEEP_LATEST = """CREATE TRIGGER IF NOT EXISTS keep_latest_{table} AFTER INSERT ON {table}
                 WHEN NEW.id % {every} = 0
                 BEGIN DELETE FROM {table} WHERE id <= NEW.id - {most}; END"""


def keep_latest(path: str, most: int) -> None:
    """Lets the database in this file keep about so many data points, and forget the oldest."""
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
class Wanted:
    """A metric, and what to make of it: a statistic for each of so many periods up to now."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period_s: int

    @classmethod
    def of(cls, metric: Mapping[str, Any], stat: str, period_s: int) -> Wanted:
        """From a `Metric` as CloudWatch describes it."""
        pairs = sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or ())
        return cls(metric["Namespace"], metric["MetricName"], tuple(pairs), stat, period_s)

    @property
    def stored_dimensions(self) -> str | None:
        """As LocalStack writes them."""
        return "".join(f"{name}={value}\t" for name, value in self.dimensions) or None


class Points:
    """Reads from the database; of what was put as a set of statistics, nothing."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def at(cls, path: str) -> Iterator[Points]:
        """The database in a file."""
        database = sqlite3.connect(path)
        try:
            database.execute(INDEX)
            yield cls(database)
        finally:
            database.close()

    def series(self, requested: Wanted, place: Place, periods: int, now: float) -> Values:
        """One value for each of the last `periods` periods, the newest first."""
        found: list[list[float]] = [[] for _ in range(periods)]
        for at, value in self._measured(requested, place, now - periods * requested.period_s):
            # A moment that is not over yet is in the newest period.
            found[max(int((now - at) // requested.period_s), 0)].append(value)
        return [statistic(requested.statistic, measured) for measured in found]

    def over(self, requested: Wanted, place: Place, begin: float, periods: int) -> Values:
        """One value for each of `periods` periods from a time on, the oldest first."""
        found: list[list[float]] = [[] for _ in range(periods)]
        for at, value in self._measured(requested, place, begin - 1):
            number = int((at - begin) // requested.period_s)
            if 0 <= number < periods:
                found[number].append(value)
        return [statistic(requested.statistic, measured) for measured in found]

    def _measured(
        self, requested: Wanted, place: Place, after: float
    ) -> Iterator[tuple[float, float]]:
        """What was measured after a time, and when."""
        what = (requested.namespace, requested.name, requested.stored_dimensions, after)
        yield from self._database.execute(POINTS, (*what, place.account, place.region))
