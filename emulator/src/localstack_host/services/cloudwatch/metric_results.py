"""The results of GetMetricData: values and labels of each query.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.cloudwatch import metric_labels
from localstack_host.services.cloudwatch.data_points import NotUnderstood
from localstack_host.services.cloudwatch.metric_data import MetricDataReader
from localstack_host.services.cloudwatch.metric_math.evaluation import Queries
from localstack_host.services.cloudwatch.metric_math.series import TimeSeries

Query = Mapping[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """How results are written; `label_offset` is the time zone of labels, such as +0130."""

    newest_first: bool = True
    label_offset: str = ""


def results(
    queries: Sequence[Query], reader: MetricDataReader, options: Options = Options()
) -> Iterator[Result]:
    """Yields the results of each query with ReturnData, in their order, without pages.

    An array of time series has as many results with the same id. The result of a query that is
    not emulated has the status `InternalError` and a message. Raises `InvalidQuery`.
    """
    evaluated = Queries(queries, reader)
    defaults = metric_labels.default_labels(queries)
    for query in queries:
        default = defaults[query["Id"]]
        try:
            evaluated.value(query["Id"])
        except NotUnderstood as error:
            if query.get("ReturnData", True):
                yield _not_understood(query, default, error)
            continue
        if not query.get("ReturnData", True):
            continue
        result = evaluated.result(query["Id"])
        is_array = isinstance(result, tuple)
        for series in result if isinstance(result, tuple) else (result,):
            labelled = _labelled(query, default, series, is_array)
            yield _result(*labelled, series, reader, options)


def _labelled(query: Query, default: str, series: TimeSeries, is_array: bool) -> tuple[Query, str]:
    """The query whose label a time series has, and its label if the query has none."""
    if not is_array:
        return query, default
    return metric_labels.of_element(query, series.label, series.stat), series.label


def _result(
    query: Query, default: str, series: TimeSeries, reader: MetricDataReader, options: Options
) -> Result:
    pairs = [(datetime.fromtimestamp(at, UTC), value) for at, value in series.values.items()]
    label = metric_labels.label(query, default, pairs, reader.place, options.label_offset)
    if options.newest_first:
        pairs.reverse()
    result: Result = {
        "Id": query["Id"],
        "Label": label,
        "Timestamps": [at for at, _ in pairs],
        "Values": [value for _, value in pairs],
        "StatusCode": "Complete",
    }
    if len(series.units) > 1:
        message = f"Multiple units returned: '[{', '.join(series.units)}]'"
        result["Messages"] = [{"Code": "MultipleUnits", "Value": message}]
    return result


def _not_understood(query: Query, default: str, error: NotUnderstood) -> Result:
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or default,
        "Timestamps": [],
        "Values": [],
        "StatusCode": "InternalError",
        "Messages": [{"Code": "NotUnderstood", "Value": str(error)}],
    }
