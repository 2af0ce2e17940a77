"""Conditions in filter patterns: comparisons joined by && and ||. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from localstack_host.services.regular_expressions import (
    ASCII,
    InvalidExpression,
    RegularExpression,
)

Missing = type("Missing", (), {})
MISSING = Missing()
"""What a document without the field has."""

Found = Iterable[object]
"""The values of a subject: several if it is about every element of an array."""
Lookup = Callable[[str], Found]
Condition = Callable[[Lookup], bool]

TOKEN = re.compile(
    r"""\s*(
      \$(?:\.?\[(?:'[^']*'|"[^"]*"|\d+|\*)\]|\.[^\s.\[\]()=!<>&|"']+)*  # a selector of JSON
    | "(?:[^"\\]|\\.)*"
    | %(?:[^%\\]|\\.)*%
    | && | \|\| | [()] | != | <= | >= | = | < | >
    | [^\s()=!<>&|"%]+
    )""",
    re.VERBOSE,
)
OPERATORS = frozenset({"=", "!=", "<", ">", "<=", ">="})
MARKS = OPERATORS | {"(", ")", "&&", "||"}
REGEX_CHARACTERS = re.compile(r"[\w :#=@/;,\-^$?\[\]{}|\\*+.]*", re.ASCII)


class InvalidPattern(Exception):
    """Raised for text that is no filter pattern."""


def regex(text: str) -> RegularExpression:
    """The expression between two percent signs. Raises `InvalidPattern`."""
    inner = text[1:-1]
    if not REGEX_CHARACTERS.fullmatch(inner):
        raise InvalidPattern(f"Invalid character(s) in regex '{inner}'")
    try:
        return RegularExpression(inner, ASCII)
    except InvalidExpression as error:
        raise InvalidPattern(f"Invalid regex '{inner}': {error}") from error


def parse(text: str, subject: re.Pattern[str]) -> Condition:
    """The condition in `text`, about subjects of this form. Raises `InvalidPattern`."""
    parser = _Parser(list(tokens(text)), subject)
    condition = parser.disjunction()
    if parser.rest:
        raise InvalidPattern(f"Unexpected '{parser.rest[0]}'")
    return condition


def tokens(text: str) -> Iterator[str]:
    """The words and marks of a condition. Raises `InvalidPattern`."""
    at, text = 0, text.rstrip()
    while at < len(text):
        if not (match := TOKEN.match(text, at)):
            raise InvalidPattern(f"Unexpected '{text[at:]}'")
        yield match[1]
        at = match.end()


class _Parser:
    def __init__(self, rest: list[str], subject: re.Pattern[str]) -> None:
        self.rest = rest
        self._subject = subject

    def disjunction(self) -> Condition:
        return self._joined("||", lambda: self._joined("&&", self._primary, all), any)

    def _joined(self, mark: str, part: Callable[[], Condition], of: _Joining) -> Condition:
        parts = [part()]
        while self.rest and self.rest[0] == mark:
            self._take()
            parts.append(part())
        return lambda lookup: of(each(lookup) for each in parts)

    def _primary(self) -> Condition:
        word = self._take()
        if word == "(":
            condition = self.disjunction()
            if self._take() != ")":
                raise InvalidPattern("A parenthesis is missing")
            return condition
        if word in MARKS or not self._subject.fullmatch(word):
            raise InvalidPattern(f"Unexpected '{word}'")
        return self._comparison(word)

    def _comparison(self, subject: str) -> Condition:
        operator = self._take()
        if operator in OPERATORS:
            value = self._take()
            if value in MARKS:
                raise InvalidPattern(f"Unexpected '{value}'")
            test = comparison(operator, value)
        else:
            test = _kind(f"{operator} {self._take()}".upper())
        return lambda lookup: any(test(found) for found in lookup(subject))

    def _take(self) -> str:
        if not self.rest:
            raise InvalidPattern("The filter pattern ends too early")
        return self.rest.pop(0)


_Joining = Callable[[Iterable[bool]], bool]
Test = Callable[[object], bool]


def _kind(words: str) -> Test:
    match words:
        case "IS NULL":
            return lambda found: found is None
        case "IS TRUE":
            return lambda found: found is True
        case "IS FALSE":
            return lambda found: found is False
        case "NOT EXISTS":
            return lambda found: found is MISSING
    raise InvalidPattern(f"Unexpected '{words}'")


def comparison(operator: str, value: str) -> Test:
    """Whether a value found is as the condition says; none of fields that are not there is."""
    if operator in ("=", "!="):
        equals = _equality(value)
        return lambda found: _is_scalar(found) and equals(found) is (operator == "=")
    if (wanted := number(value)) is None:
        raise InvalidPattern(f"'{value}' is no number")
    return lambda found: _compared(operator, found, wanted)


def _compared(operator: str, found: object, wanted: float) -> bool:
    measured = number(found)
    if measured is None:
        return False
    match operator:
        case "<":
            return measured < wanted
        case ">":
            return measured > wanted
        case "<=":
            return measured <= wanted
    return measured >= wanted


def _equality(value: str) -> Test:
    if value.startswith("%"):
        expression = regex(value)
        return lambda found: expression.search(text_of(found)) is not None
    text = unquoted(value)
    if "*" in text:
        # Only * is special: brackets and question marks stand for themselves.
        glob = re.sub(r"([\[?])", r"[\1]", text)
        return lambda found: fnmatchcase(text_of(found), glob)
    if not value.startswith('"') and (wanted := number(text)) is not None:
        return lambda found: number(found) == wanted
    return lambda found: text_of(found) == text


def unquoted(word: str) -> str:
    """A word without its quotation marks."""
    if not word.startswith('"'):
        return word
    return re.sub(r"\\(.)", r"\1", word[1:-1])


def number(value: object) -> float | None:
    """A number, or text that is one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def text_of(value: object) -> str:
    """A value as text: a number as in JSON, and a boolean as `true` or `false`."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


@dataclass(frozen=True)
class Match:
    """A log event that a pattern matches, with the fields that the pattern names."""

    lookup: Lookup
    fields: tuple[str, ...] = ()

    def value(self, selector: str) -> object:
        """The first value of a field, such as `$.latency` or `$size`; `MISSING` without one."""
        return next(iter(self.lookup(selector)), MISSING)
