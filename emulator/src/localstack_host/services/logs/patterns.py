"""Filter patterns of log events: text, JSON and space-delimited ones. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localstack_host.services.logs.conditions import (
    MISSING,
    Condition,
    Found,
    InvalidPattern,
    Match,
    parse,
    regex,
    tokens,
    unquoted,
)

KNOWN = 1024  # patterns that are kept parsed
Pattern = Callable[[str], Match | None]

TERM = re.compile(r'\s*([-?]?)(?:("(?:[^"\\]|\\.)*")|(%(?:[^%\\]|\\.)*%)|(\S+))')
UNQUOTED_TERM = re.compile(r"\w+")
STEP = re.compile(r"""\.?\[(?:'([^']*)'|"([^"]*)"|(\d+|\*))\]|\.([^.\[\]]+)""")
# What stands in brackets or quotation marks is one field, however many spaces it has.
FIELD = re.compile(r'\[([^\]]*)\]|"((?:[^"\\]|\\.)*)"|(\S+)')
REST = "..."
SELECTOR, NAME = re.compile(r"\$.*"), re.compile(r"\w+")


@lru_cache(KNOWN)
def pattern(text: str) -> Pattern:
    """The function that matches messages. Raises `InvalidPattern`."""
    stripped = text.strip()
    if stripped.startswith("{") and stripped.endswith("}"):
        return _json_pattern(stripped[1:-1])
    if stripped.startswith("[") and stripped.endswith("]"):
        return _delimited_pattern(stripped[1:-1])
    return _text_pattern(stripped)


def _nothing(_selector: str) -> Found:
    return (MISSING,)


# --- text


def _text_pattern(text: str) -> Pattern:
    """All terms must be there, but for ?optional ones, of which one must be, and -excluded ones.

    Optional terms beside others are ignored.
    """
    terms = list(_terms(text))
    required, optional, excluded = (
        [test for sign, test in terms if sign == wanted] for wanted in ("", "?", "-")
    )
    if required or excluded:
        optional = []

    def matches(message: str) -> Match | None:
        holds = (
            all(test(message) for test in required)
            and (not optional or any(test(message) for test in optional))
            and not any(test(message) for test in excluded)
        )
        return Match(_nothing) if holds else None

    return matches


def _terms(text: str) -> Iterator[tuple[str, Callable[[str], bool]]]:
    at = 0
    while at < len(text):
        match = TERM.match(text, at)
        if not match:
            raise InvalidPattern("Invalid filter pattern")
        sign, quoted, expression, word = match.groups()
        yield sign, _term(quoted, expression, word)
        at = match.end()


def _term(quoted: str | None, expression: str | None, word: str | None) -> Callable[[str], bool]:
    if expression:
        compiled = regex(expression)
        return lambda message: compiled.search(message) is not None
    if word and not UNQUOTED_TERM.fullmatch(word):
        raise InvalidPattern(f"Invalid character(s) in term '{word}'")
    term = unquoted(quoted or word or "")
    return lambda message: term in message


# --- JSON


def _json_pattern(text: str) -> Pattern:
    condition = parse(text, SELECTOR)
    fields = tuple(dict.fromkeys(word for word in tokens(text) if word.startswith("$")))

    def matches(message: str) -> Match | None:
        if not message.lstrip().startswith(("{", "[")):
            return None
        try:
            document = json.loads(message)
        except ValueError:
            return None

        def lookup(selector: str) -> Found:
            return _select(document, selector)

        return Match(lookup, fields) if condition(lookup) else None

    return matches


def _select(document: Any, selector: str) -> list[object]:
    """The values at a selector: $.a.b[0], $.a[*].b, $.['a.b']; `MISSING` if there is none."""
    values: list[object] = [document]
    for step in STEP.finditer(selector, 1):
        values = [found for value in values for found in _step(value, step)]
    return values or [MISSING]


def _step(value: object, step: re.Match[str]) -> Iterator[object]:
    single, double, index, name = step.groups()
    key = next((each for each in (single, double, name) if each is not None), None)
    if key is not None:
        yield value[key] if isinstance(value, dict) and key in value else MISSING
    elif not isinstance(value, list):
        yield MISSING
    elif index == "*":
        yield from value
    else:
        yield value[int(index)] if int(index) < len(value) else MISSING


# --- space-delimited


@dataclass(frozen=True)
class _Field:
    name: str
    condition: Condition | None

    def holds(self, value: str) -> bool:
        """Whether a field of a message is as it should be."""
        return self.condition is None or self.condition(lambda _name: (value,))


def _delimited_pattern(text: str) -> Pattern:
    parts = [part.strip() for part in _separated(text)]
    if parts == [""]:
        return lambda _message: Match(_nothing)
    if parts.count(REST) > 1:
        raise InvalidPattern("Invalid filter pattern: more than one ellipsis")
    fields = [_Field(REST, None) if part == REST else _field(part) for part in parts]
    names = [field.name for field in fields]
    gap = names.index(REST) if REST in names else None

    def matches(message: str) -> Match | None:
        values = [next(filter(None, each.groups()), "") for each in FIELD.finditer(message)]
        pairs = _pairs(fields, values, gap)
        if pairs is None or not all(field.holds(value) for field, value in pairs):
            return None
        found = {f"${field.name}": value for field, value in pairs if field.name}
        by_number = {f"${number}": value for number, value in enumerate(values, 1)}
        every = by_number | found
        return Match(lambda selector: (every.get(selector, MISSING),), tuple(found))

    return matches


def _pairs(
    fields: list[_Field], values: list[str], gap: int | None
) -> list[tuple[_Field, str]] | None:
    """Each field with its value; None if there are too few or too many values."""
    if gap is None:
        return list(zip(fields, values, strict=True)) if len(fields) == len(values) else None
    before, after = fields[:gap], fields[gap + 1 :]
    if len(values) < len(before) + len(after):
        return None
    last = values[len(values) - len(after) :]
    return [*zip(before, values, strict=False), *zip(after, last, strict=True)]


def _separated(text: str) -> Iterator[str]:
    """The parts between commas that stand in no quotation marks, regex or parentheses."""
    part, within, depth = "", "", 0
    for character in text:
        if within:
            within = "" if character == within else within
        elif character in '"%':
            within = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and not depth:
            yield part
            part = ""
            continue
        part += character
    yield part


def _field(part: str) -> _Field:
    words = list(tokens(part))
    if not words or (len(words) == 1 and NAME.fullmatch(words[0])):
        return _Field("".join(words), None)
    name = next(word for word in words if word != "(")
    return _Field(name, parse(part, NAME))
