"""Definitions are refused as AWS refuses them, each with its code, message and location."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localstack_host.services.stepfunctions.definitions.check import diagnose

END = {"Type": "Pass", "End": True}
ON = {"End": True}
LAMBDA = "arn:aws:states:::lambda:invoke"


def _of(states: dict[str, Any], start: str = "A", kind: str = "STANDARD", **top: Any) -> list[str]:
    definition = {"StartAt": start, "States": states, **top}
    return [str(found) for found in diagnose(json.dumps(definition), kind)]


def _task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": LAMBDA, "End": True, **fields}


def _map(processor: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


ALL = {"ErrorEquals": ["States.ALL"]}
SCHEMA = "SCHEMA_VALIDATION_FAILED: "


@pytest.mark.parametrize(
    ("states", "found"),
    [
        (
            {"A": {"Type": "Pass", "Next": "Gone"}, "B": END},
            [
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: Gone at /States/A/Next",
                'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
            ],
        ),
        (
            {"Nope": END},
            [
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: A at /StartAt",
                'MISSING_TRANSITION_TARGET: State "Nope" is not reachable. at /States/Nope',
            ],
        ),
        (
            {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}},
            ["MISSING_END_STATE: Workflow has no terminal state at null"],
        ),
        (
            {"A": {"Type": "Pass", "Next": "A"}, "Unused": {"Type": "Pass", "Next": "A"}},
            ["MISSING_END_STATE: Workflow has no terminal state at null"],
        ),
        (
            {"A": {"Type": "Choice", "Choices": [{"Next": "Gone"}], "Default": "Lost"}, "B": END},
            [
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: Lost at /States/A/Default",
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: Gone"
                " at /States/A/Choices[0]/Next",
                'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
            ],
        ),
        (
            {"A": _task(Catch=[{**ALL, "Next": "Gone"}])},
            ["MISSING_TRANSITION_TARGET: Missing 'Next' target: Gone at /States/A/Catch[0]/Next"],
        ),
        (
            {"A": _map({"StartAt": "W", "States": {"W": END, "Ghost": END}})},
            [
                'MISSING_TRANSITION_TARGET: State "Ghost" is not reachable.'
                " at /States/A/ItemProcessor/States/Ghost"
            ],
        ),
        (
            {"A": {"Type": "Parallel", "Branches": [{"StartAt": "X", "States": {"W": END}}], **ON}},
            [
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: X"
                " at /States/A/Branches[0]/StartAt",
                'MISSING_TRANSITION_TARGET: State "W" is not reachable.'
                " at /States/A/Branches[0]/States/W",
            ],
        ),
    ],
)
def test_every_transition_leads_somewhere_and_every_state_is_reached(
    states: dict[str, Any], found: list[str]
) -> None:
    assert _of(states) == found


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({"Type": "Pass"}, "This object should have only one of the following fields: [Next, End]"),
        (END | {"Next": "A"}, "There should only be one of the following fields: [Next, End]"),
        ({"End": True}, "These fields are required: [Type]"),
        ({"Type": "Task", "End": True}, "These fields are required: [Resource]"),
        ({"Type": "Parallel", "End": True}, "These fields are required: [Branches]"),
        (
            {"Type": "Map", "End": True},
            "This object should have only one of the following fields: [ItemProcessor, Iterator]",
        ),
        (
            {"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": True},
            "There should only be one of the following fields:"
            " [SecondsPath, Seconds, TimestampPath, Timestamp]",
        ),
        (END | {"Catch": [ALL | {"Next": "A"}]}, "Field 'Catch' is not supported"),
        (END | {"Retry": [ALL]}, "Field 'Retry' is not supported"),
        (END | {"TimeoutSeconds": 5}, "Field 'TimeoutSeconds' is not supported"),
        ({"Type": "Succeed", "Next": "A"}, "Field 'Next' is not supported"),
        ({"Type": "Fail", "InputPath": "$.a"}, "Field 'InputPath' is not supported"),
        (
            END | {"Output": 1},
            "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the"
            " 'JSONata' QueryLanguage",
        ),
        (
            END | {"QueryLanguage": "JSONata", "InputPath": "$.a"},
            "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the"
            " 'JSONPath' QueryLanguage",
        ),
    ],
)
def test_a_state_has_the_fields_of_its_type_and_language(state: Any, found: str) -> None:
    assert _of({"A": state}) == [f"{SCHEMA}{found} at /States/A"]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (
            {"Retry": [ALL, {"ErrorEquals": ["Busy"]}]},
            "States.ALL must appear alone and at end of list at /States/A/Retry[0]/ErrorEquals[0]",
        ),
        (
            {"Catch": [{"ErrorEquals": ["Busy", "States.ALL"], "Next": "A"}]},
            "States.ALL must appear alone and at end of list at /States/A/Catch[0]/ErrorEquals[1]",
        ),
        ({"Retry": [{}]}, "These fields are required: [ErrorEquals] at /States/A/Retry[0]"),
        ({"Catch": [ALL]}, "These fields are required: [Next] at /States/A/Catch[0]"),
        (
            {"Retry": [{"ErrorEquals": []}]},
            "Value cannot be empty at /States/A/Retry[0]/ErrorEquals",
        ),
    ],
)
def test_a_retrier_or_catcher_that_is_wrong_is_named(fields: Any, found: str) -> None:
    assert _of({"A": _task(**fields)}) == [SCHEMA + found]


def test_the_last_retrier_may_be_for_all_errors() -> None:
    assert _of({"A": _task(Retry=[{"ErrorEquals": ["Busy"]}, ALL])}) == []


@pytest.mark.parametrize(
    ("choices", "found"),
    [
        ([], "Value cannot be empty at /States/A/Choices"),
        (
            [{"Variable": "$.a", "IsNull": True}],
            "These fields are required: [Next] at /States/A/Choices[0]",
        ),
        (
            [{"And": [{"Variable": "$.a", "IsNull": True, "Next": "B"}], "Next": "B"}],
            "Field 'Next' is not supported at /States/A/Choices[0]/And[0]",
        ),
        (
            [{"Not": {"Variable": "$.a", "IsNull": True, "Next": "B"}, "Next": "B"}],
            "Field 'Next' is not supported at /States/A/Choices[0]/Not",
        ),
    ],
)
def test_only_the_outermost_rule_of_a_choice_has_a_next_state(choices: Any, found: str) -> None:
    state = {"Type": "Choice", "Choices": choices, "Default": "B"}
    assert _of({"A": state, "B": END}) == [SCHEMA + found]


def test_a_name_is_at_most_80_characters_long() -> None:
    long = "n" * 81
    assert _of({long[:80]: END}, start=long[:80]) == []
    assert _of({long: END}, start=long) == [
        f"INVALID_STATE_NAME: Invalid State name: State '{long}' exceeds the 80-character limit"
        f" allowed by the service at /States/{long}"
    ]


def test_a_name_is_there_once_in_a_machine() -> None:
    processor = {"StartAt": "A", "States": {"A": END}}
    assert _of({"A": _map(processor)}) == [
        "DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/ItemProcessor/States/A"
    ]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("1 +", "INVALID_JSONATA_EXPRESSION: Unexpected end of expression"),
        ("phone", "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level"),
        ("$$.a", "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported."),
        ("$states.errorOutput", "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput'"),
    ],
)
def test_every_expression_is_parsed(expression: str, found: str) -> None:
    state = END | {"Output": {"list": ["{% $states.input.a %}", f"{{% {expression} %}}"]}}
    (said,) = _of({"A": state}, QueryLanguage="JSONata")
    assert said.startswith(found)
    assert said.endswith(" at /States/A/Output/list[1]")


def test_a_catcher_has_the_error() -> None:
    catcher = ALL | {"Next": "B", "Output": "{% $states.errorOutput.Cause %}"}
    assert _of({"A": _task(Catch=[catcher]), "B": END}, QueryLanguage="JSONata") == []


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("jsonata", "Value should be one of the following: [JSONPath, JSONata]"),
        (5, "Expected value of type [STRING]"),
    ],
)
def test_a_language_that_is_none_is_refused(language: Any, found: str) -> None:
    assert _of({"A": END}, QueryLanguage=language) == [f"{SCHEMA}{found} at /QueryLanguage"]
    state = END | {"QueryLanguage": language}
    assert _of({"A": state}) == [f"{SCHEMA}{found} at /States/A/QueryLanguage"]


def test_a_machine_in_jsonata_has_no_state_in_jsonpath() -> None:
    state = END | {"QueryLanguage": "JSONPath", "InputPath": "$.a"}
    assert _of({"A": state}, QueryLanguage="JSONata") == [
        f"{SCHEMA}'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        " at /States/A"
    ]


def test_a_processor_has_the_language_of_the_machine() -> None:
    processor = {"StartAt": "B", "States": {"B": END | {"Output": 1}}}
    state = _map(processor, QueryLanguage="JSONata")
    assert _of({"A": state})[0].endswith("at /States/A/ItemProcessor/States/B")
    assert _of({"A": state}, QueryLanguage="JSONata") == []
    processor["QueryLanguage"] = "JSONata"
    assert f"{SCHEMA}Field 'QueryLanguage' is not supported at /States/A/ItemProcessor" in _of(
        {"A": state}
    )


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        ("arn:aws:states:us-east-1:123456789012:activity:a", "does not support Activity ARN"),
        ("arn:aws:states:::states:startExecution.sync:2", "'.sync' service integration"),
        (f"{LAMBDA}.waitForTaskToken", "'.waitForTaskToken' service integration "),
    ],
)
def test_an_express_workflow_waits_for_nothing(resource: str, found: str) -> None:
    states = {"A": _task(Resource=resource)}
    (said,) = _of(states, kind="EXPRESS")
    assert said.endswith(f"{found} at /States/A/Resource")
    assert _of(states) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", f"{SCHEMA}Definition must be a valid JSON object at null"),
        ("[]", f"{SCHEMA}Definition must be a valid JSON object at null"),
        ("{}", f"{SCHEMA}These fields are required: [States, StartAt] at /"),
        ('{"States": {}}', f"{SCHEMA}These fields are required: [StartAt] at /"),
        ("not a definition", "INVALID_JSON_DESCRIPTION: "),
    ],
)
def test_what_is_no_definition_is_refused(text: str, found: str) -> None:
    (said,) = diagnose(text, "STANDARD")
    assert str(said).startswith(found)


PAYLOAD = "must be a valid JSONPath or a valid intrinsic function call at /States/A/Parameters"


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("$.order.id", True),
        ("$$.Execution.Id", True),
        ("$order", True),
        ("States.UUID()", True),
        ("States.Format('it\\'s {}', States.JsonToString($.a))", True),
        ('States.StringToJson(\'{"a": "b"}\')', True),
        ("order", False),
        ("States.Uppercase($.a)", False),
        ("States.Format('{}', States.Uppercase($.a))", False),
        ("States.Format('He said \\\"Hello\\\"', $.a)", False),
        ("States.UUID(", False),
    ],
)
def test_a_field_with_a_dollar_is_a_path_or_an_intrinsic_function(value: str, valid: bool) -> None:
    found = _of({"A": {**END, "Parameters": {"parsed.$": value}}})
    wrong = f"{SCHEMA}The value for the field 'parsed.$' {PAYLOAD}"
    assert found == ([] if valid else [wrong])
