"""Expressions of metric math, with the examples of AWS's documentation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localstack_host.services.cloudwatch.data_points import NotUnderstood
from localstack_host.services.cloudwatch.metric_math import alarms
from localstack_host.services.cloudwatch.metric_math.evaluation import Queries
from localstack_host.services.cloudwatch.metric_math.series import Array, TimeSeries
from localstack_host.services.cloudwatch.metric_math.syntax import InvalidQuery

Values = list[float | None]
BEGIN = datetime(2026, 11, 27, 22, 58, tzinfo=UTC).timestamp()  # a Friday
PERIOD_S = 60


class Given:
    """Metrics with given values from BEGIN, one a minute."""

    def __init__(self, count: int, metrics: dict[str, Values]) -> None:
        self._count, self._metrics = count, metrics

    def periods(self, period_s: int) -> tuple[float, ...]:
        return tuple(BEGIN + number * period_s for number in range(self._count))

    def metric(self, stat: Any) -> TimeSeries:
        values = zip(self.periods(PERIOD_S), self._metrics[stat["Metric"]], strict=True)
        known = {at: float(value) for at, value in values if value is not None}
        return TimeSeries(PERIOD_S, self.periods(PERIOD_S), known, stat["Metric"], is_metric=True)

    def search(self, text: str, statistic: str, period_s: int) -> Array:
        raise AssertionError("no search here")


def queries(expression: str, *metrics: str) -> list[dict[str, Any]]:
    stats = [{"Id": name, "MetricStat": {"Metric": name, "Period": PERIOD_S}} for name in metrics]
    return [{"Id": "result", "Expression": expression, "Period": PERIOD_S}, *stats]


def evaluated(expression: str, **metrics: Values) -> Any:
    """The values of the result, or of each of an array."""
    count = len(next(iter(metrics.values()), [0]))
    reader = Given(count, metrics)
    result = Queries(queries(expression, *metrics), reader).result("result")
    if isinstance(result, tuple):
        return [list(map(each.values.get, each.periods)) for each in result]
    return list(map(result.values.get, result.periods))


M1, M2 = [30, 20, 0, 0], [20, None, 20, None]
TRUE = [1, 1, 0, 0, None]
THEN = [30, None, 0, 0, 30]
ELSE = [0, 0, 20, None, 20]


class TestOperators:
    @pytest.mark.parametrize(
        ("expression", "values"),
        [
            ("m1 < m2", [0, 0, 1, 0]),
            ("m1 >= 30", [1, 0, 0, 0]),
            ("m1 > 15 AND m2 > 15", [1, 0, 0, 0]),
            ("m1 > 25 && m2 > 15 || m1 == 20", [1, 1, 0, 0]),
            ("m1 + m2", [50, 20, 20, 0]),
            ("m1 - m2", [10, 20, -20, 0]),
            ("-m2", [-20, None, -20, None]),
            ("m2 != 20 OR m2 >= 21", [0, None, 0, None]),
            ("m1 ^ 2 / 10", [90, 40, 0, 0]),
            ("5 * m2 <= 100", [1, None, 1, None]),
        ],
    )
    def test_a_missing_value_is_0_beside_one_that_is_there(
        self, expression: str, values: Values
    ) -> None:
        assert evaluated(expression, m1=M1, m2=M2) == values

    def test_a_division_by_zero_has_no_data_point(self) -> None:
        assert evaluated("m2 / m1", m1=M1, m2=M2) == [pytest.approx(2 / 3), 0, None, None]
        assert evaluated("m1 / (SUM(m2) - 40)", m1=M1, m2=M2) == [None] * 4
        assert evaluated("0 ^ -1 + m1", m1=M1) == [None] * 4

    def test_arrays_are_combined_with_each_of_their_elements(self) -> None:
        assert evaluated("METRICS() / m1 * 2", m1=[2, 4], m2=[4, 4]) == [[2, 2], [4, 2]]
        assert evaluated("100 / [m1, [m2, m1]]", m1=[50, 25], m2=[10, 20]) == [
            *([2, 4], [10, 5], [2, 4]),
        ]

    @pytest.mark.parametrize(
        ("expression", "text"),
        [
            ("METRICS() + METRICS()", "unsupported operand types for +: 'TimeSeries[]'"),
            ("m1 +", "unexpected end"),
            ("m1 m2", "unexpected 'm2'"),
            ("(m1", "unexpected end"),
            ("m1 % 2", "unexpected '%'"),
            ("others", "unknown id 'others'"),
            ("sum(m1)", "unknown function 'sum'"),
            ("ABS(m1, m2)", "ABS does not take 2 arguments"),
            ("ABS(5)", "unsupported argument types for ABS: (Scalar)"),
            ("[m1, 5]", "unsupported argument types for []: (Scalar)"),
            ("m1 + REPEAT", "unexpected"),
            ("PERIOD(m1 + m2) * m1", "unsupported argument types for PERIOD: (TimeSeries)"),
            ("result + 1", "it refers to itself"),
            ("m1" + " " * 2050, "more than 2048"),
            ("", "unexpected"),
        ],
    )
    def test_what_is_no_expression_is_refused(self, expression: str, text: str) -> None:
        with pytest.raises(InvalidQuery) as refused:
            evaluated(expression, m1=M1, m2=M2)
        assert str(refused.value).startswith("Error in expression 'result': ")
        assert text in str(refused.value)

    def test_nesting_has_a_limit(self) -> None:
        assert evaluated("(" * 500 + "m1" + ")" * 500, m1=M1) == M1
        chain = [{"Id": f"e{n}", "Expression": f"e{n + 1} + 1"} for n in range(3000)]
        with pytest.raises(InvalidQuery, match="nested too deeply"):
            Queries([*chain, *queries("m1", "m1")[1:]], Given(4, {"m1": M1})).value("e0")

    @pytest.mark.parametrize("expression", ["5", "AVG(m1)", "PERIOD(m1) / 60", "1 > 0"])
    def test_a_result_must_be_a_time_series(self, expression: str) -> None:
        with pytest.raises(InvalidQuery, match="its result is a Scalar"):
            evaluated(expression, m1=M1)

    def test_a_sum_of_500_metrics_is_no_problem(self) -> None:
        metrics: dict[str, Values] = {f"m{number}": [1] for number in range(500)}
        short = " + ".join(["m1"] * 400)
        assert evaluated(short, **metrics) == [400]
        assert evaluated("SUM(METRICS())", **metrics) == [500]


class TestFunctions:
    @pytest.mark.parametrize(
        ("expression", "values"),
        [
            ("ABS(m1 - m2)", [10, 20, 20, 0]),
            ("CEIL(m1 / 7)", [5, 3, 0, 0]),
            ("FLOOR(m1 / 7)", [4, 2, 0, 0]),
            ("LOG10(m1 * 10 / 3)", [2, pytest.approx(math.log10(200 / 3)), None, None]),
            ("LOG(m2 / m2)", [0, None, 0, None]),
            ("m1 - MIN(m1)", [30, 20, 0, 0]),
            ("m1 - MIN(m2)", [10, 0, -20, -20]),
            ("MAX(m1) / m1", [1, 1.5, None, None]),
            ("m1 - AVG(m1)", [17.5, 7.5, -12.5, -12.5]),
            ("TIME_SERIES(AVG(m2))", [10, 10, 10, 10]),
            ("TIME_SERIES(SUM(m2) / DATAPOINT_COUNT(m2))", [20, 20, 20, 20]),
            ("TIME_SERIES(STDDEV([m1, m2] == 0 == 0 == 0))", None),
            ("AVG([m1, m2])", [25, 10, 10, 0]),
            ("SUM([m1, m2])", [50, 20, 20, 0]),
            ("SUM(-[m1, m2])", [-50, -20, -20, 0]),
            ("MIN(METRICS())", [20, 20, 0, 0]),
            ("MAX(METRICS())", [30, 20, 20, 0]),
            ("DATAPOINT_COUNT(METRICS())", [2, 1, 2, 1]),
            ("STDDEV(METRICS())", [5, 0, 10, 0]),
            ("m1 / METRIC_COUNT(METRICS())", [15, 10, 0, 0]),
            ("SUM(METRICS('1'))", [30, 20, 0, 0]),
            ('SUM([METRICS("m1"), METRICS("m2")])', [50, 20, 20, 0]),
            ("DIFF(m1)", [None, -10, -20, 0]),
            ("DIFF(m2)", [None, None, 0, None]),
            ("DIFF_TIME(m2)", [None, None, 120, None]),
            ("RATE(m1) * 60", [None, -10, -20, 0]),
            ("RUNNING_SUM(m1)", [30, 50, 50, 50]),
            ("RUNNING_SUM(m2)", [20, None, 40, None]),
            ("m1 / PERIOD(m1)", [0.5, pytest.approx(1 / 3), 0, 0]),
            ("FIRST(SORT(METRICS(), MAX, ASC))", [20, None, 20, None]),
            ("IF(FIRST(SORT(METRICS(), AVG, DESC)) > 25, 1, 0)", [1, 0, 0, 0]),
            ("LAST([m1, m2])", [20, None, 20, None]),
            ("SLICE([m1, m2, m1], 1, 2)", [[20, None, 20, None]]),
            ("SLICE([m1, m2], 1)", [[20, None, 20, None]]),
            ("SORT([m2, m1], SUM, DESC, 1)", [[30, 20, 0, 0]]),
            ("REMOVE_EMPTY([IF(0, m1), m2])", [[20, None, 20, None]]),
            ("FIRST(REMOVE_EMPTY([IF(0, m1)]))", []),
        ],
    )
    def test_each_is_as_documented(self, expression: str, values: Any) -> None:
        if values is None:
            with pytest.raises(InvalidQuery):
                evaluated(expression, m1=M1, m2=M2)
        else:
            assert evaluated(expression, m1=M1, m2=M2) == values

    @pytest.mark.parametrize(
        ("expression", "values"),
        [
            ("FILL(m, 10)", [10, 1, 10, 10, 4, 10]),
            ("FILL(m, MIN(m))", [1, 1, 1, 1, 4, 1]),
            ("FILL(m, other)", [7, 1, 7, None, 4, 7]),
            ("FILL(m, REPEAT)", [None, 1, 1, 1, 4, 4]),
            ("FILL(m, LINEAR)", [None, 1, 2, 3, 4, None]),
            ("FILL([m, other], 0)", [[0, 1, 0, 0, 4, 0], [7, 7, 7, 0, 7, 7]]),
        ],
    )
    def test_gaps_are_filled(self, expression: str, values: Any) -> None:
        metrics: dict[str, Values] = {
            "m": [None, 1, None, None, 4, None],
            "other": [7, 7, 7, None, 7, 7],
        }
        assert evaluated(expression, **metrics) == values

    def test_many_gaps_are_filled_in_time(self) -> None:
        values: Values = [float(at) if at % 2 == 0 else None for at in range(20_001)]
        begin = time.monotonic()
        assert evaluated("FILL(m, LINEAR)", m=values) == list(range(20_001))
        assert time.monotonic() - begin < 10, "the time is that of the periods, not their square"

    @pytest.mark.parametrize("period", ["0.5", "-60", "9^9999", "0/0", "10^400", "60.5"])
    def test_a_search_has_a_period_of_whole_seconds(self, period: str) -> None:
        with pytest.raises(InvalidQuery, match="the period of a search"):
            evaluated(f"SEARCH('a', 'Sum', {period})")

    def test_a_metric_without_values_is_filled_for_alarms_alone(self) -> None:
        reader = Given(2, {"m": [None, None]})
        for for_alarm, values in ((False, {}), (True, {BEGIN: 3, BEGIN + 60: 3})):
            filled = Queries(queries("FILL(m, 3)", "m"), reader, for_alarm).result("result")
            assert isinstance(filled, TimeSeries)
            assert filled.values == values

    @pytest.mark.parametrize(
        ("expression", "values"),
        [
            ("IF(c, a, b)", [30, 0, 20, None, None]),
            ("IF(c, 5, b)", [5, 5, 20, None, None]),
            ("IF(c, a, 5)", [30, 0, 5, 5, None]),
            ("IF(c, 10, 2)", [10, 10, 2, 2, None]),
            ("IF(c, a)", [30, 0, None, None, None]),
            ("IF(c - 2, 7)", [7, 7, 7, 7, None]),
            ("IF(1, a, b)", THEN),
            ("IF(0, a, b)", ELSE),
            ("IF(0, a)", []),
            ("IF(a < 30, a)", [None, None, 0, 0, None]),
        ],
    )
    def test_if_chooses_at_each_time(self, expression: str, values: Values) -> None:
        assert evaluated(expression, a=THEN, b=ELSE, c=TRUE) == values

    @pytest.mark.parametrize(
        ("function", "values"),
        [
            ("MINUTE", [58, 59, 0]),
            ("HOUR", [22, 22, 23]),
            ("DAY", [5, 5, 5]),
            ("DATE", [27, 27, 27]),
            ("MONTH", [11, 11, 11]),
            ("YEAR", [2026, 2026, 2026]),
            ("EPOCH", [BEGIN, BEGIN + 60, BEGIN + 120]),
        ],
    )
    def test_times_are_those_of_the_periods(self, function: str, values: Values) -> None:
        assert evaluated(f"{function}(m)", m=[None, 1, None]) == values

    def test_an_expression_refers_to_others_in_any_order(self) -> None:
        chain = [
            {"Id": "last", "Expression": "first * 2"},
            {"Id": "first", "Expression": "m + 1"},
            *queries("m", "m")[1:],
        ]
        result = Queries(chain, Given(1, {"m": [4]})).result("last")
        assert isinstance(result, TimeSeries)
        assert list(result.values.values()) == [10]


NUMBERS = st.integers(-20, 20).map(float)
SPARSE = st.lists(st.none() | NUMBERS, min_size=1, max_size=8)
DENSE = st.lists(NUMBERS, min_size=1, max_size=8)
ARITHMETIC = st.recursive(
    st.integers(0, 9).map(str),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
    ),
    max_leaves=12,
)


class TestProperties:
    @given(ARITHMETIC)
    def test_operators_bind_as_in_arithmetic(self, expression: str) -> None:
        try:
            expected = [eval(expression)]
        except ZeroDivisionError:
            expected = [None]
        assert evaluated(f"TIME_SERIES({expression})") == [
            value if value is None else pytest.approx(value) for value in expected
        ]

    @given(DENSE)
    def test_a_running_sum_has_the_metric_as_its_differences(self, values: Values) -> None:
        assert evaluated("DIFF(RUNNING_SUM(m))", m=values) == [None, *values[1:]]

    @given(SPARSE)
    def test_what_is_filled_keeps_its_values_and_has_no_gaps(self, values: Values) -> None:
        filled = evaluated("FILL(m, -99)", m=values)
        if any(value is not None for value in values):
            assert filled == [-99 if value is None else value for value in values]
        else:
            assert filled == values

    @given(st.lists(DENSE.map(lambda values: (values * 4)[:4]), min_size=1, max_size=6))
    def test_sorting_changes_the_order_alone(self, every: list[Values]) -> None:
        metrics = {f"m{number}": values for number, values in enumerate(every)}
        found = evaluated("SORT(METRICS(), SUM, DESC)", **metrics)
        assert sorted(found) == sorted(every)
        assert list(map(sum, found)) == sorted(map(sum, found), reverse=True)

    @given(SPARSE)
    def test_a_condition_splits_a_metric_in_two(self, values: Values) -> None:
        low, high = (evaluated(f"IF(m {sign} 3, m)", m=values) for sign in ("<", ">="))
        joined = [a if a is not None else b for a, b in zip(low, high, strict=True)]
        assert joined == values


class TestAlarms:
    STAT: Any = {"Metric": {"MetricName": "m"}, "Period": 60, "Stat": "Sum"}  # noqa: RUF012
    METRIC: Any = {"Id": "m1", "MetricStat": STAT, "ReturnData": False}  # noqa: RUF012

    def refused(self, *math: dict[str, Any], **others: Any) -> str:
        with pytest.raises((InvalidQuery, NotUnderstood)) as error:
            alarms.check({"Metrics": list(math), **others})
        return str(error.value)

    def test_one_on_one_time_series_is_taken(self) -> None:
        alarms.check({"Metrics": [{"Id": "e", "Expression": "RATE(m1) > 5"}, self.METRIC]})
        alarms.check({"Metrics": [{"Id": "e", "Expression": "SUM(METRICS())"}, self.METRIC]})
        alarms.check({"Metrics": [{"Id": "e", "Expression": "TIME_SERIES(1)", "Period": 60}]})
        alarms.check({"MetricName": "m", "Statistic": "Sum"})

    def test_what_aws_refuses_is_refused_in_its_words(self) -> None:
        search = {"Id": "e", "Expression": "SUM(SEARCH('{N} m', 'Sum', 60))"}
        assert self.refused(search) == "Period must not be null"
        assert self.refused(search | {"Period": 60}) == "SEARCH is not supported on Metric Alarms"
        one = "Exactly one element of the metrics list should return data."
        assert self.refused(self.METRIC) == one
        assert (
            self.refused({"Id": "e", "Expression": "m1"}, self.METRIC | {"ReturnData": True}) == one
        )
        both = self.refused({"Id": "e", "Expression": "m1"}, self.METRIC, Statistic="Sum")
        assert both == "Statistic should not be set if list of Metrics is set."

    @pytest.mark.parametrize("expression", ["METRICS()", "AVG(m1)", "[m1]", "m1 +", "m2"])
    def test_an_expression_without_one_time_series_is_refused(self, expression: str) -> None:
        refused = self.refused({"Id": "e", "Expression": expression}, self.METRIC)
        assert refused.startswith("Error in expression 'e': ")

    def test_what_is_not_emulated_is_named(self) -> None:
        band = self.refused({"Id": "e", "Expression": "ANOMALY_DETECTION_BAND(m1)"}, self.METRIC)
        assert band.startswith("ANOMALY_DETECTION_BAND is not emulated")
