"""GetMetricData answers what a dashboard asks: percentiles, metric math, exact dimensions."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.conftest import Cloud


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
