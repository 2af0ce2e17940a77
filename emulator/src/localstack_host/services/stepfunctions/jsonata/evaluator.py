"""JSONata as Step Functions evaluates it: numbers of JavaScript, and limits of AWS.

How deep an expression may nest and how much a value may hold is not documented. It was measured on
AWS by the authors of https://github.com/floci-io/floci (issues 2667, 2736 and 2737), as were the
messages.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

MOST_BYTES = 6_990_256  # of one value, with 8 for each item of an array and 1 for each character
MOST_LEVELS = 100
TOO_LARGE = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
TOO_DEEP = (
    "Stack overflow error: Check for non-terminating recursive function. "
    f"Consider rewriting as tail-recursive. Depth={MOST_LEVELS + 1} max={MOST_LEVELS}"
)
OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right if right else _divided_by_zero(left),
    "%": lambda left, right: math.fmod(left, right) if right else math.nan,
}


class LimitExceededError(Exception):
    """An evaluation needs more than AWS allows; the text is AWS's."""


class Expression(jsonata.Jsonata):  # type: ignore[misc] # it is not typed
    """A parsed expression."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.set_output_convert_nulls(False)
        self._levels = 0
        self.environment.set_evaluate_entry_callback(self._enter)
        self.environment.set_evaluate_exit_callback(self._leave)

    def value(self, variables: dict[str, Any]) -> Any:
        """The value. JSON's null is `Utils.NULL_VALUE`, and None is undefined."""
        self._levels = 0
        jsonata.Jsonata.CURRENT.jsonata = self  # the library's own functions look there
        return self.evaluate(None, variables)

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: Any) -> Any:
        """The result of an arithmetic operation, which may be infinite or no number."""
        for value, code in ((lhs, "T2001"), (rhs, "T2002")):
            if value is not None and not _is_number(value):
                raise JException(code, -1, op, value)
        if lhs is None or rhs is None:
            return None
        result = OPERATIONS[op](float(lhs), float(rhs))
        return Utils.convert_number(result) if math.isfinite(result) else result

    def _enter(self, _part: Any, _input: Any, _frame: Any) -> None:
        self._levels += 1
        if self._levels > MOST_LEVELS:
            raise LimitExceededError(TOO_DEEP)

    def _leave(self, _part: Any, _input: Any, _frame: Any, value: Any) -> None:
        self._levels -= 1
        if isinstance(value, str):
            size = len(value)
        elif isinstance(value, list):
            size = 8 * (len(value) - isinstance(value, Utils.RangeList))  # it counts one too many
        else:
            return
        if size > MOST_BYTES:
            raise LimitExceededError(TOO_LARGE)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _divided_by_zero(value: float) -> float:
    return math.copysign(math.inf, value) if value else math.nan
