"""The query language of Logs Insights: a text becomes commands.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError
from lark.tree import Meta

from localstack_host.services.logs.insights import commands, expressions
from localstack_host.services.logs.insights.commands import Column, Command
from localstack_host.services.logs.insights.expressions import Expression, Malformed

GRAMMAR = r"""
    query: "|"? _command ("|" _command)*
    _command: fields | display | filter | stats | sort | limit | dedup | parse

    fields: _FIELDS _columns
    display: _DISPLAY _columns
    filter: _FILTER expression
    stats: _STATS columns [_BY columns]
    sort: _SORT key ("," key)*
    key: expression [ORDER]
    limit: _LIMIT NUMBER
    dedup: _DEDUP FIELD ("," FIELD)*
    parse: _PARSE [FIELD] (glob | REGEX)
    glob: STRING _AS FIELD ("," FIELD)*

    columns: _columns
    _columns: column ("," column)*
    column: expression [_AS FIELD]

    ?expression: conjunction | expression _OR conjunction -> either
    ?conjunction: negation | conjunction _AND negation -> both
    ?negation: comparison | _NOT negation -> negated
    ?comparison: sum
        | sum COMPARISON sum -> compared
        | sum _IN "[" _choices "]" -> among
        | sum _NOT _IN "[" _choices "]" -> not_among
        | sum _LIKE (STRING | REGEX) -> like
        | sum _NOT _LIKE (STRING | REGEX) -> not_like
    _choices: expression ("," expression)*
    ?sum: product | sum SIGN product -> arithmetic
    ?product: power | product (STAR | SLASH | PERCENT) power -> arithmetic
    ?power: unary | unary CARET power -> arithmetic
    ?unary: atom | SIGN unary -> signed
    ?atom: NUMBER -> number
        | STRING -> string
        | FIELD -> field
        | FIELD "(" [_argument ("," _argument)*] ")" -> call
        | "(" expression ")"
    _argument: expression | STAR | PERIOD

    _FIELDS.2: /fields\b/i
    _DISPLAY.2: /display\b/i
    _FILTER.2: /filter\b/i
    _STATS.2: /stats\b/i
    _SORT.2: /sort\b/i
    _LIMIT.2: /(limit|head)\b/i
    _DEDUP.2: /dedup\b/i
    _PARSE.2: /parse\b/i
    _BY.2: /by\b/i
    _AS.2: /as\b/i
    _OR.2: /or\b/i
    _AND.2: /and\b/i
    _NOT.2: /not\b/i
    _IN.2: /in\b/i
    _LIKE.3: /like\b|=~/i
    ORDER.2: /(asc|desc)\b/i

    COMPARISON: /!=|<=|>=|=|<|>/
    SIGN: /[+-]/
    STAR: "*"
    SLASH: "/"
    PERCENT: "%"
    CARET: "^"
    PERIOD.2: /\d+(ms|mo|[smhdwqy])\b/
    NUMBER: /\d+(\.\d+)?/
    STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/
    REGEX: /\/(\\.|[^\/\\\n])+\/[gi]*/
    FIELD: /`[^`]+`|[@$A-Za-z_][\w@$.]*/

    COMMENT: /#[^\n]*/
    %import common.WS
    %ignore WS
    %ignore COMMENT
"""
# Commands that AWS knows, and this emulator does not.
NOT_THERE = ("anomaly", "diff", "filterindex", "join", "lookup", "pattern", "source", "unnest")


def compiled(text: str) -> list[Command]:
    """The commands of a query. Raises Malformed, with the place where it cannot be read."""
    parser, written = _parser(), text.rstrip()
    try:
        tree = parser.parse(written)
        found: list[Command] = _Commands(written).transform(tree)
    except UnexpectedInput as error:
        raise _unexpected(error, written) from error
    except VisitError as error:
        raise error.orig_exc from error
    return found


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start="query", propagate_positions=True)


def _unexpected(error: UnexpectedInput, text: str) -> Malformed:
    position = error.pos_in_stream
    at_the_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if at_the_end or position is None or position >= len(text):
        return Malformed("unexpected end of the query")
    word = text[position:].split(None, 1)[0]
    if word.lower() in NOT_THERE:
        return Malformed(f"this emulator does not have the command {word}")
    return Malformed(
        f"unexpected symbol found {word[:20]} at line {error.line} and position {error.column}"
    )


@v_args(meta=True)
class _Commands(Transformer[Token, Any]):
    """Makes commands of what the grammar has found; `text` is what was parsed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def _written(self, meta: Meta) -> str:
        return self._text[meta.start_pos : meta.end_pos]

    def query(self, _meta: Meta, found: list[Command]) -> list[Command]:
        return found

    def fields(self, _meta: Meta, columns: list[Column]) -> Command:
        return commands.Fields(columns)

    def display(self, _meta: Meta, columns: list[Column]) -> Command:
        return commands.Fields(columns, replaces=True)

    def filter(self, _meta: Meta, found: list[Expression]) -> Command:
        return commands.Filter(found[0])

    def stats(self, _meta: Meta, found: list[list[Column]]) -> Command:
        return commands.Stats(found[0], found[1] or ())

    def sort(self, _meta: Meta, keys: list[tuple[Expression, bool]]) -> Command:
        return commands.Sort(keys)

    def key(self, _meta: Meta, found: list[Any]) -> tuple[Expression, bool]:
        return found[0], str(found[1] or "").lower() == "desc"

    def limit(self, _meta: Meta, found: list[Token]) -> Command:
        return commands.Limit(int(min(float(found[0]), commands.MOST_RESULTS)))

    def dedup(self, _meta: Meta, names: list[Token]) -> Command:
        return commands.Dedup([_name(one) for one in names])

    def parse(self, _meta: Meta, found: list[Any]) -> Command:
        source = expressions.field(found[0] or "@message")
        if isinstance(found[1], Token):
            return commands.Parse(source, expressions.pattern(found[1]))
        text, names = found[1]
        if text.count("*") != len(names):
            raise Malformed(f"{text!r} has {text.count('*')} parts for {len(names)} names")
        return commands.Parse(source, commands.glob(text), names)

    def glob(self, _meta: Meta, found: list[Token]) -> tuple[str, list[str]]:
        return expressions.unquoted(found[0]), [_name(one) for one in found[1:]]

    def columns(self, _meta: Meta, found: list[Column]) -> list[Column]:
        return found

    def column(self, _meta: Meta, found: list[Any]) -> Column:
        expression, alias = found
        return Column(expression, _name(alias or expression.text))

    def either(self, meta: Meta, parts: list[Expression]) -> Expression:
        return expressions.logical(self._written(meta), parts, every=False)

    def both(self, meta: Meta, parts: list[Expression]) -> Expression:
        return expressions.logical(self._written(meta), parts, every=True)

    def negated(self, meta: Meta, found: list[Expression]) -> Expression:
        return expressions.negated(self._written(meta), found[0])

    def compared(self, meta: Meta, found: list[Any]) -> Expression:
        left, sign, right = found
        return expressions.compared(self._written(meta), str(sign), left, right)

    def among(self, meta: Meta, found: list[Expression]) -> Expression:
        return expressions.member(self._written(meta), found[0], found[1:], wanted=True)

    def not_among(self, meta: Meta, found: list[Expression]) -> Expression:
        return expressions.member(self._written(meta), found[0], found[1:], wanted=False)

    def like(self, meta: Meta, found: list[Any]) -> Expression:
        return expressions.like(self._written(meta), found[0], _pattern(found[1]), wanted=True)

    def not_like(self, meta: Meta, found: list[Any]) -> Expression:
        return expressions.like(self._written(meta), found[0], _pattern(found[1]), wanted=False)

    def arithmetic(self, meta: Meta, found: list[Any]) -> Expression:
        left, sign, right = found
        return expressions.arithmetic(self._written(meta), str(sign), left, right)

    def signed(self, meta: Meta, found: list[Any]) -> Expression:
        zero = expressions.literal("0", 0)
        return expressions.arithmetic(self._written(meta), str(found[0]), zero, found[1])

    def number(self, _meta: Meta, found: list[Token]) -> Expression:
        return expressions.literal(found[0], float(found[0]))

    def string(self, _meta: Meta, found: list[Token]) -> Expression:
        return expressions.literal(found[0], expressions.unquoted(found[0]))

    def field(self, _meta: Meta, found: list[Token]) -> Expression:
        return expressions.field(found[0])

    def call(self, meta: Meta, found: Sequence[Any]) -> Expression:
        name, *given = found
        arguments = [_argument(one) for one in given if one is not None]
        return expressions.call(self._written(meta), str(name), arguments)


def _argument(found: Any) -> Expression:
    if isinstance(found, Expression):
        return found
    return expressions.everything() if found == "*" else expressions.period(found)


def _pattern(found: Token) -> Any:
    return expressions.pattern(found) if found.type == "REGEX" else expressions.unquoted(found)


def _name(found: str) -> str:
    return found.strip("`")
