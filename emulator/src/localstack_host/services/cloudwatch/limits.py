"""Data points and alarms that CloudWatch does not store; LocalStack does.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from localstack_host.localstack_api import CommonServiceException

MOST_DIMENSIONS = 30
STATISTICS = ("Maximum", "Minimum", "SampleCount", "Sum")


def check_data(data: Sequence[Mapping[str, Any]]) -> None:
    """Raises InvalidParameterValue for what is no data point.

    Those in AWS's own namespaces are stored: alarms on metrics of AWS's can be tried with them.
    """
    for number, datum in enumerate(data, start=1):
        path = f"MetricData.member.{number}"
        if len(datum.get("Dimensions") or ()) > MOST_DIMENSIONS:
            raise _invalid(
                f"The collection {path}.Dimensions must not have a size greater than"
                f" {MOST_DIMENSIONS}."
            )
        for name, value in _numbers(datum):
            if not isfinite(value):
                shown = str(value).replace("nan", "NaN").replace("inf", "Infinity")
                raise _invalid(f"The value {shown} for parameter {path}.{name} is invalid.")


def _numbers(datum: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    if datum.get("Value") is not None:
        yield "Value", datum["Value"]
    for name in ("Values", "Counts"):
        for position, value in enumerate(datum.get(name) or (), start=1):
            yield f"{name}.member.{position}", value
    for name in STATISTICS:
        value = (datum.get("StatisticValues") or {}).get(name)
        if value is not None:
            yield f"StatisticValues.{name}", value


def check_alarm(request: Mapping[str, Any]) -> None:
    """Raises ValidationError for an alarm of two statistics, or of more data points than it has."""
    if request.get("Statistic") and request.get("ExtendedStatistic"):
        raise _wrong("An alarm has either Statistic or ExtendedStatistic, not both.")
    needed, periods = request.get("DatapointsToAlarm"), request.get("EvaluationPeriods")
    if needed and periods and needed > periods:
        raise _wrong(
            f"DatapointsToAlarm ({needed}) must be less than or equal to EvaluationPeriods"
            f" ({periods})."
        )


def _invalid(text: str) -> CommonServiceException:
    return CommonServiceException("InvalidParameterValue", text, 400, sender_fault=True)


def _wrong(text: str) -> CommonServiceException:
    return CommonServiceException("ValidationError", text, 400, sender_fault=True)
