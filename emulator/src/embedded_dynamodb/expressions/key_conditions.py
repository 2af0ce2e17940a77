"""KeyConditionExpression: which part of which partition a Query reads."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.expressions.conditions import Condition, condition
from embedded_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparison,
    Function,
    In,
    Leaf,
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


@dataclass(frozen=True, slots=True)
class Template:
    """A key condition as it was written."""

    attribute: Path
    operator: str
    operands: tuple[ValueRef, ...]


class KeyCondition:
    """The key conditions that a text says, whatever the table."""

    def __init__(self, parsed: Condition) -> None:
        self.condition = parsed
        self.names = parsed.names
        self.values = parsed.values
        self._templates: list[Template] = []
        self._problem: str | None = None
        try:
            self._templates = templates_of(parsed.test)
        except ValidationException as error:
            self._problem = error.message

    def check(self, names: Names, values: Values) -> None:
        """Raises what AWS says of the expression before it looks at the table."""
        self.condition.check(names, values)
        self.check_form(names)

    def check_form(self, names: Names) -> None:
        """Raises if it is a condition, but none on a key."""
        if self._problem:
            raise ValidationException(self._problem)
        attributes = {each.attribute.resolved(names) for each in self._templates}
        if len(attributes) < len(self._templates):
            raise ValidationException(
                "KeyConditionExpressions must only contain one condition per key"
            )

    def equalities(self, names: Names, values: Values) -> dict[str, Value]:
        """The values that attributes must be equal to. Undefined placeholders are left out."""
        found = {}
        for each in self._templates:
            with suppress(KeyError):
                (name,) = each.attribute.resolved(names)
                if each.operator == "=":
                    found[str(name)] = values[each.operands[0].name]
        return found

    def bind(self, names: Names, values: Values, partition: Key, sort: Key) -> list[Bound]:
        """The conditions in the order of the key attributes, checked against them."""
        bounds = {}
        for each in self._templates:
            (name,) = each.attribute.resolved(names)
            given = tuple([values[value.name] for value in each.operands])
            bounds[str(name)] = Bound(str(name), each.operator, given)
        return bound(bounds, partition, sort)


def templates_of(test: Test) -> list[Template]:
    """The conditions on the single attributes, if all of them can be key conditions."""
    _check_operators(test)
    return [_template(leaf) for leaf in leaves_of(test)]


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


def _template(leaf: Leaf) -> Template:
    operands = operands_of(leaf)
    attribute = _key_attribute(operands)
    operator = _operator(leaf)
    if not isinstance(operands[0], Path):
        operator = FLIPPED[operator]
    given = tuple([operand for operand in operands if isinstance(operand, ValueRef)])
    return Template(attribute, operator, given)


def _key_attribute(operands: tuple[Operand, ...]) -> Path:
    attribute = None
    for operand in operands:
        if isinstance(operand, Function):
            raise ValidationException("KeyConditionExpressions cannot contain nested operations")
        if isinstance(operand, Path):
            if attribute is not None:
                raise ValidationException(
                    INVALID_CONDITION + "Multiple attribute names used in one condition"
                )
            if len(operand.parts) > 1:
                raise ValidationException(
                    "KeyConditionExpressions cannot have conditions on nested attributes"
                )
            attribute = operand
    if attribute is None:
        raise ValidationException(INVALID_CONDITION + "No key attribute specified")
    return attribute


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
