"""What is printed where the terminal has no Unicode: each mark keeps a sign of its own.

Python would print a question mark for all of them, which is a mark itself.
"""

from __future__ import annotations

import codecs
import unicodedata

HANDLER = "lab-plain-text"
SIGNS = {
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
"""One for one, so that columns stay where they are."""


def replace(error: UnicodeError) -> tuple[str | bytes, int]:
    """Python's handler of what an encoding does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(map(_sign, missing)), error.end


def _sign(character: str) -> str:
    """A mark's sign, else the letter without its accents, else a block or a question mark."""
    if character in SIGNS:
        return SIGNS[character]
    if "\u2580" <= character <= "\u259f":  # parts of a block, in bars
        return "#"
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or "?"


codecs.register_error(HANDLER, replace)
