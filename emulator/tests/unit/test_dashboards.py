"""The bodies of dashboards that AWS refuses, in its words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localstack_host.services.cloudwatch import dashboards

INVOCATIONS = ["AWS/Lambda", "Invocations", "FunctionName", "orders"]
PROPERTIES = "/widgets/0/properties"


def body(widget_type: str = "metric", **properties: Any) -> str:
    return json.dumps({"widgets": [{"type": widget_type, "properties": properties}]})


@pytest.mark.parametrize(
    "valid",
    [
        "{}",
        '{"widgets": []}',
        body("text", markdown="# Orders"),
        body("log", query="SOURCE 'a'", region="us-east-1"),
        body(region="us-east-1", annotations={"alarms": ["arn"]}),
        body(annotations={"alarms": ["arn"]}),
        body(region="us-east-1", metrics=[INVOCATIONS, [".", "Errors", ".", "."], ["..."]]),
        body(region="us-east-1", metrics=[[*INVOCATIONS, {"stat": "Sum", "color": "#d62728"}]]),
        body(region="us-east-1", metrics=[["AWS/Lambda", "Errors", {"stat": "Sum"}]]),
        body(region="us-east-1", metrics=[[{"expression": "m1 / m2", "id": "e1"}]]),
    ],
)
def test_a_body_that_aws_takes_is_taken(valid: str) -> None:
    assert dashboards.problems(valid) == ("", [])


@pytest.mark.parametrize("invalid", ["", "orders", '{// a comment\n"widgets": []}', "[]", '"a"'])
def test_a_body_that_is_no_object_is_refused(invalid: str) -> None:
    message = "The field DashboardBody must be a valid JSON object"
    assert dashboards.problems(invalid) == (message, [])


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"metrics": [INVOCATIONS]}, [("", "Should have required property 'region'")]),
        (
            {"region": "us-east-1"},
            [
                ("", "Should have required property 'metrics'"),
                (
                    "",
                    "The metric widget should have specified a region and a data source or an alarm"
                    " annotation",
                ),
                ("", "Should have required property 'annotations'"),
            ],
        ),
        (
            {"region": "us-east-1", "metrics": [INVOCATIONS, "AWS/Lambda"]},
            [
                ("/metrics/1", "Should be array"),
                (
                    "/metrics/1",
                    'Field "metrics" has to be an array of array of strings, with an optional'
                    " metricRenderer object as last element",
                ),
            ],
        ),
        (
            {
                "region": "us-east-1",
                "metrics": [["AWS/Lambda", "Errors", {"dimensions": {"FunctionName": "orders"}}]],
            },
            [("/metrics/0", "Should NOT have more than 2 items")],
        ),
        (
            {
                "region": "us-east-1",
                "metrics": [["AWS/Lambda", "Errors", {"stat": "Sum"}, {"FunctionName": "orders"}]],
            },
            [
                ("/metrics/0", "Should NOT have more than 3 items"),
                ("/metrics/0/2", 'Invalid metric field type, only "String" type is allowed'),
            ],
        ),
        (
            {"region": "us-east-1", "metrics": [["AWS/Lambda", "Errors", "FunctionName", None]]},
            [("/metrics/0/3", 'Invalid metric field type, only "String" type is allowed')],
        ),
        (
            {"region": "us-east-1", "metrics": [["AWS/Lambda", "Errors", "FunctionName", ""]]},
            [("/metrics/0/3", 'Invalid metric field type, only "String" type is allowed')],
        ),
    ],
)
def test_each_fault_is_named_with_its_place(
    properties: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    text, messages = dashboards.problems(body(**properties))
    assert messages == [{"dataPath": f"{PROPERTIES}{at}", "message": m} for at, m in expected]
    count, _, listed = text.partition("\n")
    assert count == (f"The dashboard body is invalid, there are {len(expected)} validation errors:")
    assert json.loads(listed) == messages
