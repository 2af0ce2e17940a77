"""Splits a statement into tokens."""

import re
from typing import NamedTuple

from embedded_dynamodb.errors import ValidationException

# A quoted name or text holds its own quote twice. Comments are space.
TOKEN = re.compile(
    r"""(?:\s++|--[^\n]*+|/\*(?>.*?\*/))*+(?:
        (?P<name>"(?:[^"]|"")*")
      | (?P<text>'(?:[^']|'')*')
      | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<word>[A-Za-z_$][A-Za-z0-9_$]*)
      | (?P<comparator><=|>=|<>|!=|=)
      | (?P<bag><<|>>)
      | (?P<less>[<>])
      | (?P<symbol>[()\[\]{},.:;?*+-])
      | (?P<end>\Z)
      | (?P<unknown>\S)
    )""",
    re.VERBOSE | re.DOTALL,
)
RESERVED = frozenset(
    (
        "SELECT",
        "FROM",
        "WHERE",
        "AND",
        "OR",
        "NOT",
        "BETWEEN",
        "IN",
        "IS",
        "MISSING",
        "NULL",
        "TRUE",
        "FALSE",
        "ORDER",
        "BY",
        "ASC",
        "DESC",
        "INSERT",
        "INTO",
        "UPDATE",
        "SET",
        "REMOVE",
        "DELETE",
        "RETURNING",
        "EXISTS",
        "AS",
        "JOIN",
        "GROUP",
        "HAVING",
        "LIMIT",
        "UNION",
    )
)


class Token(NamedTuple):
    """A piece of a statement: its kind, what it says without its quotes, and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The word in capitals, if it is one."""
        return self.text.upper() if self.kind == "word" else ""


def malformed(reason: str) -> ValidationException:
    """The error on what is no statement."""
    return ValidationException(f"Statement wasn't well formed, can't be processed: {reason}")


def place_of(text: str, token: Token) -> str:
    """Where a token is, as AWS says it: line, column and length."""
    line = text.count("\n", 0, token.start) + 1
    column = token.start - text.rfind("\n", 0, token.start)
    return f"{line}:{column}:{len(token.text)}"


def tokenize(text: str) -> list[Token]:
    """The tokens of the statement; the last is of the kind "end"."""
    tokens = []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or "unknown"
        content = match[kind]
        if kind == "unknown":
            raise malformed(f"Unexpected character {content} at offset {match.start(kind)}")
        if kind in ("name", "text"):
            content = content[1:-1].replace(content[0] * 2, content[0])
        if kind == "less":
            kind = "comparator"
        tokens.append(Token(kind, content, match.start(kind)))
    return tokens
