"""How the emulator judges alarms, and what it reads out of logs."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from localstack_host.services.cloudwatch import emf
from localstack_host.services.cloudwatch.alarm_evaluation import Rule, evaluate
from localstack_host.services.cloudwatch.metric_store import MetricQuery
from tests.unit.cloudwatch_points import HERE, Stored

MOST = "GreaterThanOrEqualToThreshold"


def rule(**changes: Any) -> Rule:
    usual: dict[str, Any] = {"comparison": MOST, "threshold": 5, "periods": 3, "needed": 2}
    return Rule(**(usual | changes))


class TestJudging:
    @pytest.mark.parametrize(
        ("values", "state"),
        [
            ([5, 5, 0], "ALARM"),
            ([0, 5, 5], "ALARM"),
            ([5, 0, 0], "OK"),
            ([4.9, 4.9, 4.9], "OK"),
        ],
    )
    def test_as_many_values_as_are_needed_raise_an_alarm(
        self, values: list[float], state: str
    ) -> None:
        assert evaluate(values, rule(), "OK") == state

    def test_values_older_than_the_periods_do_not_count(self) -> None:
        assert evaluate([0, 0, 5, 5, 5], rule(), "OK") == "OK"

    def test_older_values_stand_in_for_missing_ones(self) -> None:
        assert evaluate([None, None, 5, 5, 0], rule(), "OK") == "ALARM"

    @pytest.mark.parametrize(
        ("missing", "state"),
        [
            ("breaching", "ALARM"),
            ("notBreaching", "OK"),
            ("missing", "INSUFFICIENT_DATA"),
            ("ignore", "as before"),
        ],
    )
    def test_nothing_at_all_is_what_the_alarm_says(self, missing: str, state: str) -> None:
        assert evaluate([None] * 5, rule(missing=missing), "as before") == state

    @pytest.mark.parametrize(
        ("values", "needed", "states"),
        [
            # The tables of alarms-and-missing-data.html, newest first, by how missing data is
            # treated: missing, ignore, breaching, notBreaching.
            ([9, None, 9, None, 0], 3, ("OK", "OK", "OK", "OK")),
            ([0, None, None, None, None], 3, ("OK", "OK", "OK", "OK")),
            ([None] * 5, 3, ("INSUFFICIENT_DATA", "as before", "ALARM", "OK")),
            ([9, None, 9, 9, 0], 3, ("ALARM", "ALARM", "ALARM", "ALARM")),
            ([None, None, 9, None, None], 3, ("ALARM", "as before", "ALARM", "OK")),
            ([9, None, 9, None, 0], 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
            ([None, None, 9, None, 0], 2, ("OK", "OK", "ALARM", "OK")),
            ([0, None, None, None, None], 2, ("OK", "OK", "ALARM", "OK")),
            ([None, 9, None, None, None], 2, ("ALARM", "as before", "ALARM", "OK")),
        ],
    )
    def test_gaps_are_treated_as_in_awss_tables(
        self, values: list[float | None], needed: int, states: tuple[str, ...]
    ) -> None:
        treatments = ("missing", "ignore", "breaching", "notBreaching")
        rules = [rule(needed=needed, missing=treatment) for treatment in treatments]
        assert tuple(evaluate(values, each, "as before") for each in rules) == states

    def test_one_order_in_half_an_hour_is_enough(self) -> None:
        quiet = rule(
            comparison="LessThanThreshold", threshold=1, periods=30, needed=30, missing="breaching"
        )
        assert evaluate([None] * 40, quiet, "OK") == "ALARM"
        assert evaluate([None] * 29 + [1] + [None] * 10, quiet, "ALARM") == "OK"


class TestPoints:
    WANTED = MetricQuery.of(
        {
            "Namespace": "N",
            "MetricName": "Errors",
            "Dimensions": [{"Name": "b", "Value": "2"}, {"Name": "a", "Value": "1"}],
        },
        "Sum",
        60,
    )

    def read(self, *rows: tuple[float, float, str | None]) -> list[float | None]:
        """The last three minutes, oldest first."""
        stored = Stored("Errors")
        for at, value, dimensions in rows:
            stored.add(at, value, dimensions=dimensions)
        return stored.points.latest(self.WANTED, HERE, 3, now=1000.0).values("Sum")

    def test_values_are_gathered_by_period(self) -> None:
        ours = "a=1\tb=2\t"
        assert self.read((995, 1, ours), (950, 2, ours), (890, 4, ours)) == [None, 4, 3]

    def test_a_value_of_this_second_counts(self) -> None:
        assert self.read((1000, 1, "a=1\tb=2\t")) == [None, None, 1]

    def test_what_is_too_old_or_of_other_dimensions_is_left_out(self) -> None:
        assert self.read((819, 1, "a=1\tb=2\t"), (995, 1, "a=1\t"), (995, 1, None)) == [None] * 3


class TestEmbeddedMetrics:
    LINE: ClassVar[dict[str, Any]] = {
        "_aws": {
            "Timestamp": 1_700_000_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "CheckoutLab",
                    "Dimensions": [["environment"], []],
                    "Metrics": [{"Name": "Revenue", "Unit": "None"}],
                }
            ],
        },
        "environment": "dev",
        "Revenue": [2599.0],
    }

    def test_a_line_has_a_value_for_each_set_of_dimensions(self) -> None:
        ((source, row),) = emf.measured("1", "r", json.dumps(self.LINE))
        assert source.place == ("1", "r", "CheckoutLab")
        assert source.dimension_sets == ((("environment", "dev"),), ())
        assert [unit for _, unit in source.metrics] == ["None"]
        assert (row, source.second) == ((2599.0,), 1_700_000_000)

    @pytest.mark.parametrize("line", ["", '{"_aws"', '{"_aws": 1}', '["_aws"]', '{"_aws": {}}'])
    def test_other_lines_have_none(self, line: str) -> None:
        with pytest.raises((KeyError, TypeError, ValueError)):
            list(emf.measured("1", "r", line))
