"""The functions of expressions that need nothing but their arguments."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise

from localstack_host.services.cloudwatch.metric_math.series import (
    Array,
    TimeSeries,
    Value,
    attempt,
    kind,
    over,
)
from localstack_host.services.cloudwatch.metric_math.syntax import InvalidExpression

NO_VALUE = math.nan


@dataclass(frozen=True)
class Word:
    """A word such as REPEAT or DESC."""

    word: str


Argument = Value | Word | str
Function = Callable[..., Value]
Numbers = Sequence[float]


def unsupported(name: str, *arguments: object) -> InvalidExpression:
    """The error for arguments of a type that the function does not take."""
    types = ", ".join(each.word if isinstance(each, Word) else kind(each) for each in arguments)
    return InvalidExpression(f"unsupported argument types for {name}: ({types})")


def _of_each(name: str, function: Callable[[TimeSeries], TimeSeries]) -> Function:
    """A function of a time series, applied to each of an array, too."""

    def applied(argument: Argument) -> Value:
        match argument:
            case TimeSeries():
                return function(argument)
            case tuple():
                return tuple(map(function, argument))
        raise unsupported(name, argument)

    return applied


def _of_values(name: str, function: Callable[[float], float]) -> Function:
    return _of_each(name, lambda series: series.mapped(function))


@dataclass(frozen=True)
class Aggregate:
    """A scalar of a time series; of an array, a time series with one value for each time.

    `number` gets the values, and how many there would be if none was missing.
    """

    name: str
    number: Callable[[Numbers, int], float]

    def __call__(self, argument: Argument) -> Value:
        """Raises `InvalidExpression` for other arguments."""
        match argument:
            case TimeSeries():
                return self.of_series(argument)
            case ():
                return EMPTY
            case tuple():
                return self._of_array(argument)
        raise unsupported(self.name, argument)

    def of_series(self, series: TimeSeries) -> float:
        """The scalar; NaN if there is none."""
        return attempt(lambda: self.number([*series.values.values()], len(series.periods)))

    def _of_array(self, array: Array) -> TimeSeries:
        together: dict[float, list[float]] = {}
        for series in array:
            for at, value in series.values.items():
                together.setdefault(at, []).append(value)
        values = {
            at: attempt(lambda n=together[at]: self.number(n, len(array)))
            for at in sorted(together)
        }
        return over(array).with_values(values)


EMPTY = TimeSeries(60, (), {})

# Missing values are 0 for AVG alone. STDDEV is that of the population.
AGGREGATES: Mapping[str, Aggregate] = {
    name: Aggregate(name, number)
    for name, number in {
        "AVG": lambda values, count: sum(values) / count,
        "DATAPOINT_COUNT": lambda values, _: len(values),
        "MAX": lambda values, _: max(values),
        "MIN": lambda values, _: min(values),
        "STDDEV": lambda values, _: statistics.pstdev(values),
        "SUM": lambda values, _: math.fsum(values),
    }.items()
}
SORTED_BY = ("AVG", "MIN", "MAX", "SUM")


def _steps(series: TimeSeries, step: Callable[[float, float], float]) -> TimeSeries:
    """A function of the seconds and of the change since the last value; not for the first value."""
    return series.with_values(
        {
            at: attempt(step, at - before, value - previous)
            for (before, previous), (at, value) in pairwise(series.values.items())
        }
    )


def _running_sum(series: TimeSeries) -> TimeSeries:
    sums = accumulate(series.values.values())
    return series.with_values(dict(zip(series.values, sums, strict=True)))


def _of_times(name: str, number: Callable[[datetime], float]) -> Function:
    """A function of the time of each period (UTC), which has a value in each of them."""

    def applied(argument: Argument) -> Value:
        if not isinstance(argument, TimeSeries):
            raise unsupported(name, argument)
        times = {at: datetime.fromtimestamp(at, UTC) for at in argument.periods}
        return argument.with_values({at: number(time) for at, time in times.items()})

    return applied


def _array(name: str, argument: Argument) -> Array:
    if not isinstance(argument, tuple):
        raise unsupported(name, argument)
    return argument


def _first(argument: Argument) -> Value:
    array = _array("FIRST", argument)
    return array[0] if array else EMPTY


def _last(argument: Argument) -> Value:
    array = _array("LAST", argument)
    return array[-1] if array else EMPTY


def _metric_count(argument: Argument) -> Value:
    return float(len(_array("METRIC_COUNT", argument)))


def _remove_empty(argument: Argument) -> Value:
    return tuple(series for series in _array("REMOVE_EMPTY", argument) if series.values)


def _slice(array: Argument, start: Argument, end: Argument = math.inf) -> Value:
    if not isinstance(start, float) or not isinstance(end, float):
        raise unsupported("SLICE", array, start, end)
    return tuple(
        series for number, series in enumerate(_array("SLICE", array)) if start <= number < end
    )


def _sort(array: Argument, by: Argument, order: Argument, most: Argument = math.inf) -> Value:
    """Time series without values are the last, whatever the order."""
    if not (
        isinstance(by, Word)
        and by.word in SORTED_BY
        and order in (Word("ASC"), Word("DESC"))
        and isinstance(most, float)
    ):
        raise unsupported("SORT", array, by, order, most)
    number = AGGREGATES[by.word].of_series
    every = _array("SORT", array)
    some = [series for series in every if series.values]
    some.sort(key=number, reverse=order == Word("DESC"))
    return _slice((*some, *(series for series in every if not series.values)), 0.0, most)


def _if(condition: Argument, then: Argument, otherwise: Argument = EMPTY) -> Value:
    """Where the condition is not 0, `then`, and 0 if that has no value there."""
    match condition, then, otherwise:
        case float(), TimeSeries() | float(), TimeSeries() | float():
            return _chosen(condition, then, otherwise)
        case TimeSeries(), TimeSeries() | float(), TimeSeries() | float():
            values = {
                at: _at(then, at, 0.0) if holds else _at(otherwise, at, NO_VALUE)
                for at, holds in condition.values.items()
            }
            return condition.with_values(values)
    raise unsupported("IF", condition, then, otherwise)


def _chosen(condition: float, then: Value, otherwise: Value) -> Value:
    return otherwise if math.isnan(condition) or not condition else then


def _at(value: TimeSeries | float, at: float, missing: float) -> float:
    return value if isinstance(value, float) else value.values.get(at, missing)


def fill(series: Argument, filler: Argument, fills_nothing: bool) -> Value:
    """FILL. Without `fills_nothing`, time series that have no value at all stay without."""
    match series:
        case TimeSeries():
            return _filled(series, filler) if series.values or fills_nothing else series
        case tuple():
            return tuple(
                _filled(each, filler) if each.values or fills_nothing else each for each in series
            )
    raise unsupported("FILL", series, filler)


def _filled(series: TimeSeries, filler: Argument) -> TimeSeries:
    match filler:
        case float() | TimeSeries():
            values = {at: _at(filler, at, NO_VALUE) for at in series.periods}
        case Word("REPEAT"):
            values = dict(_repeated(series))
        case Word("LINEAR"):
            values = dict(_interpolated(series))
        case _:
            raise unsupported("FILL", series, filler)
    return series.with_values(dict(sorted((values | dict(series.values)).items())))


def _repeated(series: TimeSeries) -> Iterable[tuple[float, float]]:
    latest = NO_VALUE
    for at in series.periods:
        latest = series.values.get(at, latest)
        yield at, latest


def _interpolated(series: TimeSeries) -> Iterable[tuple[float, float]]:
    """Values on the line between those at both ends of a gap."""
    gaps = pairwise(series.values.items())
    gap = next(gaps, None)
    for at in series.periods:
        while gap and gap[1][0] <= at:
            gap = next(gaps, None)
        if gap and gap[0][0] < at:
            (begin, first), (end, last) = gap
            yield at, first + (last - first) * (at - begin) / (end - begin)


PURE: Mapping[str, Function] = {
    **AGGREGATES,
    "ABS": _of_values("ABS", abs),
    "CEIL": _of_values("CEIL", math.ceil),
    "FLOOR": _of_values("FLOOR", math.floor),
    "LOG": _of_values("LOG", math.log),
    "LOG10": _of_values("LOG10", math.log10),
    "DIFF": _of_each("DIFF", lambda series: _steps(series, lambda _, change: change)),
    "DIFF_TIME": _of_each("DIFF_TIME", lambda series: _steps(series, lambda seconds, _: seconds)),
    "RATE": _of_each(
        "RATE", lambda series: _steps(series, lambda seconds, change: change / seconds)
    ),
    "RUNNING_SUM": _of_each("RUNNING_SUM", _running_sum),
    "MINUTE": _of_times("MINUTE", lambda time: time.minute),
    "HOUR": _of_times("HOUR", lambda time: time.hour),
    "DAY": _of_times("DAY", lambda time: time.isoweekday()),
    "DATE": _of_times("DATE", lambda time: time.day),
    "MONTH": _of_times("MONTH", lambda time: time.month),
    "YEAR": _of_times("YEAR", lambda time: time.year),
    "EPOCH": _of_times("EPOCH", lambda time: time.timestamp()),
    "FIRST": _first,
    "LAST": _last,
    "METRIC_COUNT": _metric_count,
    "REMOVE_EMPTY": _remove_empty,
    "SLICE": _slice,
    "SORT": _sort,
    "IF": _if,
}
