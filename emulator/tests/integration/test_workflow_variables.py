"""What a state assigns is there in the next state: its own fields see the values before.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.state_machines import run

INNER = {"StartAt": "X", "States": {"X": {"Type": "Pass", "End": True}}}
QUEUES = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:listQueues"}
MISSING = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:getQueueUrl"}
GONE = {"QueueName": "there-is-none"}
BOTH = {"Assign": {"a": 1}, "Output": "{% $a %}"}
CATCH = {"ErrorEquals": ["States.ALL"], "Next": "C"}
JSONATA = {
    "Pass": {"Type": "Pass", "Next": "C"} | BOTH,
    "Task": QUEUES | {"Next": "C"} | BOTH,
    "Wait": {"Type": "Wait", "Seconds": 0, "Next": "C"} | BOTH,
    "Map": {"Type": "Map", "Items": [1], "ItemProcessor": INNER, "Next": "C"} | BOTH,
    "Parallel": {"Type": "Parallel", "Branches": [INNER], "Next": "C"} | BOTH,
    "rule": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% true %}", "Next": "C"} | BOTH],
        "Default": "D",
    },
    "default": {
        "Type": "Choice",
        "Choices": [{"Condition": "{% false %}", "Next": "D"}],
        "Default": "C",
    }
    | BOTH,
    "Catch": MISSING
    | {"Arguments": GONE, "Assign": {"a": 2}, "Catch": [CATCH | BOTH], "Next": "D"},
}
# What each path leads to before its state assigns 1.
JSONPATH = {
    "OutputPath": {"Type": "Pass", "Next": "C", "OutputPath": "$a"},
    "ResultSelector": QUEUES | {"Next": "C", "ResultSelector": {"a.$": "$a"}, "OutputPath": "$.a"},
}


def _states(second: dict[str, Any], **last: Any) -> dict[str, Any]:
    return {
        "A": {"Type": "Pass", "Assign": {"a": 0}, "Next": "B"},
        "B": second,
        "C": {"Type": "Pass", "End": True} | last,
        "D": {"Type": "Pass", "End": True},
    }


def _without_d(states: dict[str, Any]) -> dict[str, Any]:
    """States without the one that nothing leads to, which would be refused."""
    named = '"D"' in json.dumps(states["B"])
    return states if named else {name: state for name, state in states.items() if name != "D"}


@pytest.mark.parametrize("second", JSONATA.values(), ids=JSONATA)
def test_an_output_does_not_see_what_its_state_assigns(
    cloud: Cloud, second: dict[str, Any]
) -> None:
    states = _without_d(_states(second, Output="{% [$states.input, $a] %}"))
    ended = run(cloud, states, QueryLanguage="JSONata")
    assert ended.output == [0, 1], ended.cause
    exits = [event.get("stateExitedEventDetails", {}) for event in ended.events]
    (exited,) = [details for details in exits if details.get("name") == "B"]
    assert exited["assignedVariables"] == {"a": "1"}


@pytest.mark.parametrize("second", JSONPATH.values(), ids=JSONPATH)
def test_paths_do_not_see_what_their_state_assigns(cloud: Cloud, second: dict[str, Any]) -> None:
    states = _without_d(
        _states(second | {"Assign": {"a": 1}}, Parameters={"was.$": "$", "is.$": "$a"})
    )
    assert run(cloud, states).output == {"was": 0, "is": 1}


def test_an_output_fails_with_a_variable_that_its_state_is_the_first_to_assign(
    cloud: Cloud,
) -> None:
    states = {"A": {"Type": "Pass", "End": True} | BOTH}
    ended = run(cloud, states, QueryLanguage="JSONata")
    assert ended.error == "States.QueryEvaluationError"
    assert ended.cause.endswith("for the field 'Output' returned nothing (undefined).")


@pytest.mark.parametrize(("condition", "chosen"), [(True, "rule"), (False, "default")])
def test_a_rule_that_leads_to_the_default_state_is_not_the_default(
    cloud: Cloud, condition: bool, chosen: str
) -> None:
    rule = {"Condition": condition, "Assign": {"a": "rule"}, "Output": "rule", "Next": "C"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": "C"}
    default = {"Assign": {"a": "default"}, "Output": "default"}
    states = _without_d(_states(choice | default, Output="{% [$states.input, $a] %}"))
    ended = run(cloud, states, QueryLanguage="JSONata")
    assert ended.output == [chosen, chosen], ended.cause


def test_a_tested_state_has_the_variables_that_it_was_given(cloud: Cloud) -> None:
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "End": True} | BOTH
    tested = cloud.client("stepfunctions").test_state(
        definition=json.dumps(state), roleArn=cloud.role(), variables='{"a": 0}'
    )
    assert (tested["status"], tested["output"]) == ("SUCCEEDED", "0")
