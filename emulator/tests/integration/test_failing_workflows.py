"""How a state machine fails at run time: with which error, and whether it can be caught."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.state_machines import run

END = {"Type": "Pass", "End": True}
CATCH_ALL = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
AT_A = "An error occurred while executing the state 'A' (entered at the event id #2). "
INVALID = "The choice state's condition path references an invalid value."
LIST_QUEUES = "arn:aws:states:::aws-sdk:sqs:listQueues"


def _choice(**rule: Any) -> dict[str, Any]:
    choices = [{**rule, "Next": "Yes"}]
    return {"A": {"Type": "Choice", "Choices": choices, "Default": "No"}, "Yes": END, "No": END}


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"Variable": "$.gone", "StringEquals": "a"}, "$.gone"),
        ({"Variable": "$.gone.too", "NumericLessThan": 1}, "$.gone.too"),
        ({"Variable": "$.gone", "IsNull": True}, "$.gone"),
        ({"Variable": "$.n", "NumericEqualsPath": "$.gone"}, "$.gone"),
        ({"Not": {"Variable": "$.gone", "BooleanEquals": True}}, "$.gone"),
    ],
)
def test_a_choice_fails_if_its_variable_is_not_there(
    cloud: Cloud, rule: dict[str, Any], path: str
) -> None:
    ended = run(cloud, _choice(**rule), {"n": 1})
    assert ended.error == "States.Runtime"
    assert ended.cause == f"{AT_A}Invalid path '{path}': {INVALID}"


@pytest.mark.parametrize(
    "rule",
    [
        {"Variable": "$.gone", "IsPresent": True},
        {
            "And": [
                {"Variable": "$.gone", "IsPresent": True},
                {"Variable": "$.gone", "StringEquals": "a"},
            ]
        },
        {"Variable": "$.n", "StringEquals": "a"},
    ],
)
def test_a_choice_may_ask_whether_its_variable_is_there(cloud: Cloud, rule: dict[str, Any]) -> None:
    ended = run(cloud, _choice(**rule), {"n": 1})
    assert ended.status == "SUCCEEDED"
    assert ended.events[-3]["stateEnteredEventDetails"]["name"] == "No"


def test_a_choice_without_a_match_and_a_default_leads_nowhere(cloud: Cloud) -> None:
    states = _choice(Variable="$.n", NumericEquals=2)
    del states["A"]["Default"], states["No"]
    ended = run(cloud, states, {"n": 1})
    assert ended.error == "States.Runtime"
    assert ended.cause == (
        AT_A + "Failed to transition out of the state. The state does not point to a next state."
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"Parameters": {"a": {"QueueNamePrefix.$": "$.gone"}}},
        {"Parameters": {}, "ResultSelector": {"QueueNamePrefix.$": "$.gone"}},
    ],
)
@pytest.mark.parametrize(
    "catching", [{}, {"Catch": CATCH_ALL}, {"Retry": [{"ErrorEquals": ["States.ALL"]}]}]
)
def test_a_path_that_leads_nowhere_fails_the_execution_whatever_is_caught(
    cloud: Cloud, fields: dict[str, Any], catching: dict[str, Any]
) -> None:
    task = {"Type": "Task", "Resource": LIST_QUEUES, "End": True, **fields, **catching}
    states = {"A": task, **({"Caught": END} if "Catch" in catching else {})}
    ended = run(cloud, states, {"flagged": False})
    assert ended.status == "FAILED"
    assert ended.error == "States.Runtime"
    assert "The JSONPath '$.gone' specified for the field 'QueueNamePrefix.$'" in ended.cause
    assert not ended.details("TaskFailed")


def test_the_cause_shows_the_input_as_it_was_sent(cloud: Cloud) -> None:
    states = {"A": END | {"Parameters": {"address.$": "$.application.address"}}}
    task = {
        "Type": "Task",
        "Resource": LIST_QUEUES,
        "Parameters": {"address.$": "$.application.address"},
        "End": True,
    }
    for state in (states["A"], task):
        ended = run(cloud, {"A": state}, {"flagged": False})
        assert ended.cause == (
            f"{AT_A}The JSONPath '$.application.address' specified for the field 'address.$' could"
            " not be found in the input '{\"flagged\":false}'"
        )


LARGE = "def handle(event, context):\n    return 'x' * 300_000\n"


@pytest.mark.parametrize("name", ["States.ALL", "States.DataLimitExceeded"])
def test_an_output_that_is_too_large_can_be_caught(cloud: Cloud, name: str) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": cloud.function(LARGE)},
        "Catch": [{"ErrorEquals": [name], "Next": "Caught"}],
        "End": True,
    }
    ended = run(cloud, {"A": task, "Caught": END})
    assert ended.status == "SUCCEEDED"
    assert ended.output["Error"] == "States.DataLimitExceeded"
    assert len(ended.details("TaskFailed")) == 1


def test_an_ordinary_error_is_caught(cloud: Cloud) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": cloud.function("def handle(e, c): 1 / 0")},
        "Catch": CATCH_ALL,
        "End": True,
    }
    assert run(cloud, {"A": task, "Caught": END}).status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "code"),
    [
        (
            "dynamodb:updateItem",
            {
                "Key": {"id": {"S": "a"}},
                "UpdateExpression": "SET n = n + :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            },
            "DynamoDB.AmazonDynamoDBException",
            "Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException",
        ),
        (
            "dynamodb:putItem",
            {"Item": {"id": {"S": "a"}}, "ConditionExpression": "attribute_exists(id)"},
            "DynamoDB.ConditionalCheckFailedException",
            "Error Code: ConditionalCheckFailedException",
        ),
        (
            "sqs:sendMessage",
            {"MessageBody": ""},
            "SQS.AmazonSQSException",
            "Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter",
        ),
        (
            "lambda:invoke",
            {"FunctionName": "no-such-function"},
            "Lambda.ResourceNotFoundException",
            "Error Code: ResourceNotFoundException",
        ),
    ],
)
def test_an_error_of_a_service_has_the_name_that_awss_sdk_has_for_it(
    cloud: Cloud, resource: str, parameters: dict[str, Any], error: str, code: str
) -> None:
    service, _ = resource.split(":")
    if service == "dynamodb":
        parameters = {"TableName": cloud.table("id"), **parameters}
    if service == "sqs":
        queue = cloud.client("sqs").create_queue(QueueName=f"probe-{uuid.uuid4().hex[:8]}")
        parameters = {"QueueUrl": queue["QueueUrl"], **parameters}
    task = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "End": True,
    }
    ended = run(cloud, {"A": task})
    (failed,) = ended.details("TaskFailed")
    assert ended.error == failed["error"] == error
    assert code in ended.cause
    caught = run(cloud, {"A": task | {"Catch": [{"ErrorEquals": [error], "Next": "B"}]}, "B": END})
    assert caught.status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("resource", "parameters", "error"),
    [
        ("lambda:invoke", {"FunctionName": "f"}, "Lambda.AWSLambdaException"),
        (
            "dynamodb:getItem",
            {"TableName": "t", "Key": {"id": {"S": "a"}}},
            "DynamoDB.AmazonDynamoDBException",
        ),
        (
            "states:startExecution",
            {"StateMachineArn": "arn:aws:states:us-east-2:000000000000:stateMachine:m"},
            "StepFunctions.AWSStepFunctionsException",
        ),
    ],
)
def test_a_refusal_has_the_name_of_the_service(
    cloud: Cloud, resource: str, parameters: dict[str, Any], error: str
) -> None:
    task = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "End": True,
    }
    nothing = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
    ended = run(cloud, {"A": task}, role=cloud.role(nothing))
    assert ended.error == error
    assert "is not authorized to perform" in ended.cause


def _distributed(kind: str, **fields: Any) -> dict[str, Any]:
    choices = [{"Variable": "$", "NumericGreaterThan": 2, "Next": "Bad"}]
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": "Look",
        "States": {
            "Look": {"Type": "Choice", "Choices": choices, "Default": "Good"},
            "Good": END,
            "Bad": {"Type": "Fail", "Error": "TooLarge"},
        },
    }
    return {"A": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


@pytest.mark.parametrize(
    "kind", ["EXPRESS", pytest.param("STANDARD", marks=pytest.mark.exhaustive)]
)
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "States.ExceedToleratedFailureThreshold"),
        ({"ToleratedFailurePercentage": 60}, None),
        ({"ToleratedFailurePercentage": 40}, "States.ExceedToleratedFailureThreshold"),
        ({"ToleratedFailureCount": 2}, None),
        ({"ToleratedFailureCount": 1}, "States.ExceedToleratedFailureThreshold"),
    ],
)
def test_a_distributed_map_fails_if_more_of_its_children_fail_than_it_tolerates(
    cloud: Cloud, kind: str, fields: dict[str, Any], error: str | None
) -> None:
    ended = run(cloud, _distributed(kind, **fields), [1, 2, 3, 4])
    assert ended.error == error
    if error:
        assert ended.cause == "The specified tolerated failure threshold was exceeded"
        assert ended.details("MapRunFailed") == [{"error": error, "cause": ended.cause}]
    else:
        assert ended.output[:2] == [1, 2]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"CausePath": "$.n"}, "CausePath"),
        ({"ErrorPath": "$.o", "Cause": "c"}, "ErrorPath"),
        ({"ErrorPath": "$.none"}, "ErrorPath"),
        ({"Error": "E", "CausePath": "States.ArrayGetItem($.l, 0)"}, "CausePath"),
    ],
)
def test_the_error_and_the_cause_of_a_fail_state_are_texts(
    cloud: Cloud, fields: dict[str, Any], field: str
) -> None:
    given = {"n": 5, "o": {"a": 1}, "l": [True], "none": None}
    ended = run(cloud, {"A": {"Type": "Fail"} | fields}, given)
    assert ended.error == "States.Runtime"
    assert ended.cause.startswith(f"{AT_A}The field '{field}' must select a string, but was: ")


def test_a_fail_state_has_the_texts_that_its_paths_lead_to(cloud: Cloud) -> None:
    paths = {"ErrorPath": "$.e", "CausePath": "States.Format('{} of {}', $.n, $.e)"}
    ended = run(cloud, {"A": {"Type": "Fail"} | paths}, {"e": "Late", "n": 5})
    assert (ended.error, ended.cause) == ("Late", "5 of Late")


def test_a_retrier_may_try_again_at_once(cloud: Cloud) -> None:
    retrier = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 0, "MaxAttempts": 2}
    task = {"Type": "Task", "Resource": LIST_QUEUES.replace("listQueues", "getQueueUrl")}
    fields = {"Parameters": {"QueueName": "there-is-none"}, "Retry": [retrier], "End": True}
    ended = run(cloud, {"A": task | fields})
    assert ended.status == "FAILED"
    assert len(ended.details("TaskFailed")) == 3
