"""SEARCH: which metrics a search finds.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from localstack_host.services.cloudwatch.metric_math.syntax import InvalidExpression, unexpected

# A graph shows as many.
MOST = 500
MOST_CHARACTERS = 1024
GRAMMAR = r"""
    search: [schema ","?] [expression]
    schema: "{" _name ("," _name)* "}"

    ?expression: conjunction | expression _OR conjunction -> either
    ?conjunction: negation | conjunction _AND? negation -> both
    ?negation: term | _NOT negation -> negated
    ?term: WORD -> partial
        | QUOTED -> exact
        | _name "=" WORD -> partial
        | _name "=" QUOTED -> exact
        | "(" expression ")"
    _name: WORD | QUOTED

    _OR.2: /OR(?=[\s(")]|$)/
    _AND.2: /AND(?=[\s(")]|$)/
    _NOT.2: /NOT(?=[\s(")]|$)/
    WORD: /[^\s(){}",=]+/
    QUOTED: /"(\\.|[^"\\])*"/

    %import common.WS
    %ignore WS
"""
WORD = re.compile(r"[^\W_]+")
PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]")


@dataclass(frozen=True)
class FoundMetric:
    """A metric with its dimensions."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    def texts(self, name: str | None) -> list[str]:
        """What the search looks at: a property, or, without a name, all there is."""
        if name == "MetricName":
            return [self.name]
        if name == "Namespace":
            return [self.namespace]
        if name is None:
            pairs = (text for pair in self.dimensions for text in pair)
            return [self.namespace, self.name, *pairs]
        return [value for key, value in self.dimensions if key == name]

    def structure(self) -> dict[str, object]:
        """As CloudWatch's structure `Metric`."""
        dimensions = [{"Name": name, "Value": value} for name, value in self.dimensions]
        return {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": dimensions}


Condition = Callable[[FoundMetric], bool]


@lru_cache(maxsize=200)
def parse(text: str) -> Condition:
    """The condition of a search: {namespace,dimension} and terms. Raises `InvalidExpression`."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidExpression(f"the search has more than {MOST_CHARACTERS} characters")
    try:
        condition: Any = _parser().parse(text)
    except UnexpectedInput as error:
        raise InvalidExpression(f"unexpected {unexpected(error, text)} in a search") from error
    if condition is None:
        raise InvalidExpression("a search needs a schema or a term")
    found: Condition = condition
    return found


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start="search", transformer=_Conditions())


def matching(text: str, metrics: Sequence[FoundMetric]) -> list[FoundMetric]:
    """The metrics that a search finds, sorted. Raises `InvalidExpression`."""
    condition = parse(text)
    found = filter(condition, metrics)
    return sorted(found, key=lambda m: (m.namespace, m.name, m.dimensions))[:MOST]


def labels(metrics: Sequence[FoundMetric]) -> list[str]:
    """What tells the metrics apart: values of dimensions, names, or the name alone."""
    if len({metric.name for metric in metrics}) > 1:
        return [" ".join((*_values(metric), metric.name)) for metric in metrics]
    apart = len({metric.dimensions for metric in metrics}) > 1
    return [" ".join(_values(metric)) if apart else metric.name for metric in metrics]


def _values(metric: FoundMetric) -> Iterator[str]:
    return (value for _, value in metric.dimensions)


@v_args(inline=True)
class _Conditions(Transformer[Token, Any]):
    """Makes conditions of what the grammar has found."""

    def search(self, schema: Condition | None, terms: Condition | None) -> Condition | None:
        return self.both(schema, terms) if schema and terms else schema or terms

    def schema(self, space: Token, *names: Token) -> Condition:
        """{namespace, dimension, …}: a namespace alone has metrics of any dimensions."""
        namespace, dimensions = _exact(space), set(map(_exact, names))
        return lambda metric: (
            metric.namespace == namespace
            and (not dimensions or {key for key, _ in metric.dimensions} == dimensions)
        )

    def either(self, left: Condition, right: Condition) -> Condition:
        return lambda metric: left(metric) or right(metric)

    def both(self, left: Condition, right: Condition) -> Condition:
        return lambda metric: left(metric) and right(metric)

    def negated(self, inner: Condition) -> Condition:
        return lambda metric: not inner(metric)

    def partial(self, *tokens: Token) -> Condition:
        name, term = _property(tokens), str(tokens[-1])
        return lambda metric: any(contains(text, term) for text in metric.texts(name))

    def exact(self, *tokens: Token) -> Condition:
        name, text = _property(tokens), _exact(tokens[-1])
        return lambda metric: text in metric.texts(name)


def _property(tokens: Sequence[Token]) -> str | None:
    """The name before the equals sign, if there is one."""
    return _exact(tokens[0]) if len(tokens) > 1 else None


def _exact(text: str) -> str:
    """A name, or what stands in double quotes, in which a backslash escapes."""
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else str(text)


def contains(text: str, term: str) -> bool:
    """Whether a text has the tokens of a term, one after the other.

    Tokens begin with capitals, numbers, and after other characters. A word of a term that is one
    token is compared without regard to case; one of several, such as CustomCount, with it.
    """
    tokens = PIECE.findall(text)
    if _joined(tokens) == _joined(PIECE.findall(term)):
        return True
    wanted = [
        (piece, len(pieces) > 1)
        for word in WORD.findall(term)
        for pieces in [PIECE.findall(word)]
        for piece in pieces
    ]
    return bool(wanted) and any(
        all(map(_is_piece, tokens[at:], wanted)) for at in range(len(tokens) - len(wanted) + 1)
    )


def _joined(tokens: Sequence[str]) -> str:
    return "".join(tokens).lower()


def _is_piece(token: str, wanted: tuple[str, bool]) -> bool:
    piece, cased = wanted
    return token == piece if cased else token.lower() == piece.lower()
