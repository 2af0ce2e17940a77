"""The metrics of a graph: expands CloudWatch's short notation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html#CloudWatch-Dashboard-Properties-Metrics-Array-Format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Options = Mapping[str, Any]
Row = Sequence[Any]
SAME, SAME_UP_TO_HERE = ".", "..."
SCALES = {"*", "/"}


@dataclass(frozen=True)
class Metric:
    """A metric, or an expression over the ids of others.

    Metrics that are not visible are only used in expressions. `colour` is empty if the graph
    chooses it.
    """

    id: str
    label: str
    stat: str
    period_s: int
    namespace: str = ""
    name: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    expression: str = ""
    colour: str = ""
    visible: bool = True

    @property
    def is_count(self) -> bool:
        """Whether the values may be added up to a total: sums, and sums of sums."""
        return self.stat == "Sum" and not SCALES & set(self.expression)

    def query(self) -> dict[str, Any]:
        """The query for GetMetricData.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
        """
        query: dict[str, Any] = {"Id": self.id, "ReturnData": self.visible}
        if self.expression:
            return query | {"Expression": self.expression}
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        metric = {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}
        stat = {"Metric": metric, "Period": self.period_s, "Stat": self.stat}
        return query | {"MetricStat": stat}


def metrics_of(properties: Mapping[str, Any]) -> tuple[Metric, ...]:
    """The metrics of a graph's properties. Metrics without an id get a unique one."""
    rows = list(_expanded(properties.get("metrics", ())))
    taken = {options["id"] for _, options in rows if "id" in options}
    free = (name for number in range(2 * len(rows)) if (name := f"m{number}") not in taken)
    return tuple(
        _metric(words, {"id": options.get("id") or next(free), **options}, properties)
        for words, options in rows
    )


def _expanded(rows: Sequence[Row]) -> Iterator[tuple[list[str], Options]]:
    """Yields the words and options of each row, with the abbreviations expanded."""
    previous: list[str] = []
    for row in rows:
        words = [part for part in row if isinstance(part, str)]
        options = next((part for part in row if isinstance(part, Mapping)), {})
        if words:
            previous = words = _expand(words, previous)
        yield words, options


def _expand(words: list[str], previous: list[str]) -> list[str]:
    if words[0] == SAME_UP_TO_HERE:
        own = words[1:]
        return previous[: len(previous) - len(own)] + own
    return [previous[n] if word == SAME else word for n, word in enumerate(words)]


def _metric(words: list[str], options: Options, graph: Mapping[str, Any]) -> Metric:
    namespace, name, *pairs = words or ("", "")
    return Metric(
        id=options["id"],
        label=options.get("label") or options.get("expression") or " ".join([name, *pairs[1::2]]),
        stat=options.get("stat") or graph.get("stat", "Average"),
        period_s=options.get("period") or graph.get("period", 300),
        namespace=namespace,
        name=name,
        dimensions=tuple(zip(pairs[::2], pairs[1::2], strict=True)),
        expression=options.get("expression", ""),
        colour=options.get("color", ""),
        visible=options.get("visible", True),
    )
