"""What PutMetricAlarm checks in an alarm on metric math, in AWS's words where they are known.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localstack_host.services.cloudwatch.metric_math.evaluation import Queries, Query
from localstack_host.services.cloudwatch.metric_math.series import Array, MetricStat, TimeSeries
from localstack_host.services.cloudwatch.metric_math.syntax import InvalidQuery

# Parameters of an alarm on one metric.
OF_ONE_METRIC = (
    *("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"),
)


def check(alarm: Mapping[str, Any]) -> None:
    """Raises `InvalidQuery`, and `NotUnderstood` for what is not emulated."""
    queries: Sequence[Query] = alarm.get("Metrics") or ()
    if not queries:
        return
    for name in OF_ONE_METRIC:
        if alarm.get(name):
            raise InvalidQuery(f"{name} should not be set if list of Metrics is set.")
    watched = [query for query in queries if query.get("ReturnData", True)]
    _check_periods(queries)
    evaluated = Queries(queries, _WithoutValues())
    for query in queries:
        evaluated.value(query["Id"])
    if len(watched) != 1:
        raise InvalidQuery("Exactly one element of the metrics list should return data.")
    if not isinstance(evaluated.result(watched[0]["Id"]), TimeSeries):
        raise InvalidQuery(
            f"Error in expression '{watched[0]['Id']}': an alarm watches a single time series"
        )


def _check_periods(queries: Sequence[Query]) -> None:
    if any(query.get("MetricStat") or query.get("Period") for query in queries):
        return
    raise InvalidQuery("Period must not be null")


class _WithoutValues:
    """Metrics without values: enough to learn of what type the result of an expression is."""

    def metric(self, stat: MetricStat) -> TimeSeries:
        return TimeSeries(stat["Period"], (), {}, is_metric=True)

    def search(self, _text: str, _statistic: str, _period_s: int) -> Array:
        raise InvalidQuery("SEARCH is not supported on Metric Alarms")

    def periods(self, _period_s: int) -> tuple[float, ...]:
        return ()
