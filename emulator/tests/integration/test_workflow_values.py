"""What intrinsic functions, Choices and the context object make of values, in whole executions."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.integration.conftest import Cloud
from tests.integration.state_machines import machine, run
from tests.integration.waiting import wait_for

GIVEN = {"sku": "oak", "lines": [{"a": 1}, {"a": 1}], "at": "2026-01-01T01:00:00+01:00"}
CALLS = {
    r"States.Format('it\'s {} in \{\}', $.sku)": "it's oak in {}",
    r"States.Format('a\\b')": r"a\b",
    "States.ArrayUnique($.lines)": [{"a": 1}],
    "States.MathAdd(1.5, 1)": 3,
    "States.Base64Encode('caf\u00e9 \u2615')": "Y2Fmw6kg4piV",
    "States.Base64Decode('Y2Fmw6kg4piV')": "caf\u00e9 \u2615",
    "States.StringSplit('a\nb', '\n')": ["a", "b"],
}


def _put_events() -> dict[str, Any]:
    entry = {"Source": "shop", "DetailType": "placed"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": [entry]},
        "End": True,
    }


def test_intrinsic_functions_have_their_own_escapes(cloud: Cloud) -> None:
    parameters = {f"v{number}.$": call for number, call in enumerate(CALLS)}
    ended = run(cloud, {"A": {"Type": "Pass", "Parameters": parameters, "End": True}}, GIVEN)
    assert ended.status == "SUCCEEDED", ended.cause
    assert list(ended.output.values()) == list(CALLS.values())


def test_a_choice_compares_times_with_an_offset(cloud: Cloud) -> None:
    rule = {"Variable": "$.at", "TimestampEquals": "2026-01-01T00:00:00Z", "Next": "Same"}
    states: dict[str, Any] = {
        "A": {"Type": "Choice", "Choices": [rule], "Default": "Other"},
        "Same": {"Type": "Succeed"},
        "Other": {"Type": "Fail"},
    }
    assert run(cloud, states, GIVEN).status == "SUCCEEDED"


def test_a_state_is_entered_at_a_time_with_a_z(cloud: Cloud) -> None:
    states = {"A": {"Type": "Pass", "Parameters": {"at.$": "$$.State.EnteredTime"}, "End": True}}
    ended = run(cloud, states)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ended.output["at"])


def test_a_history_has_the_input_as_it_was_sent_and_json_without_spaces(cloud: Cloud) -> None:
    states = {"A": _put_events()}
    ended = run(cloud, states, {"a": 1})
    assert ended.details("ExecutionStarted")[0]["input"] == '{"a": 1}'
    assert ended.details("TaskScheduled")[0]["parameters"] == (
        '{"Entries":[{"Source":"shop","DetailType":"placed"}]}'
    )


def test_the_cause_of_entries_that_failed_is_their_json(cloud: Cloud) -> None:
    role = cloud.role(
        {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"},
        Service="states.amazonaws.com",
    )
    ended = run(cloud, {"A": _put_events()}, role=role)
    assert ended.error == "EventBridge.FailedEntry"
    assert json.loads(ended.cause)["FailedEntryCount"] == 1


def test_a_history_is_read_in_pages(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    arn = machine(cloud, {"A": {"Type": "Pass", "End": True}})
    execution = client.start_execution(stateMachineArn=arn)["executionArn"]
    wait_for(
        lambda: client.describe_execution(executionArn=execution)["status"] == "SUCCEEDED",
        "the execution has not ended",
    )
    pages = client.get_paginator("get_execution_history").paginate(
        executionArn=execution, PaginationConfig={"PageSize": 3}
    )
    assert [[event["id"] for event in page["events"]] for page in pages] == [[1, 2, 3], [4]]
    client.delete_state_machine(stateMachineArn=arn)


def test_a_state_is_tested_with_the_text_that_it_was_given(cloud: Cloud) -> None:
    definition = {"Type": "Pass", "Parameters": {"numbers.$": "$"}, "End": True}
    tested = cloud.client("stepfunctions").test_state(
        definition=json.dumps(definition),
        roleArn=cloud.role(),
        input="[1, 2]",
        inspectionLevel="DEBUG",
    )
    assert json.loads(tested["output"]) == {"numbers": [1, 2]}
    assert tested["inspectionData"]["input"] == "[1, 2]"
