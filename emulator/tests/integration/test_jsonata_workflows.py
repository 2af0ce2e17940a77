"""State machines in JSONata, and variables: on AWS they need nothing, and here no Java."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.integration.state_machines import machine, run

END = {"Type": "Pass", "End": True}
AT_A = "An error occurred while executing the state 'A' (entered at the event id #2). "


def test_input_variables_and_output_are_evaluated(cloud: Cloud) -> None:
    states = {
        "A": {
            "Type": "Pass",
            "Assign": {"total": "{% $sum($states.input.items.price) %}", "said": 'a "b" \\ c'},
            "Output": {"first": "{% $states.input.items[0].name %}"},
            "Next": "B",
        },
        "B": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $total > 10 %}", "Next": "C"}],
            "Default": "D",
        },
        "C": END | {"Output": "{% {'total': $total, 'said': $said, 'was': $states.input} %}"},
        "D": {"Type": "Fail", "Error": "TooLittle"},
    }
    given = {"items": [{"name": "mug", "price": 8}, {"name": "tea", "price": 4}]}
    ended = run(cloud, states, given, QueryLanguage="JSONata")
    assert ended.output == {"total": 12, "said": 'a "b" \\ c', "was": {"first": "mug"}}


def test_variables_are_there_in_jsonpath_too(cloud: Cloud) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"order.$": "$.order", "note": 'a "b"'}, "Next": "B"},
        "B": END | {"Parameters": {"total.$": "$order.total", "note.$": "$note"}},
    }
    ended = run(cloud, states, {"order": {"total": 12}})
    assert ended.output == {"total": 12, "note": 'a "b"'}


def test_the_items_of_a_map_and_its_results_are_evaluated(cloud: Cloud) -> None:
    processor = {
        "StartAt": "Double",
        "States": {"Double": END | {"Output": "{% $states.input * 2 %}"}},
    }
    states = {
        "A": {
            "Type": "Map",
            "Items": "{% $range(1, 5, 2) %}",
            "ItemProcessor": processor,
            "Output": "{% $sum($states.result) %}",
            "End": True,
        }
    }
    assert run(cloud, states, QueryLanguage="JSONata").output == 18


@pytest.mark.parametrize(
    ("fields", "location", "said"),
    [
        ({"Output": {"a": ["{% $gone %}"]}}, "Output/a[0]", "returned nothing (undefined)."),
        ({"Assign": {"a": "{% $gone %}"}}, "Assign/a", "returned nothing (undefined)."),
        (
            {"Output": "{% $uppercase(1) %}"},
            "Output",
            'threw an error during evaluation. T0410: Argument 1 of function "uppercase" does not'
            " match function signature",
        ),
        ({"Output": "{% $sum %}"}, "Output", "returned an unsupported result type."),
    ],
)
def test_a_failed_expression_is_named_with_its_field(
    cloud: Cloud, fields: dict[str, Any], location: str, said: str
) -> None:
    ended = run(cloud, {"A": END | fields}, QueryLanguage="JSONata")
    assert ended.error == "States.QueryEvaluationError"
    assert ended.cause.startswith(AT_A + "The JSONata expression '")
    assert ended.cause.endswith(f"' specified for the field '{location}' {said}")
    (failed,) = ended.details("EvaluationFailed")
    assert failed == {
        "error": ended.error,
        "cause": ended.cause,
        "location": location,
        "state": "A",
    }


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (
            {"Type": "Wait", "Seconds": "{% 'soon' %}", "End": True},
            "'Seconds' returned an unexpected result type. Expected 'number', but was 'string'",
        ),
        (
            {"Type": "Fail", "Error": "{% 1 %}"},
            "'Error' returned an unexpected result type. Expected 'string', but was 'number'",
        ),
        (
            {"Type": "Wait", "Seconds": "{% 1 - 2 %}", "End": True},
            "'Seconds' returned a value below 0: -1",
        ),
    ],
)
def test_a_field_takes_only_its_type(cloud: Cloud, state: dict[str, Any], said: str) -> None:
    ended = run(cloud, {"A": state}, QueryLanguage="JSONata")
    assert ended.error == "States.QueryEvaluationError"
    assert said in ended.cause


def test_a_failed_expression_of_a_task_can_be_caught_and_is_told_once(cloud: Cloud) -> None:
    states = {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:sqs:listQueues",
            "Arguments": {"QueueNamePrefix": "{% $gone %}"},
            "Catch": [
                {
                    "ErrorEquals": ["States.QueryEvaluationError"],
                    "Output": "{% $states.errorOutput.Error %}",
                    "Next": "B",
                }
            ],
            "End": True,
        },
        "B": END,
    }
    ended = run(cloud, states, QueryLanguage="JSONata")
    assert ended.output == "States.QueryEvaluationError"
    (failed,) = ended.details("EvaluationFailed")
    assert failed["location"] == "Arguments/QueueNamePrefix"


@pytest.mark.exhaustive  # tests/unit/test_jsonata.py has several, with a shorter time
def test_an_expression_that_never_ends_fails_its_execution_only(cloud: Cloud) -> None:
    began = time.monotonic()
    endless = "{% ($f := function() {$f()}; $f()) %}"
    ended = run(cloud, {"A": END | {"Output": endless}}, QueryLanguage="JSONata")
    assert ended.error == "States.QueryEvaluationError"
    assert "Expression evaluation timeout" in ended.cause
    assert time.monotonic() - began < 25
    assert run(cloud, {"A": END | {"Output": "{% 1 + 1 %}"}}, QueryLanguage="JSONata").output == 2


def test_a_definition_is_refused_for_what_cannot_be_parsed(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as refused:
        machine(cloud, {"A": END | {"Output": "{% 1 + %}"}}, QueryLanguage="JSONata")
    error = refused.value.response["Error"]
    assert error["Code"] == "InvalidDefinition"
    assert error["Message"] == (
        "Invalid State Machine Definition: 'INVALID_JSONATA_EXPRESSION: Unexpected end of"
        " expression at /States/A/Output'"
    )
