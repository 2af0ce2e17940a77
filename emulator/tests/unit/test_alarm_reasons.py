"""Why an alarm is in its state, in AWS's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localstack_host.services.cloudwatch.alarm_evaluation import Rule
from localstack_host.services.cloudwatch.alarm_reasons import (
    Evaluated,
    Evaluation,
    reason,
    reason_data,
)

MIDNIGHT = 1_756_857_600.0  # 2025-09-03
PERIOD_S = 60


def evaluation(values: list[float | None], m_of_n: bool = False, **rule: Any) -> Evaluation:
    """`values` are of minutes, the newest first."""
    usual = {"comparison": "GreaterThanThreshold", "threshold": 21.0, "periods": 1, "needed": 1}
    periods = [
        Evaluated(MIDNIGHT - number * PERIOD_S, value, None if value is None else 2.0)
        for number, value in enumerate(values)
    ]
    return Evaluation(Rule(**(usual | rule)), periods, m_of_n)


@pytest.mark.parametrize(
    ("values", "rule", "state", "said"),
    [
        (
            [21.5],
            {},
            "ALARM",
            "1 datapoint [21.5 (03/09/25 00:00:00)] was greater than the threshold (21.0).",
        ),
        (
            [0.0],
            {"comparison": "GreaterThanOrEqualToThreshold", "threshold": 1.0},
            "OK",
            "1 datapoint [0.0 (03/09/25 00:00:00)] was not greater than or equal to the "
            "threshold (1.0).",
        ),
        (
            [0.0, 1.0],
            {"comparison": "LessThanThreshold", "periods": 2, "needed": 2},
            "ALARM",
            "2 datapoints [0.0 (03/09/25 00:00:00), 1.0 (02/09/25 23:59:00)] were less than the "
            "threshold (21.0).",
        ),
        (
            [60.0] * 6,
            {"periods": 6, "needed": 6},
            "ALARM",
            "6 datapoints were greater than the threshold (21.0). The most recent datapoints which "
            "crossed the threshold: [60.0 (03/09/25 00:00:00), 60.0 (02/09/25 23:59:00), "
            "60.0 (02/09/25 23:58:00), 60.0 (02/09/25 23:57:00), 60.0 (02/09/25 23:56:00)].",
        ),
        (
            [30.0, 1.0, 40.0],
            {"periods": 3, "needed": 2, "m_of_n": True},
            "ALARM",
            "2 out of the last 3 datapoints [30.0 (03/09/25 00:00:00), 40.0 (02/09/25 23:58:00)] "
            "were greater than the threshold (21.0) (minimum 2 datapoints for OK -> ALARM "
            "transition).",
        ),
        (
            [1.0, 30.0],
            {"periods": 2, "needed": 2, "m_of_n": True},
            "OK",
            "1 out of the last 2 datapoints [1.0 (03/09/25 00:00:00)] was not greater than the "
            "threshold (21.0) (minimum 1 datapoint for ALARM -> OK transition).",
        ),
        (
            [None, None, None],
            {"periods": 2, "needed": 2, "missing": "breaching"},
            "ALARM",
            "no datapoints were received for 2 periods and 2 missing datapoints were treated as "
            "[Breaching].",
        ),
        (
            [None, None],
            {"missing": "notBreaching"},
            "OK",
            "no datapoints were received for 1 period and 1 missing datapoint was treated as "
            "[NonBreaching].",
        ),
        (
            [None, 0.0, None],
            {"periods": 3, "needed": 3, "missing": "breaching", "comparison": "LessThanThreshold"},
            "ALARM",
            "1 datapoint was received for 3 periods and 2 missing datapoints were treated as "
            "[Breaching].",
        ),
        (
            [30.0, None, None],
            {"periods": 3, "needed": 3, "missing": "breaching", "comparison": "LessThanThreshold"},
            "OK",
            "1 datapoint [30.0 (03/09/25 00:00:00)] was not less than the threshold (21.0) and 2 "
            "missing datapoints were treated as [Breaching].",
        ),
        (
            [30.0, None, None],
            {"periods": 3, "missing": "notBreaching"},
            "ALARM",
            "1 datapoint [30.0 (03/09/25 00:00:00)] was greater than the threshold (21.0).",
        ),
    ],
)
def test_the_values_that_decide_are_named(
    values: list[float | None], rule: dict[str, Any], state: str, said: str
) -> None:
    assert reason(evaluation(values, **rule), state) == f"Threshold Crossed: {said}"


@pytest.mark.parametrize(
    ("periods", "said"), [(1, "1 datapoint was unknown."), (2, "2 datapoints were unknown.")]
)
def test_nothing_is_known(periods: int, said: str) -> None:
    found = evaluation([None] * 4, periods=periods, needed=periods)
    assert reason(found, "INSUFFICIENT_DATA") == f"Insufficient Data: {said}"


ALARM = {"Statistic": "Average", "Period": 60, "Unit": "Seconds"}


def test_the_document_has_the_values_oldest_first_and_the_periods_newest_first() -> None:
    found = evaluation([10.25, 10.0], periods=2, needed=2)
    assert json.loads(json.dumps(reason_data(found, ALARM, MIDNIGHT + 1.5))) == {
        "version": "1.0",
        "queryDate": "2025-09-03T00:00:01.500+0000",
        "startDate": "2025-09-02T23:59:00.000+0000",
        "unit": "Seconds",
        "statistic": "Average",
        "period": 60,
        "recentDatapoints": [10.0, 10.25],
        "threshold": 21.0,
        "evaluatedDatapoints": [
            {"timestamp": "2025-09-03T00:00:00.000+0000", "sampleCount": 2.0, "value": 10.25},
            {"timestamp": "2025-09-02T23:59:00.000+0000", "sampleCount": 2.0, "value": 10.0},
        ],
    }


def test_the_document_of_nothing_has_the_periods_without_a_start() -> None:
    found = evaluation([None] * 3, periods=2, needed=2, missing="breaching")
    data = reason_data(found, ALARM, MIDNIGHT)
    assert "startDate" not in data
    assert data["recentDatapoints"] == []
    assert [list(each) for each in data["evaluatedDatapoints"]] == [["timestamp"]] * 2
