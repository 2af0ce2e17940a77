"""Evaluates the queries of one request: metrics, and expressions that refer to other queries."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from localstack_host.services.cloudwatch.data_points import NotUnderstood
from localstack_host.services.cloudwatch.metric_math import functions, syntax
from localstack_host.services.cloudwatch.metric_math.functions import Argument, Word, unsupported
from localstack_host.services.cloudwatch.metric_math.series import (
    Array,
    MetricStat,
    TimeSeries,
    Value,
    combine,
)
from localstack_host.services.cloudwatch.metric_math.syntax import (
    InvalidExpression,
    InvalidQuery,
    Node,
)

Query = Mapping[str, Any]  # a MetricDataQuery
WORDS = frozenset({"REPEAT", "LINEAR", "ASC", "DESC", *functions.SORTED_BY})
# CloudWatch has them. What they are about is not emulated.
NOT_EMULATED = {
    "ANOMALY_DETECTION_BAND": "models of metrics",
    "DB_PERF_INSIGHTS": "Performance Insights",
    "INSIGHT_RULE_METRIC": "Contributor Insights",
    "LAMBDA": "data sources that are functions",
    "SERVICE_QUOTA": "usage metrics",
}
SEARCH_PERIOD_S = 300


class Reader(Protocol):
    """Reads metrics, for the time of one request."""

    def metric(self, stat: MetricStat) -> TimeSeries:
        """The time series of a MetricStat."""

    def search(self, text: str, statistic: str, period_s: int) -> Array:
        """The time series that a search finds."""

    def periods(self, period_s: int) -> tuple[float, ...]:
        """When each period begins, as Unix times."""


class Queries:
    """The values of a request's queries, each computed once.

    `fills_nothing`: whether FILL has values where a metric has none at all, as for an alarm.
    Raises `InvalidQuery` for a query that is neither about a metric nor an expression.
    """

    def __init__(
        self, queries: Sequence[Query], reader: Reader, fills_nothing: bool = False
    ) -> None:
        for number, query in enumerate(queries, start=1):
            if "MetricStat" not in query and "Expression" not in query:
                # AWS also ends the line: moto/cloudwatch/responses.py.
                parameter = f"MetricDataQueries.member.{number}.MetricStat"
                raise InvalidQuery(f"The parameter {parameter} is required.\n")
        self._queries = {query["Id"]: query for query in queries}
        self._reader = reader
        self.fills_nothing = fills_nothing
        self._values: dict[str, Value] = {}
        self._begun: set[str] = set()

    def value(self, name: str) -> Value:
        """The value of a query. Raises `InvalidQuery` and `NotUnderstood`."""
        try:
            return self._value(name)
        except RecursionError as error:
            raise InvalidQuery("The expressions are nested too deeply") from error

    def result(self, name: str) -> TimeSeries | Array:
        """The value of a query that returns data. Raises `InvalidQuery` and `NotUnderstood`."""
        value = self.value(name)
        if isinstance(value, float):
            raise InvalidQuery(
                f"Error in expression '{name}': its result is a Scalar, and must be a time series "
                "or an array of time series"
            )
        return value

    def metrics(self, part: str = "") -> Array:
        """The metrics whose ids contain a text, in the order of the request."""
        names = [name for name, query in self._queries.items() if "MetricStat" in query]
        values = [self._value(name) for name in names if part in name]
        return tuple(value for value in values if isinstance(value, TimeSeries))

    def _value(self, name: str) -> Value:
        if name not in self._values:
            if name in self._begun:
                raise InvalidQuery(f"Error in expression '{name}': it refers to itself")
            self._begun.add(name)
            try:
                self._values[name] = self._computed(self._queries[name])
            finally:
                self._begun.discard(name)
        return self._values[name]

    def _computed(self, query: Query) -> Value:
        if "MetricStat" in query:
            series = self._reader.metric(query["MetricStat"])
            return replace(series, label=query.get("Label") or series.label)
        expression = query["Expression"]
        if expression.lstrip()[:6].upper() == "SELECT":
            raise NotUnderstood("queries of Metrics Insights are not emulated")
        try:
            return _Scope(self, query).value(syntax.parse(expression))
        except InvalidQuery:
            raise
        except InvalidExpression as error:
            raise InvalidQuery(f"Error in expression '{query['Id']}': {error}") from error

    def named(self, name: str) -> Value:
        """The value of a query that an expression names."""
        if name not in self._queries:
            raise InvalidExpression(f"unknown id '{name}'")
        return self._value(name)

    def search(self, text: str, statistic: str, period_s: int) -> Array:
        """SEARCH."""
        return self._reader.search(text, statistic, period_s)

    def constant(self, value: float, period_s: int) -> TimeSeries:
        """A value in every period."""
        periods = self._reader.periods(period_s)
        return TimeSeries(period_s, periods, {}).with_values(dict.fromkeys(periods, value))


class _Scope:
    """Evaluates one expression."""

    def __init__(self, request: Queries, query: Query) -> None:
        self._request = request
        self._query = query
        self._functions: Mapping[str, Callable[..., Value]] = {
            **functions.PURE,
            "FILL": self._fill,
            "METRICS": self._metrics,
            "PERIOD": _period,
            "SEARCH": self._search,
            "TIME_SERIES": self._time_series,
        }

    def value(self, node: Node) -> Value:
        """Raises `InvalidExpression` and `NotUnderstood`."""
        value = self._argument(node)
        if isinstance(value, Word | str):
            raise InvalidExpression(f"unexpected {value!r}")
        return value

    def _argument(self, node: Node) -> Argument:
        match node:
            case syntax.Number(value=number):
                return number
            case syntax.Text(text=text):
                return text
            case syntax.Name(name=name):
                return Word(name) if name in WORDS else self._request.named(name)
            case syntax.Negative(operand=operand):
                return combine("-", 0.0, self.value(operand))
            case syntax.Array(elements=elements):
                return tuple(self._elements(elements))
            case syntax.Operation():
                return self._operation(node)
            case syntax.Call(function=name, arguments=arguments):
                return self._called(name, arguments)

    def _operation(self, node: Node) -> Value:
        """A sum of 500 metrics is as deep on its left side, which is walked without recursion."""
        pending: list[syntax.Operation] = []
        while isinstance(node, syntax.Operation):
            pending.append(node)
            node = node.left
        value = self.value(node)
        while pending:
            operation = pending.pop()
            value = combine(operation.operator, value, self.value(operation.right))
        return value

    def _elements(self, nodes: Sequence[Node]) -> Iterator[TimeSeries]:
        for node in nodes:
            match self.value(node):
                case TimeSeries() as series:
                    yield series
                case tuple() as array:
                    yield from array
                case scalar:
                    raise unsupported("[]", scalar)

    def _called(self, name: str, nodes: Sequence[Node]) -> Value:
        if what := NOT_EMULATED.get(name):
            raise NotUnderstood(f"{name} is not emulated, as there are no {what} here")
        if not (function := self._functions.get(name)):
            raise InvalidExpression(f"unknown function '{name}'")
        arguments = [self._argument(node) for node in nodes]
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError as error:
            message = f"{name} does not take {len(arguments)} arguments"
            raise InvalidExpression(message) from error
        return function(*arguments)

    def _fill(self, series: Argument, filler: Argument) -> Value:
        return functions.fill(series, filler, self._request.fills_nothing)

    def _metrics(self, part: Argument = "") -> Value:
        if not isinstance(part, str):
            raise unsupported("METRICS", part)
        return self._request.metrics(part)

    def _search(self, text: Argument, statistic: Argument, period: Argument = 0.0) -> Value:
        if (
            not isinstance(text, str)
            or not isinstance(statistic, str)
            or not isinstance(period, float)
        ):
            raise unsupported("SEARCH", text, statistic, period)
        if not (period.is_integer() and period >= 0):
            raise InvalidExpression(f"the period of a search is {period}")
        return self._request.search(
            text, statistic, int(period or self._query.get("Period") or SEARCH_PERIOD_S)
        )

    def _time_series(self, value: Argument) -> Value:
        if not isinstance(value, float):
            raise unsupported("TIME_SERIES", value)
        period_s = self._query.get("Period") or min(
            (series.period_s for series in self._request.metrics()), default=None
        )
        if not period_s:
            raise InvalidQuery("Period must not be null")
        return replace(self._request.constant(value, period_s), label=self._query["Id"])


def _period(series: Argument) -> Value:
    if not isinstance(series, TimeSeries) or not series.is_metric:
        raise unsupported("PERIOD", series)
    return float(series.period_s)
