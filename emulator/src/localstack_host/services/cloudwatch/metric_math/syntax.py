"""The syntax of expressions: parsed into nodes.

Operators from the weakest to the strongest: OR, AND, comparisons, + and -, * and /, the minus of
one operand, ^.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

# GetMetricData takes this many characters: API_MetricDataQuery.html
MOST_CHARACTERS = 2048
GRAMMAR = r"""
    ?expression: conjunction | expression OR conjunction -> operation
    ?conjunction: comparison | conjunction AND comparison -> operation
    ?comparison: sum | comparison COMPARISON sum -> operation
    ?sum: product | sum (PLUS | MINUS) product -> operation
    ?product: negation | product (STAR | SLASH) negation -> operation
    ?negation: power | MINUS negation -> negative
    ?power: atom | atom CARET negation -> operation
    ?atom: NUMBER -> number
        | STRING -> text
        | NAME -> name
        | NAME "(" list ")" -> call
        | "[" list "]" -> array
        | "(" expression ")"
    list: [expression ("," expression)*]

    OR.2: /OR\b|\|\|/
    AND.2: /AND\b|&&/
    COMPARISON: /==|!=|<=|>=|<|>/
    PLUS: "+"
    MINUS: "-"
    STAR: "*"
    SLASH: "/"
    CARET: "^"
    NUMBER: /(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/
    NAME: /[A-Za-z_][A-Za-z0-9_]*/
    STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/

    %import common.WS
    %ignore WS
"""
SYNONYMS = {"AND": "&&", "OR": "||"}


class InvalidExpression(Exception):
    """Raised for an expression that CloudWatch refuses."""


class InvalidQuery(InvalidExpression):
    """Raised for a query that CloudWatch refuses; the text is the whole message."""


@dataclass(frozen=True)
class Number:
    """5, 50.25, 1e3."""

    value: float


@dataclass(frozen=True)
class Name:
    """An id, which begins with a lowercase letter, or a word such as REPEAT."""

    name: str


@dataclass(frozen=True)
class Text:
    """What stands in quotes, without them."""

    text: str


@dataclass(frozen=True)
class Negative:
    """-m1."""

    operand: Node


@dataclass(frozen=True)
class Operation:
    """m1 + m2. AND and OR are && and ||."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call:
    """SUM(m1)."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Array:
    """[m1, m2]."""

    elements: tuple[Node, ...]


Node = Number | Name | Text | Negative | Operation | Call | Array


@lru_cache(maxsize=1000)
def parse(expression: str) -> Node:
    """Raises `InvalidExpression`."""
    if len(expression) > MOST_CHARACTERS:
        raise InvalidExpression(f"it has more than {MOST_CHARACTERS} characters")
    try:
        node: Any = _parser().parse(expression)
    except UnexpectedInput as error:
        raise InvalidExpression(f"unexpected {unexpected(error, expression)}") from error
    parsed: Node = node
    return parsed


@cache
def _parser() -> Lark:
    """It makes the nodes while it reads: a sum of 500 metrics would be too deep to walk later."""
    return Lark(GRAMMAR, parser="lalr", start="expression", transformer=_Nodes())


def unexpected(error: UnexpectedInput, text: str) -> str:
    """What a grammar did not expect, for a message."""
    if isinstance(error, UnexpectedToken):
        return f"'{error.token}'" if error.token.type != "$END" else "end"
    return f"'{text[error.pos_in_stream or 0 :][:1]}'"


@v_args(inline=True)
class _Nodes(Transformer[Token, Any]):
    """Makes nodes of what the grammar has found."""

    def operation(self, left: Node, operator: Token, right: Node) -> Node:
        return Operation(SYNONYMS.get(operator, str(operator)), left, right)

    def negative(self, _minus: Token, operand: Node) -> Node:
        return Negative(operand)

    def number(self, digits: Token) -> Node:
        return Number(float(digits))

    def text(self, quoted: Token) -> Node:
        return Text(_unquoted(quoted))

    def name(self, name: Token) -> Node:
        return Name(str(name))

    def call(self, function: Token, arguments: Sequence[Node]) -> Node:
        return Call(str(function), tuple(arguments))

    def array(self, elements: Sequence[Node]) -> Node:
        return Array(tuple(elements))

    def list(self, *nodes: Node | None) -> tuple[Node, ...]:
        return tuple(node for node in nodes if node is not None)


def _unquoted(text: str) -> str:
    """What is between two quotes. In single ones, a search has quotes and escapes of its own."""
    inner = text[1:-1]
    return inner.replace('\\"', '"') if text[0] == '"' else inner
