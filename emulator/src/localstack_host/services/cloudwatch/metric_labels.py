"""Labels of GetMetricData's results. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

Query = Mapping[str, Any]
Measured = Sequence[tuple[datetime, float]]  # in the order of time

# If these differ between the queries of a request, the labels tell the queries apart by them.
TOLD_APART_BY = ("Stat", "Period")
DYNAMIC = re.compile(r"\$\{(?:PROP\('([^']*)'\)|([A-Z_]+))\}")
OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")


def default_labels(queries: Sequence[Query]) -> dict[str, str]:
    """The label of each query without one of its own, by id."""
    stats = [query["MetricStat"] for query in queries if query.get("MetricStat")]
    differing = [key for key in TOLD_APART_BY if len({stat[key] for stat in stats}) > 1]
    return {query["Id"]: " ".join(_words(query, differing)) for query in queries}


def _words(query: Query, differing: Sequence[str]) -> Iterator[str]:
    stat = query.get("MetricStat")
    if not stat:
        yield query["Id"]
        return
    yield stat["Metric"]["MetricName"]
    yield from (str(stat[key]) for key in differing)


def of_element(query: Query, element: str, stat: Mapping[str, Any] | None) -> Query:
    """The query for the label of one time series of an array: `Expression-Label Metric-Label`.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html. A label
    with dynamic parts stands for itself.
    """
    own = query.get("Label")
    joined = own if not own or DYNAMIC.search(own) else f"{own} {element}"
    return {"Id": query["Id"], "Label": joined, "MetricStat": stat}


def label(query: Query, default: str, measured: Measured, place: Any, offset: str = "") -> str:
    """The label of a result: the query's own, whose dynamic parts are replaced, or the default."""
    own = query.get("Label")
    if not own:
        return default
    values = _values(measured, _timezone(offset)) | {"LABEL": default}

    def replaced(match: re.Match[str]) -> str:
        name, function = match.groups()
        text = _property(name, query, place) if name is not None else values.get(function)
        return match[0] if text is None else text

    return DYNAMIC.sub(replaced, own)


def _property(name: str, query: Query, place: Any) -> str | None:
    stat = query.get("MetricStat")
    if name in ("AccountId", "Region"):
        return str(place.account if name == "AccountId" else place.region)
    if not stat:
        return str(query.get("Period", "")) if name == "Period" else None
    if name.startswith("Dim."):
        dimensions = stat["Metric"].get("Dimensions") or ()
        return next((d["Value"] for d in dimensions if d["Name"] == name[4:]), None)
    known = {**stat["Metric"], "Stat": stat["Stat"], "Period": stat["Period"]}
    return str(known[name]) if isinstance(known.get(name), str | int) else None


def _values(measured: Measured, zone: timezone) -> dict[str, str]:
    if not measured:
        return {"DATAPOINT_COUNT": "0"}
    numbers = [value for _, value in measured]
    by_value: Callable[[tuple[datetime, float]], float] = lambda point: point[1]  # noqa: E731
    named = {
        "FIRST": measured[0],
        "LAST": measured[-1],
        "MIN": min(measured, key=by_value),
        "MAX": max(measured, key=by_value),
    }
    texts = {name: _number(value) for name, (_, value) in named.items()}
    times = {f"{name}_TIME": f"{at.astimezone(zone):%H:%M}" for name, (at, _) in named.items()}
    texts |= times | {
        "SUM": _number(sum(numbers)),
        "AVG": _number(sum(numbers) / len(numbers)),
        "DATAPOINT_COUNT": str(len(numbers)),
    }
    for low, high in (("FIRST", "LAST"), ("MIN", "MAX")):
        texts[f"{low}_{high}_RANGE"] = _number(named[high][1] - named[low][1])
        apart = abs(named[high][0] - named[low][0])
        texts[f"{low}_{high}_TIME_RANGE"] = str(apart)
    return texts


def _number(value: float) -> str:
    return f"{value:.10g}"


def _timezone(offset: str) -> timezone:
    """The time zone in LabelOptions, such as +0130."""
    if not (match := OFFSET.fullmatch(offset or "")):
        return UTC
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(ahead if match[1] == "+" else -ahead)
