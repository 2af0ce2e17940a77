"""ExpressionAttributeNames and ExpressionAttributeValues of one request."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from embedded_dynamodb.errors import SerializationException, ValidationException
from embedded_dynamodb.expressions.nodes import Names, Values
from embedded_dynamodb.values import Value, check_name, check_value, not_a_string

NAME = re.compile(r"#[A-Za-z0-9_]+")
VALUE = re.compile(r":[A-Za-z0-9_]+")
MAX_LENGTH = 255


class Expression(Protocol):
    """An expression of any kind."""

    @property
    def names(self) -> frozenset[str]:
        """The placeholders of names that it uses."""

    @property
    def values(self) -> frozenset[str]:
        """The placeholders of values that it uses."""

    def check(self, names: Names, values: Values) -> None:
        """Raises what is wrong with it whatever the item."""


class Placeholders:
    """The placeholders of a request; its expressions use them, and each has to be used."""

    def __init__(self, names: Any = None, values: Any = None) -> None:
        self.names: dict[str, str] = {} if names is None else _checked_names(names)
        self.values: dict[str, Value] = {} if values is None else _checked_values(values)
        self._unused_names = set(self.names)
        self._unused_values = set(self.values)

    def use(self, expression: Expression) -> None:
        """Checks an expression, and that its placeholders are defined."""
        expression.check(self.names, self.values)
        self._unused_names -= expression.names
        self._unused_values -= expression.values

    def finish(self) -> None:
        """Raises if a placeholder was not used by any expression."""
        for parameter, given, unused in (
            ("ExpressionAttributeNames", self.names, self._unused_names),
            ("ExpressionAttributeValues", self.values, self._unused_values),
        ):
            if unused:
                keys = ", ".join(key for key in given if key in unused)
                raise ValidationException(
                    f"Value provided in {parameter} unused in expressions: keys: {{{keys}}}"
                )


def _checked_names(names: Any) -> dict[str, str]:
    if not isinstance(names, dict):
        raise SerializationException("Unexpected field type")
    if not names:
        raise ValidationException("ExpressionAttributeNames must not be empty")
    _check_keys("ExpressionAttributeNames", names, NAME)
    for key, name in names.items():
        if not isinstance(name, str):
            raise SerializationException(not_a_string(name))
        try:
            check_name(name)
        except ValidationException as error:
            raise ValidationException(
                f"ExpressionAttributeNames contains invalid value: {error.message} for key {key}"
            ) from None
    return names


def _checked_values(values: Any) -> dict[str, Value]:
    if not isinstance(values, dict):
        raise SerializationException("Unexpected field type")
    if not values:
        raise ValidationException("ExpressionAttributeValues must not be empty")
    _check_keys("ExpressionAttributeValues", values, VALUE)
    return {key: _checked_value(key, value) for key, value in values.items()}


def _checked_value(key: str, value: Any) -> Value:
    try:
        return check_value(value)
    except ValidationException as error:
        raise ValidationException(
            f"ExpressionAttributeValues contains invalid value: {error.message} for key {key}"
        ) from None


def _check_keys(parameter: str, given: Mapping[str, Any], form: re.Pattern[str]) -> None:
    for key in given:
        if not form.fullmatch(key):
            raise ValidationException(
                f'{parameter} contains invalid key: Syntax error; key: "{key}"'
            )
        if len(key) > MAX_LENGTH:
            raise ValidationException(
                f"{parameter} contains invalid key: Key length exceeds maximum allowed length of "
                f'{MAX_LENGTH}; key: "{key}"'
            )


def undefined(references: Iterable[str], names: Names, values: Values) -> str | None:
    """The message on the first placeholder that is not defined, if one is not."""
    for reference in references:
        if reference.startswith("#") and reference not in names:
            return (
                "An expression attribute name used in the document path is not defined; "
                f"attribute name: {reference}"
            )
        if reference.startswith(":") and reference not in values:
            return (
                "An expression attribute value used in expression is not defined; "
                f"attribute value: {reference}"
            )
    return None
