"""Queries: what they find in log groups, as GetQueryResults answers.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from localstack_host.services.logs import stored_events
from localstack_host.services.logs.insights import discovery, language
from localstack_host.services.logs.insights.commands import (
    DEFAULT_COLUMNS,
    MOST_RESULTS,
    Command,
    Dedup,
    Filter,
    Limit,
    Result,
    Stats,
)
from localstack_host.services.logs.insights.values import Row, shown

KEPT = 100  # queries; AWS keeps them for seven days
KEPT_ROWS = 100_000  # of all these queries; a row takes about a kilobyte
REDUCING = (Dedup, Limit, Stats)  # after these, a filter is not one of events
Place = tuple[str, str]  # account and region


@dataclass
class Statistics:
    """How many events were read, how many of them passed the filters, and their size."""

    records: int = 0
    matched: int = 0
    size: int = 0  # bytes

    def as_aws(self) -> dict[str, float]:
        """As in an answer."""
        return {
            "recordsMatched": float(self.matched),
            "recordsScanned": float(self.records),
            "bytesScanned": float(self.size),
        }


@dataclass(frozen=True)
class Query:
    """A query that has ended."""

    place: Place
    text: str
    groups: tuple[str, ...]
    results: list[list[dict[str, str]]]
    statistics: Statistics
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: int = field(default_factory=lambda: int(time.time() * 1000))


class Queries:
    """The latest queries of all accounts and regions."""

    def __init__(self) -> None:
        self._ended: OrderedDict[str, Query] = OrderedDict()
        self._lock = threading.Lock()

    def run(
        self, place: Place, text: str, groups: Mapping[str, Any], times: tuple[int, int], most: int
    ) -> Query:
        """Runs a query in log groups (moto's, by name), from one second to another, both included.

        Raises Malformed if the text is no query.
        """
        commands, statistics = language.compiled(text), Statistics()
        result = Result(_read(place[0], groups, times, statistics))
        for command in _counted(commands, statistics):
            result = command.apply(result)
        found = list(_shown(result, most))
        query = Query(place, text, tuple(groups), found, statistics)
        with self._lock:
            self._ended[query.id] = query
            self._forget()
        return query

    def _forget(self) -> None:
        """Forgets the oldest queries, and never the latest."""
        rows = sum(len(query.results) for query in self._ended.values())
        while len(self._ended) > 1 and (len(self._ended) > KEPT or rows > KEPT_ROWS):
            _, oldest = self._ended.popitem(last=False)
            rows -= len(oldest.results)

    def get(self, place: Place, number: str) -> Query | None:
        """A query by its ID, if it is of this account and region, and not forgotten."""
        query = self._ended.get(number)
        return query if query and query.place == place else None

    def of(self, place: Place) -> list[Query]:
        """The queries of an account and region, the latest first."""
        with self._lock:
            return [query for query in reversed(self._ended.values()) if query.place == place]


def _read(
    account: str, groups: Mapping[str, Any], times: tuple[int, int], statistics: Statistics
) -> Iterator[Row]:
    first, last = times[0] * 1000, times[1] * 1000 + 999
    for name, group in groups.items():
        for stream in list(group.streams.values()):
            source = discovery.Source(account, name, stream.log_stream_name)
            for event in stored_events.of(stream).between(first, last):
                if first <= event.timestamp <= last:
                    statistics.records += 1
                    statistics.size += len(event.message.encode())
                    yield discovery.fields(event, source)


@dataclass(frozen=True)
class _Count:
    """Counts what has passed the filters before it."""

    statistics: Statistics

    def apply(self, before: Result) -> Result:
        return Result(self._counted(before.rows), before.columns)

    def _counted(self, rows: Any) -> Iterator[Row]:
        for row in rows:
            self.statistics.matched += 1
            yield row


def _counted(commands: Sequence[Command], statistics: Statistics) -> list[Command]:
    """The commands, with one that counts after the last filter of events."""
    after = 0
    for number, command in enumerate(commands, start=1):
        if isinstance(command, Filter):
            after = number
        elif isinstance(command, REDUCING):
            break
    return [*commands[:after], _Count(statistics), *commands[after:]]


def _shown(result: Result, most: int) -> Iterator[list[dict[str, str]]]:
    ordered = result.latest_first()
    columns = result.columns or DEFAULT_COLUMNS
    if not result.is_aggregated:
        columns = (*columns, "@ptr")
    for row in islice(ordered.rows, min(most, MOST_RESULTS)):
        yield [
            {"field": name, "value": shown(value)}
            for name in columns
            if (value := row.get(name)) is not None
        ]
