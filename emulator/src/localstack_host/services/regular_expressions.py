"""Regular expressions that users write: in log queries and filters, authorizers and parameters.

Python's `re` holds its interpreter while it matches, and `(a+)+$` takes hours for a line of 40
characters: the whole emulator would stand still. These release it, and give up.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import regex

LOG = logging.getLogger(__name__)
LONGEST_S = 1.0
"""How long an expression may take for one text. Then it counts as one that does not match."""

MOST_FAILURES = 3
"""After so many of these it is not tried any more."""

ASCII, DOT_ALL, IGNORE_CASE = int(regex.ASCII), int(regex.DOTALL), int(regex.IGNORECASE)


class InvalidExpression(ValueError):
    """Raised for a text that is no regular expression. The message says why."""


class RegularExpression:
    """A compiled expression, with the methods of Python's own. Raises InvalidExpression."""

    def __init__(self, text: str, flags: int = 0) -> None:
        try:
            self._compiled = regex.compile(text, flags)
        except (regex.error, OverflowError, RecursionError) as error:
            raise InvalidExpression(str(error)) from error
        self._failures = 0

    @property
    def groupindex(self) -> Mapping[str, int]:
        """The numbers of the named groups."""
        found: Mapping[str, int] = self._compiled.groupindex
        return found

    def search(self, text: str) -> regex.Match[str] | None:
        """The first match in a text; None if there is none, or it takes too long."""
        return self._timed("search", text)

    def fullmatch(self, text: str) -> regex.Match[str] | None:
        """The match of a whole text; None if it does not match, or it takes too long."""
        return self._timed("fullmatch", text)

    def _timed(self, method: str, text: str) -> regex.Match[str] | None:
        if self._failures >= MOST_FAILURES:
            return None
        match = getattr(self._compiled, method)
        try:
            found: regex.Match[str] | None = match(text, timeout=LONGEST_S, concurrent=True)
        except TimeoutError:
            self._failures += 1
            LOG.warning(
                "%s has not matched a text of %d characters in %.0f s, and counts as not matching",
                self._compiled.pattern, len(text), LONGEST_S,
            )  # fmt: skip
            return None
        return found
