"""Evaluates JSONata expressions, in a process of its own that `workers.py` starts and may kill.

A request is the JSON text of an expression and its variables. The response is one of

- `{"value": …}`;
- `{"undefined": true}`, if the expression returns nothing;
- `{"unsupported": true}`, if it returns a function or a regular expression;
- `{"error": ". T1006: Attempted to invoke a non-function"}`, the end of AWS's cause.

Or it is a list of expressions that are only parsed; `references.py` describes the response.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from functools import lru_cache
from multiprocessing.connection import Connection
from typing import Any

from jsonata.jexception import JException
from jsonata.utils import Utils

from localstack_host.services.stepfunctions.jsonata.evaluator import (
    TOO_DEEP,
    TOO_LARGE,
    Expression,
    LimitExceededError,
)
from localstack_host.services.stepfunctions.jsonata.functions import FUNCTIONS, with_nulls
from localstack_host.services.stepfunctions.jsonata.messages import message
from localstack_host.services.stepfunctions.jsonata.references import parsed

MEMORY_BYTES = 1 << 30
EXPRESSIONS = 512


class UnsupportedValueError(Exception):
    """The value, or a part of it, has no form in JSON."""


def main(connection: Connection) -> None:
    """Answers requests until the other side closes the connection."""
    while True:
        try:
            request = json.loads(connection.recv_bytes())
        except EOFError:
            return
        connection.send_bytes(json.dumps(respond(request)).encode())


def respond(request: Any) -> Any:
    """The response to a request, see the module."""
    if isinstance(request, list):
        return [parsed(expression) for expression in request]
    try:
        return _evaluated(request["expression"], request["variables"])
    except UnsupportedValueError:
        return {"unsupported": True}
    except JException as error:
        return {"error": f". {error.error}: {message(error)}"}
    except LimitExceededError as error:
        return {"error": f": {error}"}
    except RecursionError:
        return {"error": f": {TOO_DEEP}"}
    except MemoryError:
        return {"error": f": {TOO_LARGE}"}
    except Exception as error:  # of the library: the next request is another one
        return {"error": f": {error}"}


def _evaluated(expression: str, variables: dict[str, Any]) -> dict[str, Any]:
    value = _expression(expression).value(FUNCTIONS | with_nulls(variables))
    return {"undefined": True} if value is None else {"value": _plain(value)}


_expression = lru_cache(EXPRESSIONS)(Expression)


def _plain(value: Any) -> Any:
    if value is Utils.NULL_VALUE or value is None:
        return None
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return _named(value)
    if isinstance(value, (str, bool, int, float)):
        return value
    raise UnsupportedValueError


def _named(value: float) -> str:
    """AWS writes what JSON has no number for as JavaScript names it."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def limit_memory() -> None:
    """Lets an expression that asks for more fail, where the system has such a limit."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    limit_memory()
    with Connection(int(sys.argv[1])) as parent:
        main(parent)
