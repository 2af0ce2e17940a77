"""KeyConditionExpression: which part of which partition a Query reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.conditions import Condition, condition
from embedded_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparison,
    Constant,
    Function,
    In,
    Names,
    Not,
    Operand,
    Or,
    Path,
    Test,
    ValueRef,
    Values,
    leaves_of,
    operands_of,
)
from embedded_dynamodb.values import Value

CACHED = 4096
FLIPPED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
INVALID_CONDITION = "Invalid condition in KeyConditionExpression: "
NOT_SUPPORTED = "Query key condition not supported"


@dataclass(frozen=True, slots=True)
class Bound:
    """One condition on a key attribute; two values for BETWEEN, else one."""

    name: str
    operator: str
    values: tuple[Value, ...]


type Key = Sequence[tuple[str, str]]  # names and types: [("p", "S")]


class KeyCondition:
    """The key conditions that a text says, whatever the table."""

    def __init__(self, parsed: Condition) -> None:
        self._condition = parsed
        self.names = parsed.names
        self.values = parsed.values

    def check(self, names: Names, values: Values) -> None:
        """Raises what AWS says of the expression before it looks at the table."""
        self._condition.check(names, values)
        bounds_of(self._condition.test, names, values)

    def bind(self, names: Names, values: Values, partition: Key, sort: Key) -> list[Bound]:
        """The conditions in the order of the key attributes, checked against them."""
        return bound(bounds_of(self._condition.test, names, values), partition, sort)


def bounds_of(test: Test, names: Names, values: Values) -> dict[str, Bound]:
    """The conditions by attribute, if all of them can be key conditions."""
    _check_operators(test)
    bounds: dict[str, Bound] = {}
    for leaf in leaves_of(test):
        each = _bound(leaf, names, values)
        if each.name in bounds:
            raise ValidationException(
                "KeyConditionExpressions must only contain one condition per key"
            )
        bounds[each.name] = each
    return bounds


def _check_operators(test: Test) -> None:
    if isinstance(test, And):
        for part in test.parts:
            _check_operators(part)
        return
    operator = _operator(test)
    if operator not in ("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"):
        raise ValidationException(f"Invalid operator used in KeyConditionExpression: {operator}")
    if isinstance(test, Function | Between) and not isinstance(operands_of(test)[0], Path):
        raise ValidationException(
            f"{INVALID_CONDITION}{operator} operator must have the key attribute as its first "
            "operand"
        )


def _operator(test: Test) -> str:
    match test:
        case Comparison():
            return test.operator
        case Function():
            return test.name
    return {Or: "OR", Not: "NOT", In: "IN", Between: "BETWEEN", And: "AND"}[type(test)]


def _bound(leaf: Test, names: Names, values: Values) -> Bound:
    operands = operands_of(leaf)  # type: ignore[arg-type]
    name = _key_attribute(operands, names)
    given = tuple([value for each in operands if (value := _value(each, values)) is not None])
    operator = _operator(leaf)
    if not isinstance(operands[0], Path):
        operator = FLIPPED[operator]
    return Bound(name, operator, given)


def _key_attribute(operands: tuple[Operand, ...], names: Names) -> str:
    name = None
    for operand in operands:
        if isinstance(operand, Function):
            raise ValidationException("KeyConditionExpressions cannot contain nested operations")
        if isinstance(operand, Path):
            if name is not None:
                raise ValidationException(
                    INVALID_CONDITION + "Multiple attribute names used in one condition"
                )
            name = _top_level_name(operand, names)
    if name is None:
        raise ValidationException(INVALID_CONDITION + "No key attribute specified")
    return name


def _top_level_name(path: Path, names: Names) -> str:
    if len(path.parts) > 1:
        raise ValidationException(
            "KeyConditionExpressions cannot have conditions on nested attributes"
        )
    (name,) = path.resolved(names)
    return str(name)


def _value(operand: Operand, values: Values) -> Value | None:
    if isinstance(operand, ValueRef):
        return values[operand.name]
    return operand.value if isinstance(operand, Constant) else None


def bound(bounds: dict[str, Bound], partition: Key, sort: Key) -> list[Bound]:
    """The conditions in the order of the key attributes.

    Each attribute of the partition key needs "="; of the sort key the first ones may have it, and
    the one after them any operator.
    """
    if len(partition) == 1 and len(sort) <= 1 and len(bounds) > 2:
        raise ValidationException("Conditions can be of length 1 or 2 only")
    if not sort and len(bounds) > len(partition):
        raise ValidationException(NOT_SUPPORTED)
    for name, kind in partition:
        each = _required(bounds, name)
        _check_values(each, kind)
        if each.operator != "=":
            raise ValidationException(NOT_SUPPORTED)
    return [*[bounds[name] for name, _ in partition], *_sort_bounds(bounds, partition, sort)]


def _sort_bounds(bounds: dict[str, Bound], partition: Key, sort: Key) -> list[Bound]:
    wanted = sort[: len(bounds) - len(partition)]
    found: list[Bound] = []
    for name, kind in wanted:
        each = _required(bounds, name)
        _check_values(each, kind)
        if found and found[-1].operator != "=":
            raise ValidationException(NOT_SUPPORTED)
        found.append(each)
    if len(found) + len(partition) != len(bounds):
        raise ValidationException(NOT_SUPPORTED)
    return found


def _required(bounds: dict[str, Bound], name: str) -> Bound:
    if name not in bounds:
        raise ValidationException(f"Query condition missed key schema element: {name}")
    return bounds[name]


def _check_values(each: Bound, kind: str) -> None:
    if not all(kind in value for value in each.values):
        raise ValidationException(
            "One or more parameter values were invalid: Condition parameter type does not match "
            "schema type"
        )
    if any(value[kind] == "" for value in each.values):
        what = "string" if kind == "S" else "binary"
        raise ValidationException(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty {what} value. Key: {each.name}"
        )


@lru_cache(CACHED)
def key_condition(text: str) -> KeyCondition:
    """The key conditions that the text says."""
    return KeyCondition(condition(text, "KeyConditionExpression"))
