"""Bytes of a request to its parameters: JSON, then types, then constraints."""

import json
from dataclasses import dataclass
from typing import Any

from embedded_dynamodb.errors import SerializationException, ValidationException
from embedded_dynamodb.validation.shapes import Structure

MAX_ERRORS = 10


@dataclass(frozen=True)
class RequestShape:
    """The members of an operation's request."""

    members: Structure
    # The control plane says in words of its own that there is no name.
    named_by_control_plane: bool = False

    def check(self, parameters: dict[str, Any]) -> None:
        """Raises the first wrong type, or else all broken constraints."""
        broken: list[str] = []
        self.members.check(parameters, "", broken)
        if broken or (self.named_by_control_plane and parameters.get("TableName") is None):
            # Whoever runs the operation looks into the values: nobody will.
            self.members.decode(parameters)
        if self.named_by_control_plane and parameters.get("TableName") is None:
            raise ValidationException(
                "The parameter 'TableName' is required but was not present in the request"
            )
        if broken:
            raise validation_errors(broken)


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, or AWS's error."""
    try:
        parameters = _decoder.decode(body.decode())
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
