"""The one error that a user of the emulator sees."""

from __future__ import annotations


class HostError(Exception):
    """Something that the user can put right: what happened, and what to do next.

    The command line prints it without a traceback and exits with `code`: 2 for a mistake in what
    was typed or set, 1 for everything else.
    """

    def __init__(self, message: str, hint: str = "", code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
