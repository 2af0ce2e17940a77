"""The commands of a query: each turns events, or what the command before left, into others.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from localstack_host.services.logs.insights.expressions import Expression, Group
from localstack_host.services.logs.insights.values import (
    Row,
    in_order,
    shown,
    truth,
)
from localstack_host.services.regular_expressions import DOT_ALL, RegularExpression

MOST_RESULTS = 10_000
DEFAULT_COLUMNS = ("@timestamp", "@message")


@dataclass(frozen=True)
class Column:
    """An expression, and the name that its values get."""

    expression: Expression
    name: str

    def add_to(self, row: Row) -> None:
        """Sets the field, if the expression has a value and is none already."""
        value = self.expression.value(row)
        if value is not None:
            row[self.name] = value


@dataclass(frozen=True)
class Result:
    """What there is after a command. Without `columns`, none were named yet."""

    rows: Iterable[Row]
    columns: tuple[str, ...] = ()
    is_aggregated: bool = False
    is_sorted: bool = False

    def latest_first(self) -> Result:
        """In the order of events whose query names no other."""
        if self.is_sorted or self.is_aggregated:
            return self
        rows = in_order(self.rows, lambda row: row.get("@timestamp"), descending=True)
        return replace(self, rows=rows, is_sorted=True)


class Command(Protocol):
    """One command of a query."""

    def apply(self, before: Result) -> Result:
        """What is left after it."""


@dataclass(frozen=True)
class Fields:
    """`fields` adds columns; `display` replaces them."""

    columns: Sequence[Column]
    replaces: bool = False

    def apply(self, before: Result) -> Result:
        """Computes the fields of each row."""
        names = tuple(column.name for column in self.columns)
        earlier = () if self.replaces else before.columns
        return replace(
            before,
            rows=self._computed(before.rows),
            columns=tuple(dict.fromkeys((*earlier, *names))),
        )

    def _computed(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            for column in self.columns:
                column.add_to(row)
            yield row


@dataclass(frozen=True)
class Filter:
    """`filter` keeps the rows for which an expression is true."""

    condition: Expression

    def apply(self, before: Result) -> Result:
        """Drops the others."""
        rows = (row for row in before.rows if truth(self.condition.value(row)))
        return replace(before, rows=rows)


@dataclass(frozen=True)
class Stats:
    """`stats … by …` has one row for each group of rows."""

    columns: Sequence[Column]
    by: Sequence[Column] = ()

    def apply(self, before: Result) -> Result:
        """Groups in the order of time, and computes what is asked of each group."""
        groups: dict[tuple[object, ...], Group] = {}
        time = (lambda row: row.get("@timestamp")) if not before.is_aggregated else None
        for row in in_order(before.rows, time, descending=False) if time else before.rows:
            keys = {column.name: column.expression.value(row) for column in self.by}
            groups.setdefault(tuple(keys.values()), Group(keys)).rows.append(row)
        if not groups and not self.by:
            groups[()] = Group({})
        names = tuple(column.name for column in (*self.by, *self.columns))
        return Result([self._row(group) for group in groups.values()], names, is_aggregated=True)

    def _row(self, group: Group) -> Row:
        return dict(group) | {one.name: one.expression.value(group) for one in self.columns}


@dataclass(frozen=True)
class Sort:
    """`sort` by the first key, and where that is the same, by the next."""

    keys: Sequence[tuple[Expression, bool]]
    """With each expression, whether its order is descending."""

    def apply(self, before: Result) -> Result:
        """Sorts by the last key first: what is equal keeps its order."""
        rows = before.latest_first().rows
        for expression, descending in reversed(self.keys):
            rows = in_order(rows, expression.value, descending)
        return replace(before, rows=rows, is_sorted=True)


@dataclass(frozen=True)
class Limit:
    """`limit` keeps the first rows."""

    most: int

    def apply(self, before: Result) -> Result:
        """Of events without an order, those are the latest."""
        sorted_before = before.latest_first()
        return replace(sorted_before, rows=list(sorted_before.rows)[: self.most])


@dataclass(frozen=True)
class Dedup:
    """`dedup` keeps the first row with the same values of some fields."""

    fields: Sequence[str]

    def apply(self, before: Result) -> Result:
        """Rows without one of the fields stay."""
        sorted_before = before.latest_first()
        return replace(sorted_before, rows=self._first(sorted_before.rows))

    def _first(self, rows: Iterable[Row]) -> Iterator[Row]:
        seen: set[tuple[object, ...]] = set()
        for row in rows:
            key = tuple(row.get(name) for name in self.fields)
            if None in key or key not in seen:
                seen.add(key)
                yield row


@dataclass(frozen=True)
class Parse:
    """`parse` makes fields of the parts of a text, by their positions or their names."""

    source: Expression
    pattern: RegularExpression
    names: Sequence[str] = field(default=())

    def apply(self, before: Result) -> Result:
        """Rows that do not match stay as they are."""
        names = tuple(self.names or self.pattern.groupindex)
        return replace(before, rows=self._parsed(before.rows), columns=self._shown(before, names))

    @staticmethod
    def _shown(before: Result, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(before.columns or DEFAULT_COLUMNS), *names)))

    def _parsed(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            text = self.source.value(row)
            match = self.pattern.search(shown(text)) if text is not None else None
            if match:
                pairs = (
                    zip(self.names, match.groups(), strict=False)
                    if self.names
                    else match.groupdict().items()
                )
                row |= {name: value for name, value in pairs if value is not None}
            yield row


def glob(text: str) -> RegularExpression:
    """The pattern of `parse … as`: each `*` is a part, anything else is itself."""
    parts = "(.*?)".join(map(re.escape, text.split("*")))
    return RegularExpression(parts + ("$" if text.endswith("*") else ""), DOT_ALL)
