"""The error that is reported to the user."""

from __future__ import annotations


class HostError(Exception):
    """An error that the user can fix: what happened, and what to do next.

    The command line prints it without a traceback and exits with `code`: 2 for a wrong argument or
    variable, 1 for everything else.
    """

    def __init__(self, message: str, hint: str = "", code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
