"""The data of a state that is tested, after each of its fields: texts with JSON.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

import json
from typing import Any

NO_TEXTS = ("request", "response", "errorDetails", "maxConcurrency")
TOLERATED = ("toleratedFailureCount", "toleratedFailurePercentage")


def of_other_state(data: dict[str, Any]) -> None:
    """Adds what is told of a Choice, Succeed or Fail state."""
    data.setdefault("afterInputPath", data["input"])


def of_pass(data: dict[str, Any], result: Any) -> None:
    """Adds what is told of a Pass state; `result` is LocalStack's field Result, or None.

    With a Result nothing is told of its input (LocalStack's tests that were recorded on AWS).
    """
    if result:
        data.pop("afterInputPath", None)
        data.pop("afterParameters", None)
        data.setdefault("afterResultSelector", text(result.result_obj))
    else:
        data.setdefault("afterInputPath", data["input"])
        data.setdefault("afterParameters", data["afterInputPath"])
        data.setdefault("afterResultSelector", data["afterParameters"])
    data.setdefault("afterResultPath", data["afterResultSelector"])


def told(data: dict[str, Any], variables: Any) -> dict[str, Any]:
    """What TestState returns: texts, with the variables after the state."""
    texts = {name: _text_in(name, value) for name, value in data.items()}
    values = {**variables._outer_scope, **variables._inner_scope}
    return texts | ({"variables": text(values)} if values else {})


def text(value: Any) -> str:
    """The JSON of a value, with spaces."""
    return json.dumps(value, default=str)


def _text_in(name: str, value: Any) -> Any:
    is_told_as_it_is = name in (*NO_TEXTS, *TOLERATED) or isinstance(value, str)
    return value if is_told_as_it_is else text(value)
