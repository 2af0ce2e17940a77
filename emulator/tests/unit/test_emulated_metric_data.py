"""GetMetricData on the emulator: percentiles, metric math, and what it does not understand."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest

from localstack_host.services.cloudwatch.alarm_evaluation import NotUnderstood, statistic
from localstack_host.services.cloudwatch.metric_data import MetricDataReader
from localstack_host.services.cloudwatch.metric_store import INDEX, Place, Points

HERE = Place("000000000000", "us-east-2")
COLUMNS = "account_id, region, metric_name, namespace, timestamp, dimensions, value"


def stat(query_id: str, name: str, stat: str = "Sum", **more: Any) -> dict[str, Any]:
    dimensions = [{"Name": "environment", "Value": "dev"}]
    metric = {"Namespace": "N", "MetricName": name, "Dimensions": dimensions}
    return {"Id": query_id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, **more}


def math(query_id: str, expression: str) -> dict[str, Any]:
    return {"Id": query_id, "Expression": expression}


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


@pytest.fixture
def reader() -> MetricDataReader:
    """From 600 to 780, three minutes: `Orders` in the first and the third, `Failed` in none."""
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE TABLE SINGLE_METRICS ({COLUMNS})")
    database.execute(INDEX)
    ours, others = "environment=dev\t", "environment=dev\tregion=here\t"
    orders = [
        (599, 64, ours),
        (599.5, 32, ours),
        (600, 1, ours),
        (659, 2, ours),
        (720, 4, ours),
        (780, 8, ours),
    ]
    for second, value, dimensions in [*orders, (601, 16, others)]:
        row = (HERE.account, HERE.region, "Orders", "N", second, dimensions, value)
        database.execute("INSERT INTO SINGLE_METRICS VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return MetricDataReader(Points(database), HERE, 600, 780)


def values(reader: MetricDataReader, *queries: dict[str, Any]) -> dict[str, dict[datetime, float]]:
    results = reader.results(queries, newest_first=False)
    return {r["Id"]: dict(zip(r["Timestamps"], r["Values"], strict=True)) for r in results}


def test_a_period_has_its_first_second_and_not_its_last(reader: MetricDataReader) -> None:
    assert values(reader, stat("a", "Orders")) == {"a": {at(600): 3, at(720): 4}}


def test_periods_begin_on_the_clock(reader: MetricDataReader) -> None:
    late = MetricDataReader(reader.points, HERE, 645, 780)
    assert values(late, stat("a", "Orders")) == {"a": {at(600): 3, at(720): 4}}


def test_the_newest_comes_first_unless_asked(reader: MetricDataReader) -> None:
    (result,) = reader.results([stat("a", "Orders")])
    assert result["Values"] == [4, 3]


def test_percentiles_are_known(reader: MetricDataReader) -> None:
    assert values(reader, stat("a", "Orders", "p50"))["a"][at(600)] == 1
    assert values(reader, stat("a", "Orders", "p99"))["a"][at(600)] == 2


def test_an_expression_may_stand_before_what_it_uses(reader: MetricDataReader) -> None:
    hidden = stat("a", "Orders", ReturnData=False)
    assert values(reader, math("e", "100 * a / 2"), hidden) == {"e": {at(600): 150, at(720): 200}}


def test_gaps_are_filled_and_nothing_at_all_is_not(reader: MetricDataReader) -> None:
    orders, failed = stat("a", "Orders"), stat("b", "Failed")
    both = values(reader, orders, failed, math("e", "FILL(a, 0) + FILL(b, 0)"))
    assert both["e"] == {at(600): 3, at(660): 0, at(720): 4}
    assert values(reader, failed, math("e", "FILL(b, 0)"))["e"] == {}


@pytest.mark.parametrize("expression", ["SUM(METRICS())", "missing + 1", "a +", "1 + 1"])
def test_what_is_not_understood_fails_alone(reader: MetricDataReader, expression: str) -> None:
    wrong, right = reader.results([math("e", expression), stat("a", "Orders")])
    assert (wrong["StatusCode"], wrong["Values"]) == ("InternalError", [])
    assert wrong["Messages"][0]["Code"] == "NotUnderstood"
    assert (right["StatusCode"], right["Values"]) == ("Complete", [4, 3])


def test_periods_of_different_length_are_not_mixed(reader: MetricDataReader) -> None:
    long = stat("b", "Orders")
    long["MetricStat"]["Period"] = 300
    *_, mixed = reader.results([stat("a", "Orders"), long, math("e", "a + b")])
    assert mixed["StatusCode"] == "InternalError"


@pytest.mark.parametrize("name", ["tm90", "pears", "Median"])
def test_a_statistic_that_is_not_known_is_said(name: str) -> None:
    with pytest.raises(NotUnderstood, match=name):
        statistic(name, [1.0])
