"""The fields of a state: which its type and its language support, and which it has to have.

Which type supports which fields was measured on AWS by the authors of cdk-preflight.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic, schema
from localstack_host.services.stepfunctions.definitions.scopes import (
    JSONATA,
    JSONPATH,
    PROCESSORS,
    State,
)

TYPES = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
COMMON = frozenset(("Type", "Comment", "QueryLanguage"))
TEXT = frozenset(("InputPath", "OutputPath", "Output"))
ONWARD = frozenset(("Assign", "Next", "End"))
WORK = TEXT | ONWARD | {"ResultPath", "Parameters", "ResultSelector", "Retry", "Catch"}
WAIT_FIELDS = ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")
TASK_FIELDS = ("Resource", "Credentials", "Arguments")
TASK_TIMES = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")
MAP_ITEMS = ("Items", "ItemsPath", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter")
MAP_LIMITS = (
    "MaxConcurrency",
    "MaxConcurrencyPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
)
SUPPORTED: dict[str, frozenset[str]] = {
    "Pass": TEXT | ONWARD | {"Result", "ResultPath", "Parameters"},
    "Task": WORK.union(TASK_FIELDS, TASK_TIMES),
    "Wait": TEXT.union(ONWARD, WAIT_FIELDS),
    "Parallel": WORK | {"Arguments", "Branches"},
    "Map": WORK.union(PROCESSORS, MAP_ITEMS, MAP_LIMITS, ("Label",)),
    "Choice": TEXT | {"Assign", "Choices", "Default"},
    "Succeed": TEXT,
    "Fail": frozenset(("Error", "Cause", "ErrorPath", "CausePath")),
}
KNOWN = COMMON.union(*SUPPORTED.values())
REQUIRED = {"Task": "Resource", "Choice": "Choices", "Parallel": "Branches"}
ONE_LANGUAGE = {
    JSONATA: ("Output", "Arguments", "Items"),
    JSONPATH: (
        *("InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "Result"),
        *("ItemsPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "SecondsPath"),
        *("TimestampPath", "MaxConcurrencyPath", "ToleratedFailurePercentagePath"),
        *("ToleratedFailureCountPath", "ErrorPath", "CausePath"),
    ),
}
NOT_BOTH = (
    ("TimeoutSeconds", "TimeoutSecondsPath"),
    ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ("MaxConcurrency", "MaxConcurrencyPath"),
    ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
    ("ToleratedFailureCount", "ToleratedFailureCountPath"),
    ("Error", "ErrorPath"),
    ("Cause", "CausePath"),
    WAIT_FIELDS,
    PROCESSORS,
    ("Next", "End"),
)
EXACTLY_ONE = {"Wait": (WAIT_FIELDS,), "Map": (PROCESSORS,)}
NEXT_OR_END = ("Next", "End")
GOING_ON = ("Task", "Wait", "Pass", "Parallel", "Map")


def check(state: State, machine_language: str) -> Iterator[Diagnostic]:
    """The errors in the fields of a state."""
    if "Type" not in state.body:
        yield schema("These fields are required: [Type]", state.path)
    elif state.type not in TYPES:
        message = f"The field 'Type' should have one of these values: [{', '.join(TYPES)}]"
        yield schema(message, f"{state.path}/Type")
    else:
        for part in (_support, _exclusion, _requirements):
            yield from part(state)
        yield from _language(state, machine_language)


def _support(state: State) -> Iterator[Diagnostic]:
    supported = SUPPORTED[state.type] | COMMON
    for field in state.body:
        if field in KNOWN and field not in supported:
            yield schema(f"Field '{field}' is not supported", state.path)


def _exclusion(state: State) -> Iterator[Diagnostic]:
    for fields in NOT_BOTH:
        present = [field for field in fields if _is_set(state, field)]
        if len(present) > 1:
            message = f"There should only be one of the following fields: [{', '.join(fields)}]"
            yield schema(message, state.path)


def _requirements(state: State) -> Iterator[Diagnostic]:
    required = REQUIRED.get(state.type)
    if required and required not in state.body:
        yield schema(f"These fields are required: [{required}]", state.path)
    groups = (*EXACTLY_ONE.get(state.type, ()), *((NEXT_OR_END,) if state.type in GOING_ON else ()))
    for fields in groups:
        if not any(_is_set(state, field) for field in fields):
            message = "This object should have only one of the following fields"
            yield schema(f"{message}: [{', '.join(fields)}]", state.path)


def _is_set(state: State, field: str) -> bool:
    return field in state.body and (field != "End" or state.body[field] is True)


def _language(state: State, machine_language: str) -> Iterator[Diagnostic]:
    named = state.body.get("QueryLanguage")
    if named == JSONPATH and machine_language == JSONATA:
        message = (
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        )
        yield schema(message, state.path)
        return
    other = JSONPATH if state.language == JSONATA else JSONATA
    for field in ONE_LANGUAGE[other]:
        if field in state.body and field in SUPPORTED[state.type]:
            message = (
                f"The QueryLanguage is set to '{state.language}', but field '{field}' is only "
                f"supported for the '{other}' QueryLanguage"
            )
            yield schema(message, state.path)


def check_language(body: dict[str, Any], path: str) -> Iterator[Diagnostic]:
    """The error of a part that names no language that there is."""
    named = body.get("QueryLanguage", JSONPATH)
    if not isinstance(named, str):
        yield schema("Expected value of type [STRING]", f"{path}/QueryLanguage")
    elif named not in (JSONPATH, JSONATA):
        message = "Value should be one of the following: [JSONPath, JSONata]"
        yield schema(message, f"{path}/QueryLanguage")
