"""Evaluates the expressions of an execution, and fails as AWS does if one has no value.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from localstack_host.services.stepfunctions.jsonata.workers import workers

EXPRESSIONS = 512
STATES = "$states"
UNDEFINED = "returned nothing (undefined)."
UNSUPPORTED = "returned an unsupported result type."

# The type that a field has to have, by the end of its location. All others take every value.
TYPES = {
    "Cause": "string",
    "Condition": "boolean",
    "Error": "string",
    "HeartbeatSeconds": "number",
    "Items": "array",
    "MaxConcurrency": "number",
    "MaxItems": "number",
    "MaxItemsPerBatch": "number",
    "MaxInputBytesPerBatch": "number",
    "Seconds": "number",
    "TimeoutSeconds": "number",
    "Timestamp": "string",
    "ToleratedFailureCount": "number",
    "ToleratedFailurePercentage": "number",
}
# The least number that a field takes; LocalStack checks those of a Map's tolerance itself.
LEAST = {"Seconds": 0, "TimeoutSeconds": 1, "HeartbeatSeconds": 1, "MaxConcurrency": 0}
FREE_FORM = ("Arguments", "Assign", "Output", "ItemSelector", "Items", "BatchInput")


class QueryEvaluationError(Exception):
    """An expression has no value that its field can take; the text is the end of AWS's cause."""


def value_of(expression: str, environment: Any, location: str = "", also: str = "") -> Any:
    """The value of an expression; raises QueryEvaluationError if it has none.

    `also` is a type that the field at `location` takes besides its usual one.
    """
    response = _response(expression, environment)
    if "error" in response:
        raise QueryEvaluationError(f"threw an error during evaluation{response['error']}")
    if "value" not in response:
        raise QueryEvaluationError(UNDEFINED if "undefined" in response else UNSUPPORTED)
    value = response["value"]
    _check_type(value, location, also)
    return value


def value_or_none(expression: str, environment: Any) -> Any:
    """The value of an expression, or None if it has none."""
    return _response(expression, environment).get("value")


def _response(expression: str, environment: Any) -> dict[str, Any]:
    from localstack.services.stepfunctions.asl.utils.encoding import to_json_str

    request = {"expression": expression, "variables": _variables(expression, environment)}
    response: dict[str, Any] = workers().ask(to_json_str(request).encode())
    return response


def _variables(expression: str, environment: Any) -> dict[str, Any]:
    """The variables that an expression names: the others would be sent in vain."""
    store = environment.variable_store
    known = store._outer_scope | store._inner_scope
    names = _references(expression)
    variables = {name: known[name] for name in names if name in known}
    if parts := _parts_of_states(expression):
        data = environment.states._states_data
        variables["states"] = {part: data[part] for part in parts & data.keys()}
    return variables


@lru_cache(EXPRESSIONS)
def _references(expression: str) -> frozenset[str]:
    return frozenset(name.split(".")[0].removeprefix("$") for name in _paths(expression))


@lru_cache(EXPRESSIONS)
def _parts_of_states(expression: str) -> frozenset[str]:
    """Of `$states` what is named: `$states.input` alone does not need the context."""
    paths = [path.split(".") for path in _paths(expression)]
    named = [path for path in paths if path[0] == STATES]
    if any(len(path) == 1 for path in named):
        return frozenset(("input", "context", "result", "errorOutput"))
    return frozenset(path[1] for path in named)


def _paths(expression: str) -> Any:
    from localstack.services.stepfunctions.asl.jsonata.jsonata import (
        extract_jsonata_variable_references,
    )

    return extract_jsonata_variable_references(expression)


def _check_type(value: Any, location: str, also: str = "") -> None:
    *fields, last = location.split("/")
    if fields and fields[0] in FREE_FORM:
        return
    expected, least = TYPES.get(last), LEAST.get(last)
    if expected and (actual := _type(value)) not in (expected, also):
        raise QueryEvaluationError(
            f"returned an unexpected result type. Expected '{expected}', but was '{actual}' "
            f"for value: {json.dumps(value, separators=(',', ':'))}"
        )
    if least is not None and value < least:
        raise QueryEvaluationError(f"returned a value below {least}: {value}")


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    names = {str: "string", list: "array", dict: "object", type(None): "null"}
    return names[type(value)]
