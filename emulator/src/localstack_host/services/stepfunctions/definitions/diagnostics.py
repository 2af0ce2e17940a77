"""What AWS says about a definition that it does not store."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "SCHEMA_VALIDATION_FAILED"


@dataclass(frozen=True)
class Diagnostic:
    """An error; `location` is a path such as `/States/Pay/Catch[0]/Next`, or None."""

    code: str
    message: str
    location: str | None

    def __str__(self) -> str:
        """The error, as CreateStateMachine has it in its message."""
        return f"{self.code}: {self.message} at {self.location or 'null'}"


def schema(message: str, location: str) -> Diagnostic:
    """A field that is missing, not supported, or of a wrong form."""
    return Diagnostic(SCHEMA, message, location)
