"""Values as a statement writes them; parameters inside them are filled in for each request."""

from collections.abc import Callable, Sequence
from typing import Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.values import Value, check_name, check_value, type_of

type Literal = Callable[[Sequence[Value]], Value]

WRONG_TYPE = "An operand in the update expression has an incorrect data type"
_SETS = {"S": "SS", "N": "NS", "B": "BS"}


def constant(value: dict[str, Any]) -> Literal:
    """A value that stands in the statement."""

    def resolve(_parameters: Sequence[Value]) -> Value:
        return check_value(value)

    return resolve


def parameter(place: int) -> Literal:
    """The value of a question mark."""
    return lambda parameters: parameters[place]


def list_of(members: list[Literal]) -> Literal:
    """A list, [a, b]."""
    return lambda parameters: {"L": [member(parameters) for member in members]}


def map_of(members: dict[str, Literal]) -> Literal:
    """A map, {'name': value}."""

    def resolve(parameters: Sequence[Value]) -> Value:
        for name in members:
            check_name(name)
        return {"M": {name: member(parameters) for name, member in members.items()}}

    return resolve


def set_of(members: list[Literal]) -> Literal:
    """A set, <<a, b>>, of texts, numbers or binaries."""

    def resolve(parameters: Sequence[Value]) -> Value:
        if not members:
            raise ValidationException("Empty bags are not supported")
        values = [member(parameters) for member in members]
        kind = type_of(values[0])
        if kind not in _SETS or any(type_of(value) != kind for value in values):
            raise ValidationException(WRONG_TYPE)
        return check_value({_SETS[kind]: [value[kind] for value in values]})

    return resolve
