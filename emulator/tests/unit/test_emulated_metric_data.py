"""GetMetricData on the emulator: percentiles, metric math, and what is not emulated."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from localstack_host.services.cloudwatch.data_points import DataPoint, NotUnderstood, statistic
from localstack_host.services.cloudwatch.metric_data import MetricDataReader, statistics
from localstack_host.services.cloudwatch.metric_math.syntax import InvalidQuery
from localstack_host.services.cloudwatch.metric_pages import InvalidToken, page
from localstack_host.services.cloudwatch.metric_results import Options, results
from localstack_host.services.cloudwatch.metric_store import MetricQuery
from tests.unit.cloudwatch_points import HERE, Stored

NOW = 900.0


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
    stored = Stored("Orders", "environment=dev\t")
    for second, value in [(599, 64), (600, 1), (659, 2), (720, 4), (780, 8)]:
        stored.add(second, value)
    stored.add(601, 16, dimensions="environment=dev\tregion=here\t")
    return MetricDataReader(stored.points, HERE, 600, 780, NOW)


def values(reader: MetricDataReader, *queries: dict[str, Any]) -> dict[str, dict[datetime, float]]:
    found = results(queries, reader, Options(newest_first=False))
    return {r["Id"]: dict(zip(r["Timestamps"], r["Values"], strict=True)) for r in found}


def test_a_period_has_its_first_second_and_not_its_last(reader: MetricDataReader) -> None:
    assert values(reader, stat("a", "Orders")) == {"a": {at(600): 3, at(720): 4}}


def test_periods_begin_on_the_clock(reader: MetricDataReader) -> None:
    late = MetricDataReader(reader.points, HERE, 645, 780, NOW)
    assert values(late, stat("a", "Orders")) == {"a": {at(600): 3, at(720): 4}}


@pytest.mark.parametrize(
    ("period_s", "days"), [(1, 3 / 24), (59, 3 / 24), (60, 15), (300, 63), (3600, 455)]
)
def test_only_what_is_kept_for_its_period_is_read(
    reader: MetricDataReader, period_s: int, days: float
) -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC).timestamp()
    for_ever = replace(reader, start=0, end=now * 100, now=now)
    periods = for_ever.periods(period_s)
    assert 0 <= now - days * 24 * 3600 - periods[0] < period_s
    assert now + 2 * 3600 - period_s <= periods[-1] < now + 2 * 3600


def test_the_newest_comes_first_unless_asked(reader: MetricDataReader) -> None:
    (result,) = results([stat("a", "Orders")], reader)
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


@pytest.mark.parametrize("expression", ["SERVICE_QUOTA(a)", "SELECT SUM(Orders) FROM N"])
def test_what_is_not_emulated_fails_alone(reader: MetricDataReader, expression: str) -> None:
    wrong, right = results([math("e", expression), stat("a", "Orders")], reader)
    assert (wrong["StatusCode"], wrong["Values"]) == ("InternalError", [])
    assert "not emulated" in wrong["Messages"][0]["Value"]
    assert (right["StatusCode"], right["Values"]) == ("Complete", [4, 3])


def test_an_expression_that_is_none_fails_the_request(reader: MetricDataReader) -> None:
    with pytest.raises(InvalidQuery, match="Error in expression 'e': unknown id 'missing'"):
        list(results([math("e", "missing + 1"), stat("a", "Orders")], reader))


def test_periods_of_different_length_are_joined(reader: MetricDataReader) -> None:
    long = stat("b", "Orders", ReturnData=False)
    long["MetricStat"]["Period"] = 300
    summed = values(reader, stat("a", "Orders", ReturnData=False), long, math("e", "a + b"))
    assert summed["e"] == {at(600): 3 + 15, at(720): 4}


class TestArrays:
    def test_each_time_series_is_a_result_with_both_labels(self, reader: MetricDataReader) -> None:
        queries = [
            stat("a", "Orders", ReturnData=False, Label="orders"),
            stat("b", "Failed", ReturnData=False),
            math("e", "FILL(METRICS(), 0) * 2") | {"Label": "Doubled:"},
        ]
        found = list(results(queries, reader))
        assert [(r["Id"], r["Label"]) for r in found] == [
            ("e", "Doubled: orders"),
            ("e", "Doubled: Failed"),
        ]
        assert [r["Values"] for r in found] == [[8, 0, 6], []]

    def test_a_search_finds_metrics_by_their_dimensions(self, reader: MetricDataReader) -> None:
        search = """SEARCH('{N,environment} MetricName="Orders"', 'Sum', 60)"""
        assert values(reader, math("e", search)) == {"e": {at(600): 3, at(720): 4}}
        every = list(results([math("e", "SEARCH('{N} Orders', 'Sum', 60)")], reader))
        assert [(r["Label"], r["Values"]) for r in every] == [("dev", [4, 3]), ("dev here", [16])]

    def test_dynamic_labels_are_those_of_each_time_series(self, reader: MetricDataReader) -> None:
        query = math("e", "SEARCH('{N} Orders', 'Sum', 60)")
        label = {"Label": "${PROP('Dim.environment')} ${LAST}"}
        assert [r["Label"] for r in results([query | label], reader)] == ["dev 4", "dev 16"]

    def test_a_query_must_be_about_something(self, reader: MetricDataReader) -> None:
        with pytest.raises(InvalidQuery) as refused:
            list(results([stat("a", "Orders"), {"Id": "e"}], reader))
        required = "The parameter MetricDataQueries.member.2.MetricStat is required.\n"
        assert str(refused.value) == required

    def test_what_uses_something_that_is_not_emulated_is_not_either(
        self, reader: MetricDataReader
    ) -> None:
        band = math("e", "SERVICE_QUOTA(a)") | {"ReturnData": False}
        on_it, fine = results([band, math("f", "e + 1"), stat("a", "Orders")], reader)
        assert (on_it["StatusCode"], fine["StatusCode"]) == ("InternalError", "Complete")

    def test_a_hidden_query_may_be_a_scalar(self, reader: MetricDataReader) -> None:
        hidden = math("s", "MAX(a)") | {"ReturnData": False}
        queries = [hidden, math("e", "a / s"), stat("a", "Orders", ReturnData=False)]
        assert values(reader, *queries) == {"e": {at(600): 0.75, at(720): 1}}

    def test_a_search_that_finds_nothing_has_no_results(self, reader: MetricDataReader) -> None:
        assert list(results([math("e", "SEARCH('{N} Nothing', 'Sum', 60)")], reader)) == []


class TestStatistics:
    MEASURED = tuple(map(DataPoint.of, [4, 1, 3, 2]))
    # 1, 2, … 100, as a request puts them with `Values` and `Counts`.
    HUNDRED = tuple(DataPoint.of(value, 10) for value in range(10, 101, 10))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("Sum", 10), ("Average", 2.5), ("Minimum", 1), ("Maximum", 4), ("SampleCount", 4)),
            *(("p50", 2), ("p99", 4), ("IQM", 2), ("PR(:2)", 50), ("PR(2:3)", 50)),
        ],
    )
    def test_a_statistic_is_made_of_all_values(self, name: str, value: float) -> None:
        assert statistic(name, self.MEASURED) == value
        assert statistic(name, []) is None

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("p10", 10), ("p10.5", 20), ("p100", 100), ("tm50", 30), ("TM(20%:40%)", 30)),
            *(("tc50", 50), ("ts50", 1500), ("wm50", 40), ("TM(:25)", 15), ("TC(95:)", 10)),
        ],
    )
    def test_counts_weigh_values(self, name: str, value: float) -> None:
        assert statistic(name, self.HUNDRED) == value

    @pytest.mark.parametrize(
        ("name", "value"),
        [("Sum", 66), ("SampleCount", 11), ("Minimum", 1), ("Maximum", 11), ("Average", 6)],
    )
    def test_sets_count_as_the_values_that_they_are_of(self, name: str, value: float) -> None:
        assert statistic(name, [DataPoint.of(11), DataPoint(10, 55, 1, 10)]) == value

    def test_a_percentile_of_a_set_of_several_values_is_not_known(self) -> None:
        assert statistic("p90", [DataPoint(10, 55, 1, 10)]) is None
        assert statistic("p90", [DataPoint(10, 50, 5, 5)]) == 5

    @pytest.mark.parametrize("name", ["pears", "Median", "TM(10%:20)", "p101"])
    def test_one_that_is_not_known_is_said(self, name: str) -> None:
        with pytest.raises(NotUnderstood):
            statistic(name, [DataPoint.of(1.0)])


class TestUnits:
    @pytest.fixture
    def reader(self) -> MetricDataReader:
        stored = Stored("Took", "environment=dev\t")
        for value, unit in [(60, "Seconds"), (60_000, "Milliseconds"), (5, "Count"), (7, None)]:
            stored.add(600, value, unit)
        stored.add_set(610, 2, 40, 10, 30, unit="Seconds")
        return MetricDataReader(stored.points, HERE, 600, 660, NOW)

    @pytest.mark.parametrize(
        ("unit", "found"), [("Seconds", [100]), ("Count", [5]), ("None", [7]), ("Bytes", [])]
    )
    def test_only_what_was_asked_for_is_counted(
        self, reader: MetricDataReader, unit: str, found: list[float]
    ) -> None:
        query = stat("a", "Took")
        query["MetricStat"]["Unit"] = unit
        (result,) = results([query], reader)
        assert (result["Values"], "Messages" in result) == (found, False)

    def test_without_a_unit_the_first_is_taken_and_all_are_named(
        self, reader: MetricDataReader
    ) -> None:
        (result,) = results([stat("a", "Took")], reader)
        assert result["Values"] == [5]
        units = "[Count, Milliseconds, None, Seconds]"
        said = {"Code": "MultipleUnits", "Value": f"Multiple units returned: '{units}'"}
        assert result["Messages"] == [said]

    def test_statistics_are_given_for_each_unit(self, reader: MetricDataReader) -> None:
        measured = reader.measured(
            MetricQuery("N", "Took", (("environment", "dev"),), "", period_s=60)
        )
        found = statistics(measured, None, ["Sum"], ["p50"])
        by_unit = {point["Unit"]: (point["Sum"], point["ExtendedStatistics"]) for point in found}
        assert by_unit == {
            "Seconds": (100, {}),
            "Milliseconds": (60_000, {"p50": 60_000}),
            "Count": (5, {"p50": 5}),
            "None": (7, {"p50": 7}),
        }


class TestLabels:
    def labels(self, reader: MetricDataReader, *queries: dict[str, Any]) -> list[str]:
        return [result["Label"] for result in results(queries, reader)]

    def query(self, name: str, period: int, **more: Any) -> dict[str, Any]:
        query = stat(f"{name.lower()}{period}", "Orders", name, **more)
        query["MetricStat"]["Period"] = period
        return query

    @pytest.mark.parametrize(
        ("first", "second", "labels"),
        [
            (("Sum", 60), ("Minimum", 30), ["Orders Sum 60", "Orders Minimum 30"]),
            (("Sum", 60), ("Minimum", 60), ["Orders Sum", "Orders Minimum"]),
            (("Sum", 60), ("Sum", 30), ["Orders 60", "Orders 30"]),
        ],
    )
    def test_queries_of_one_metric_are_told_apart(
        self, reader: MetricDataReader, first: Any, second: Any, labels: list[str]
    ) -> None:
        assert self.labels(reader, self.query(*first), self.query(*second)) == labels

    @pytest.mark.parametrize(
        ("own", "label"),
        [
            ("of ${PROP('Dim.environment')}: ${MAX}", "of dev: 4"),
            ("${LABEL} ${PROP('Period')} ${PROP('Region')}", "Orders 60 us-east-2"),
            ("${FIRST}..${LAST} ${SUM} ${AVG} ${DATAPOINT_COUNT}", "3..4 7 3.5 2"),
            ("${MAX_TIME} ${FIRST_LAST_RANGE} ${UNKNOWN}", "00:12 1 ${UNKNOWN}"),
        ],
    )
    def test_dynamic_labels_are_filled_in(
        self, reader: MetricDataReader, own: str, label: str
    ) -> None:
        assert self.labels(reader, self.query("Sum", 60, Label=own)) == [label]

    def test_times_are_in_the_zone_that_was_asked_for(self, reader: MetricDataReader) -> None:
        query, zone = self.query("Sum", 60, Label="${LAST_TIME}"), Options(label_offset="+0130")
        (result,) = results([query], reader, zone)
        assert result["Label"] == "01:42"


class TestPages:
    RESULTS: ClassVar[list[dict[str, Any]]] = [
        {"Id": name, "StatusCode": "Complete", "Values": values, "Timestamps": values}
        for name, values in (("a", [1, 2, 3]), ("none", []), ("b", [4, 5]))
    ]

    def read(self, most: int) -> list[list[tuple[str, list[int], str]]]:
        pages, token = [], None
        while True:
            results, token = page(self.RESULTS, most, token)
            pages.append([(r["Id"], r["Values"], r["StatusCode"]) for r in results])
            if not token:
                return pages

    def test_one_page_has_everything(self) -> None:
        assert [len(each) for each in self.read(5)] == [3]

    def test_data_points_of_all_results_are_counted(self) -> None:
        assert self.read(2) == [
            [("a", [1, 2], "PartialData"), ("none", [], "Complete")],
            [("a", [3], "Complete"), ("b", [4], "PartialData")],
            [("b", [5], "Complete")],
        ]

    @pytest.mark.parametrize("token", ["x", "YWZ0ZXI=", "bm8gMw=="])
    def test_another_token_is_refused(self, token: str) -> None:
        with pytest.raises(InvalidToken):
            page(self.RESULTS, 2, token)
