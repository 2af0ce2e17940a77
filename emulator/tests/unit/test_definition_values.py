"""Definitions are refused for numbers, integrations and variables that AWS refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localstack_host.services.stepfunctions.definitions.check import diagnose

END = {"Type": "Pass", "End": True}
SCHEMA = "SCHEMA_VALIDATION_FAILED: "


def _of(state: dict[str, Any], kind: str = "STANDARD", **top: Any) -> list[str]:
    definition = {"StartAt": "A", "States": {"A": state}, **top}
    return [str(found) for found in diagnose(json.dumps(definition), kind)]


def _task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True, **fields}


def _map(processor: dict[str, Any], key: str = "ItemProcessor", **fields: Any) -> dict[str, Any]:
    return {"Type": "Map", key: processor, "End": True, **fields}


DISTRIBUTED = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    "StartAt": "B",
    "States": {"B": END},
}


@pytest.mark.parametrize("key", ["ItemProcessor", "Iterator"])
def test_an_express_workflow_starts_no_map_run(key: str) -> None:
    state = _map(DISTRIBUTED, key)
    (said,) = _of(state, kind="EXPRESS")
    assert said == (
        f"{SCHEMA}The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS'"
        f" state machines at /States/A/{key}/ProcessorConfig/Mode"
    )
    assert _of(state) == []
    inline = DISTRIBUTED | {"ProcessorConfig": {"Mode": "INLINE"}}
    assert _of(_map(inline), kind="EXPRESS") == []


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"Mode": "DISTRIBUTED"}, "These fields are required: [ExecutionType]"),
        (
            {"Mode": "INLINE", "ExecutionType": "STANDARD"},
            "Field 'ExecutionType' is not supported",
        ),
        ({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, None),
        ({"Mode": "INLINE"}, None),
        ({}, None),
    ],
)
def test_only_a_distributed_map_has_a_type_of_executions(
    config: dict[str, Any], found: str | None
) -> None:
    processor = {"ProcessorConfig": config, "StartAt": "B", "States": {"B": END}}
    place = "/States/A/ItemProcessor/ProcessorConfig"
    assert _of(_map(processor)) == ([f"{SCHEMA}{found} at {place}"] if found else [])


@pytest.mark.parametrize(
    ("integration", "valid"),
    [
        ("dynamodb:putItem.waitForTaskToken", False),
        ("glue:startJobRun.waitForTaskToken", False),
        ("lambda:invoke.sync", False),
        ("sqs:sendMessage.sync", False),
        ("aws-sdk:ecs:runTask.sync", False),
        ("ecs:runTask.sync:2", False),
        ("dynamodb:putItem", True),
        ("lambda:invoke.waitForTaskToken", True),
        ("aws-sdk:sqs:sendMessage.waitForTaskToken", True),
        ("ecs:runTask.sync", True),
        ("ecs:runTask.waitForTaskToken", True),
        ("glue:startJobRun.sync", True),
        ("states:startExecution.sync", True),
        ("states:startExecution.sync:2", True),
        ("states:startExecution.waitForTaskToken", True),
    ],
)
def test_an_integration_has_only_the_patterns_of_its_service(integration: str, valid: bool) -> None:
    for partition in ("aws", "aws-us-gov"):
        resource = f"arn:{partition}:states:::{integration}"
        found = [
            f"{SCHEMA}The resource provided {resource} is not recognized. The value is not a valid"
            " resource ARN, or the resource is not available in this region. at /States/A/Resource"
        ]
        assert _of(_task(Resource=resource)) == ([] if valid else found)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"TimeoutSeconds": 0}, "Minimum value is 1 at /States/A/TimeoutSeconds"),
        ({"TimeoutSeconds": 10**8}, "Maximum value is 99999999 at /States/A/TimeoutSeconds"),
        ({"HeartbeatSeconds": 0}, "Minimum value is 1 at /States/A/HeartbeatSeconds"),
        (
            {"Retry": [{"ErrorEquals": ["A"], "BackoffRate": 0.5}]},
            "Minimum value is 1 at /States/A/Retry[0]/BackoffRate",
        ),
        (
            {"Retry": [{"ErrorEquals": ["A"], "MaxAttempts": -1}]},
            "Minimum value is 0 at /States/A/Retry[0]/MaxAttempts",
        ),
        (
            {"Retry": [{"ErrorEquals": ["A"], "MaxDelaySeconds": 0}]},
            "Minimum value is 1 at /States/A/Retry[0]/MaxDelaySeconds",
        ),
        ({"TimeoutSeconds": 1, "Retry": [{"ErrorEquals": ["A"], "MaxAttempts": 0}]}, None),
    ],
)
def test_a_number_has_its_limits(fields: dict[str, Any], found: str | None) -> None:
    assert _of(_task(**fields)) == ([f"{SCHEMA}{found}"] if found else [])


def test_numbers_of_other_states_have_limits_too() -> None:
    wait = {"Type": "Wait", "Seconds": -1, "End": True}
    assert _of(wait) == [f"{SCHEMA}Minimum value is 0 at /States/A/Seconds"]
    assert _of(wait | {"Seconds": 0}, TimeoutSeconds=0) == []
    expression = wait | {"Seconds": "{% -1 %}"}
    assert _of(expression, QueryLanguage="JSONata") == []
    limits = {"MaxConcurrency": -1, "ToleratedFailurePercentage": 101}
    assert _of(_map({"StartAt": "B", "States": {"B": END}}, **limits)) == [
        f"{SCHEMA}Minimum value is 0 at /States/A/MaxConcurrency",
        f"{SCHEMA}Maximum value is 100 at /States/A/ToleratedFailurePercentage",
    ]


@pytest.mark.parametrize(
    ("state", "place"),
    [
        (END | {"Assign": {"a": 1, "states": 1}}, "Assign/states"),
        (END | {"Assign": {"states.$": "$.a"}}, "Assign/states.$"),
        (
            _task(Catch=[{"ErrorEquals": ["A"], "Assign": {"states": 1}, "Next": "A"}]),
            "Catch[0]/Assign/states",
        ),
        (END | {"Assign": {"state": 1, "statesOf": 2, "a": {"states": 3}}}, None),
    ],
)
def test_no_state_assigns_the_reserved_variable(state: dict[str, Any], place: str | None) -> None:
    said = f"{SCHEMA}The variable name 'states' is reserved at /States/A/{place}"
    found = [each for each in _of(state) if "reserved" in each]
    assert found == ([said] if place else [])


def test_no_rule_assigns_the_reserved_variable() -> None:
    rule = {"Variable": "$.a", "IsPresent": True, "Next": "A", "Assign": {"states": 1}}
    (said,) = _of({"Type": "Choice", "Choices": [rule]})
    assert said.endswith("at /States/A/Choices[0]/Assign/states")
