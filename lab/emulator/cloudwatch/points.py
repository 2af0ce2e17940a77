"""What was measured, read from the database that LocalStack keeps it in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lab.emulator.cloudwatch.judging import Values, statistic

INDEX = """CREATE INDEX IF NOT EXISTS by_metric_and_time
           ON SINGLE_METRICS (namespace, metric_name, dimensions, timestamp)"""
POINTS = """SELECT timestamp, value FROM SINGLE_METRICS
            WHERE namespace = ? AND metric_name = ? AND dimensions IS ? AND timestamp > ?
            AND account_id = ? AND region = ?"""


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

    def series(self, wanted: Wanted, place: Place, periods: int, now: float) -> Values:
        """One value for each of the last `periods` periods, the newest first."""
        found: list[list[float]] = [[] for _ in range(periods)]
        begins = now - periods * wanted.period_s
        what = (wanted.namespace, wanted.name, wanted.stored_dimensions, begins)
        for at, value in self._database.execute(POINTS, (*what, place.account, place.region)):
            # A moment that is not over yet is in the newest period.
            found[max(int((now - at) // wanted.period_s), 0)].append(value)
        return [statistic(wanted.statistic, measured) for measured in found]
