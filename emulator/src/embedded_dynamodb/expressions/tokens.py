"""Splits the text of an expression into tokens."""

import re
from typing import NamedTuple

# A name begins with a letter; after # and : digits and underscores may come first, too.
TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<name>\#[A-Za-z0-9_]+)
      | (?P<value>:[A-Za-z0-9_]+)
      | (?P<word>[A-Za-z][A-Za-z0-9_]*)
      | (?P<integer>[0-9]+)
      | (?P<comparator><=|>=|<>|[=<>])
      | (?P<symbol>[()\[\],.+-])
      | (?P<unknown>[^ \t\r\n])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of an expression: its kind, its text and where the text is."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of the text; the last is of the kind "end"."""
    tokens = []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or "unknown"
        tokens.append(Token(kind, match[kind], match.start(kind), match.end(kind)))
    tokens.append(Token("end", "<EOF>", len(text), len(text)))
    return tokens
