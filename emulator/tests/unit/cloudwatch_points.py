"""A database of data points in memory, as CloudWatch's."""

from __future__ import annotations

import sqlite3
from typing import Any

from localstack_host.services.cloudwatch.metric_store import INDEX, TABLES, Place, Points

HERE = Place("000000000000", "us-east-2")
COMMON = "account_id, region, metric_name, namespace, timestamp, dimensions, unit"
Row = tuple[Any, ...]


class Stored:
    """Data points of the metric `name`, with its dimensions in LocalStack's format."""

    def __init__(self, name: str, dimensions: str | None = None) -> None:
        self.database = sqlite3.connect(":memory:")
        single, aggregated = TABLES
        self.database.execute(f"CREATE TABLE {single} ({COMMON}, value)")
        self.database.execute(f"CREATE TABLE {aggregated} ({COMMON}, sample_count, sum, min, max)")
        for table in TABLES:
            self.database.execute(INDEX.format(table=table))
        self.common = (HERE.account, HERE.region, name, "N")
        self.dimensions = dimensions

    @property
    def points(self) -> Points:
        """Reads them."""
        return Points(self.database)

    def add(self, at: float, value: float, unit: str | None = None, **other: str | None) -> None:
        """Adds a single value."""
        row = (*self.common, at, other.get("dimensions", self.dimensions), unit, value)
        self.database.execute("INSERT INTO SINGLE_METRICS VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def add_set(self, at: float, *numbers: float, unit: str | None = None) -> None:
        """Adds a statistic set: count, sum, minimum and maximum."""
        row = (*self.common, at, self.dimensions, unit, *numbers)
        places = ", ".join("?" * len(row))
        self.database.execute(f"INSERT INTO AGGREGATED_METRICS VALUES ({places})", row)
