"""Bytes of a request to its parameters: JSON, then types, then constraints."""

import json
from dataclasses import dataclass
from typing import Any

from embedded_dynamodb.errors import SerializationException, ValidationException
from embedded_dynamodb.validation.shapes import Shape, Structure, constraint

MAX_ERRORS = 10


@dataclass(frozen=True)
class RequestShape:
    """The members of an operation's request; a table's name is checked before the others."""

    members: Structure
    table_name: Shape | None = None
    # The control plane says in words of its own that there is no name.
    named_by_control_plane: bool = False

    def check(self, parameters: dict[str, Any]) -> None:
        """Raises what is wrong with the types and constraints: a wrong table name alone."""
        if self.table_name is not None:
            self._check_table_name(parameters.get("TableName"), self.table_name)
        broken: list[str] = []
        self.members.check(parameters, "", broken)
        if broken:
            raise validation_errors(broken)

    def _check_table_name(self, name: Any, shape: Shape) -> None:
        if name is None:
            if self.named_by_control_plane:
                raise ValidationException(
                    "The parameter 'TableName' is required but was not present in the request"
                )
            raise validation_errors([constraint(None, "tableName", "Member must not be null")])
        broken: list[str] = []
        shape.check(name, "tableName", broken)
        if broken:
            raise validation_errors(broken)


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, or AWS's error."""
    try:
        parameters = _decoder.decode(body.decode() or "{}")
    except (ValueError, RecursionError):
        raise SerializationException("") from None
    if not isinstance(parameters, dict):
        raise SerializationException("Start of structure or map expected")
    return parameters


def _refuse(name: str) -> None:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(name)


_decoder = json.JSONDecoder(parse_constant=_refuse)


def validation_errors(broken: list[str]) -> ValidationException:
    """AWS's list of broken constraints: ten at most."""
    shown = broken[:MAX_ERRORS]
    plural = "" if len(shown) == 1 else "s"
    return ValidationException(
        f"{len(shown)} validation error{plural} detected: {'; '.join(shown)}"
    )
