"""TestState: states whose task fails, and what is told of a state's data.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.integration.conftest import Cloud

MISSING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:sqs:getQueueUrl",
    "Parameters": {"QueueName": "there-is-none"},
    "Retry": [
        {"ErrorEquals": ["Other"]},
        {
            "ErrorEquals": ["States.TaskFailed"],
            "IntervalSeconds": 30,
            "BackoffRate": 3,
            "MaxAttempts": 2,
        },
    ],
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Later"}],
    "End": True,
}
MOCK = {"mock": {"errorOutput": {"error": "Mocked", "cause": "none"}}}
INPUT = {"a": {"b": 2}}


def _tested(cloud: Cloud, state: dict[str, Any], **options: Any) -> dict[str, Any]:
    return dict(
        cloud.client("stepfunctions").test_state(
            definition=json.dumps(state),
            roleArn=cloud.role(),
            input=json.dumps(INPUT),
            inspectionLevel="DEBUG",
            **options,
        )
    )


@pytest.mark.parametrize("mock", [{}, MOCK], ids=["called", "mocked"])
@pytest.mark.parametrize(
    ("tries", "status", "interval"),
    [
        (None, "RETRIABLE", 30),
        (0, "RETRIABLE", 30),
        (1, "RETRIABLE", 90),
        (2, "CAUGHT_ERROR", None),
    ],
)
def test_a_failed_task_can_be_retried_until_its_retrier_has_tried_enough(
    cloud: Cloud, mock: dict[str, Any], tries: int | None, status: str, interval: int | None
) -> None:
    configuration = {} if tries is None else {"stateConfiguration": {"retrierRetryCount": tries}}
    began = time.monotonic()
    tested = _tested(cloud, MISSING, **mock, **configuration)
    assert time.monotonic() - began < 20
    assert tested["status"] == status
    assert (tested["error"] == "Mocked") is bool(mock)
    assert tested["cause"]
    details = tested["inspectionData"]["errorDetails"]
    assert details["retryIndex"] == 1
    assert details.get("retryBackoffIntervalSeconds") == interval
    assert tested.get("nextState") == ("Later" if interval is None else None)


def test_a_failed_task_whose_error_no_retrier_names_fails(cloud: Cloud) -> None:
    state = MISSING | {"Retry": [{"ErrorEquals": ["Other"]}], "Catch": []}
    tested = _tested(cloud, {name: value for name, value in state.items() if value})
    assert tested["status"] == "FAILED"
    assert "errorDetails" not in tested["inspectionData"]


@pytest.mark.parametrize(
    ("state", "after"),
    [
        ({"Type": "Pass", "End": True}, INPUT),
        ({"Type": "Pass", "InputPath": "$.a", "Parameters": {"x.$": "$.b"}, "End": True}, {"b": 2}),
        ({"Type": "Pass", "InputPath": "$.a.b", "End": True}, 2),
        ({"Type": "Pass", "ResultPath": "$.q", "End": True}, INPUT),
        ({"Type": "Succeed", "InputPath": "$.a"}, {"b": 2}),
        ({"Type": "Succeed"}, INPUT),
        ({"Type": "Fail", "Error": "E"}, INPUT),
        ({"Type": "Fail"}, INPUT),
    ],
)
def test_the_input_after_its_path_is_a_text(
    cloud: Cloud, state: dict[str, Any], after: Any
) -> None:
    data = _tested(cloud, state)["inspectionData"]
    assert json.loads(data["afterInputPath"]) == after
    assert all(isinstance(value, str) for value in data.values())


def test_the_variables_are_those_after_the_state(cloud: Cloud) -> None:
    state = {"Type": "Pass", "Assign": {"b": 2}, "End": True}
    data = _tested(cloud, state, variables='{"a": 1, "b": 1}')["inspectionData"]
    assert json.loads(data["variables"]) == {"a": 1, "b": 2}
