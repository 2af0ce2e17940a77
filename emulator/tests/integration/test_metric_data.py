"""GetMetricData answers what a dashboard asks: percentiles, metric math, exact dimensions."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.waiting import eventually


def test_percentiles_and_metric_math_are_answered(cloud: Cloud) -> None:
    client, namespace = cloud.client("cloudwatch"), uuid.uuid4().hex
    dimensions = [{"Name": "step", "Value": "one"}]
    data = {"MetricName": "Time", "Dimensions": dimensions, "Values": [10.0, 20.0, 40.0]}
    other = [*dimensions, {"Name": "zone", "Value": "a"}]
    more = {"MetricName": "Time", "Dimensions": other, "Value": 5000.0}
    client.put_metric_data(Namespace=namespace, MetricData=[data, more])

    def query(stat: str) -> dict[str, Any]:
        metric = {"Namespace": namespace, "MetricName": "Time", "Dimensions": dimensions}
        return {"Id": stat.lower(), "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}

    now = datetime.now(UTC)
    share = {"Id": "share", "Expression": "100 * FILL(p50, 0) / sum"}
    answer = client.get_metric_data(
        MetricDataQueries=[share, query("p50"), query("Sum")],
        StartTime=now - timedelta(minutes=2),
        EndTime=now + timedelta(minutes=1),
    )

    found = {result["Id"]: result["Values"] for result in answer["MetricDataResults"]}
    assert found["p50"] == [20]
    assert found["sum"] == [70]
    assert [round(value, 2) for value in found["share"]] == [28.57]


def test_a_search_is_part_of_an_expression(cloud: Cloud) -> None:
    client, namespace = cloud.client("cloudwatch"), uuid.uuid4().hex
    for function, errors in (("one", 2.0), ("two", 3.0)):
        dimensions = [{"Name": "FunctionName", "Value": function}]
        datum = {"MetricName": "Errors", "Dimensions": dimensions, "Value": errors}
        client.put_metric_data(Namespace=namespace, MetricData=[datum])
    text = f"SEARCH('{{\"{namespace}\",FunctionName}} MetricName=\"Errors\"', 'Sum', 3600)"

    now = datetime.now(UTC)
    every, summed = (
        client.get_metric_data(
            MetricDataQueries=[{"Id": "e", "Expression": expression}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
        )["MetricDataResults"]
        for expression in (text, f"SUM({text})")
    )

    assert {result["Label"]: sum(result["Values"]) for result in every} == {"one": 2, "two": 3}
    assert [sum(result["Values"]) for result in summed] == [5]


def test_an_alarm_on_an_expression_that_aws_refuses_is_refused(cloud: Cloud) -> None:
    client = cloud.client("cloudwatch")
    metric = {"Namespace": "N", "MetricName": "Errors"}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    for expression, message in (
        ("FILL(METRICS(), 0)", "an alarm watches a single time series"),
        ("SUM(SEARCH('{N} Errors', 'Sum', 60))", "SEARCH is not supported on Metric Alarms"),
    ):
        with pytest.raises(ClientError) as refused:
            client.put_metric_alarm(
                AlarmName="refused",
                Metrics=[
                    {"Id": "e", "Expression": expression},
                    {"Id": "m", "MetricStat": stat, "ReturnData": False},
                ],
                EvaluationPeriods=1,
                ComparisonOperator="GreaterThanThreshold",
                Threshold=1,
            )
        assert refused.value.response["Error"]["Code"] == "ValidationError"
        assert message in refused.value.response["Error"]["Message"]


def test_an_alarm_watches_a_running_difference(cloud: Cloud) -> None:
    client, namespace = cloud.client("cloudwatch"), uuid.uuid4().hex
    client.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": "Errors", "Value": 7}])
    stat = {
        "Metric": {"Namespace": namespace, "MetricName": "Errors"},
        "Period": 60,
        "Stat": "Sum",
    }
    client.put_metric_alarm(
        AlarmName=namespace,
        Metrics=[
            {"Id": "watched", "Expression": "IF(grown > 5 AND HOUR(m) >= 0, 1, 0)"},
            {"Id": "grown", "Expression": "DIFF(FILL(m, 0))", "ReturnData": False},
            {"Id": "m", "MetricStat": stat, "ReturnData": False},
        ],
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=1,
    )

    def is_alarm() -> bool:
        (alarm,) = client.describe_alarms(AlarmNames=[namespace])["MetricAlarms"]
        return bool(alarm["StateValue"] == "ALARM")

    eventually(is_alarm, "alarm")
