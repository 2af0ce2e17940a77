"""Metric math: numbers, ids of series, + - * / and FILL(id, number). Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence

from localstack_host.services.cloudwatch.data_points import NotUnderstood

Values = Sequence[float | None]
"""One value for each period; None for a period without data points."""

OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def compute(expression: str, series: Mapping[str, Values]) -> Values:
    """Evaluates an expression period by period. Raises `NotUnderstood` for anything else."""
    tree = _parsed(expression)
    count = max((len(values) for values in series.values()), default=0)
    return [_at(period, tree, series) for period in range(count)]


def names(expression: str) -> set[str]:
    """The names in an expression: ids of series, and functions. Raises `NotUnderstood`."""
    return {node.id for node in ast.walk(_parsed(expression)) if isinstance(node, ast.Name)}


def _parsed(expression: str) -> ast.expr:
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except SyntaxError as error:
        raise NotUnderstood(expression) from error


def _at(period: int, tree: ast.expr, series: Mapping[str, Values]) -> float | None:
    match tree:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in series:
            return series[name][period]
        case ast.Call(func=ast.Name(id="FILL"), args=[what, ast.Constant(value=int() as instead)]):
            value = _at(period, what, series)
            return float(instead) if value is None else value
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATIONS:
            operands = _at(period, left, series), _at(period, right, series)
            return _combined(OPERATIONS[type(operation)], *operands)
    raise NotUnderstood(ast.unparse(tree))


def _combined(
    operation: Callable[[float, float], float], left: float | None, right: float | None
) -> float | None:
    """A division by zero has no value."""
    if left is None or right is None or (operation is operator.truediv and not right):
        return None
    return operation(left, right)
