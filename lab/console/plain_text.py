"""Replaces characters that a terminal without Unicode cannot print.

Python's own handler prints `?` for all of them, so a success and a failure would look alike.
"""

from __future__ import annotations

import codecs
import unicodedata

HANDLER = "lab-plain-text"
REPLACEMENTS = {
    "✔": "+",
    "✘": "x",
    "○": "o",
    "·": ".",
    "…": "~",
    "→": ">",
    "↩": "<",
    "━": "=",
    "─": "-",
    "│": "|",
    "█": "#",
    "\u00d7": "x",
    "\u2013": "-",
    "\u2019": "'",
}
"""One character each, so that columns stay aligned."""


def replace(error: UnicodeError) -> tuple[str | bytes, int]:
    """A codec error handler. Raises `error` again unless it is a UnicodeEncodeError."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(map(_replacement, missing)), error.end


def _replacement(character: str) -> str:
    """The replacement of a mark, the letter without its accents, `#` for a block, or `?`."""
    if character in REPLACEMENTS:
        return REPLACEMENTS[character]
    if "\u2580" <= character <= "\u259f":  # parts of a block, in bars
        return "#"
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or "?"


codecs.register_error(HANDLER, replace)
