"""The rule of a composite alarm: parsed, checked and evaluated. Pure functions.

ALARM("child") AND NOT (OK(other) OR INSUFFICIENT_DATA(arn:aws:…)), TRUE, FALSE, and
AT_LEAST(2, ALARM, (a, b, c)). NOT binds stronger than AND, and AND than OR.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

State = Callable[[str], str | None]
"""The state of the alarm with a name or an ARN; None if it does not exist."""

Node = Callable[[State], bool]

TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([(),])|([^\s(),"]+))')
STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
SHARE = re.compile(r"(\d+)%")


class InvalidRule(Exception):
    """Raised for text that is no rule."""


@dataclass(frozen=True)
class AlarmRule:
    """A rule, and the names or ARNs of its children in their order."""

    children: tuple[str, ...]
    holds: Node


@cache
def parse(text: str) -> AlarmRule:
    """Raises `InvalidRule`."""
    parser = _Parser(list(_tokens(text)))
    node = parser.disjunction()
    if parser.rest:
        raise InvalidRule(text)
    return AlarmRule(tuple(dict.fromkeys(parser.children)), node)


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Each token, and whether it was quoted."""
    at = 0
    text = text.rstrip()
    while at < len(text):
        if not (match := TOKEN.match(text, at)):
            raise InvalidRule(text)
        quoted, mark, word = match.groups()
        yield (quoted.replace('\\"', '"'), True) if quoted is not None else (mark or word, False)
        at = match.end()


class _Parser:
    def __init__(self, tokens: list[tuple[str, bool]]) -> None:
        self.rest = tokens
        self.children: list[str] = []

    def disjunction(self) -> Node:
        return self._separated("OR", self._conjunction, any)

    def _conjunction(self) -> Node:
        return self._separated("AND", self._negation, all)

    def _separated(self, word: str, part: Callable[[], Node], of: Callable[..., bool]) -> Node:
        nodes = [part()]
        while self._next_is(word):
            self._take()
            nodes.append(part())
        return lambda state: of(node(state) for node in nodes)

    def _negation(self) -> Node:
        if self._next_is("NOT"):
            self._take()
            node = self._negation()
            return lambda state: not node(state)
        return self._primary()

    def _primary(self) -> Node:
        word = self._take()
        if word == "(":
            node = self.disjunction()
            self._expect(")")
            return node
        if word in ("TRUE", "FALSE"):
            return lambda _: word == "TRUE"
        if word == "AT_LEAST":
            return self._at_least()
        if word not in STATES:
            raise InvalidRule(word)
        self._expect("(")
        child = self._child()
        self._expect(")")
        return lambda state: state(child) == word

    def _at_least(self) -> Node:
        self._expect("(")
        number = self._take()
        self._expect(",")
        inverted = self._next_is("NOT")
        wanted = (self._take(), self._take())[1] if inverted else self._take()
        self._expect(",")
        self._expect("(")
        children = [self._child()]
        while self._next_is(","):
            self._take()
            children.append(self._child())
        self._expect(")")
        self._expect(")")
        if wanted not in STATES:
            raise InvalidRule(wanted)
        least = _number(number, len(children))
        return lambda state: sum((state(c) == wanted) is not inverted for c in children) >= least

    def _child(self) -> str:
        child = self._take()
        if not child or child in "(),":
            raise InvalidRule(child)
        self.children.append(child)
        return child

    def _next_is(self, word: str) -> bool:
        return bool(self.rest) and self.rest[0] == (word, False)

    def _take(self) -> str:
        if not self.rest:
            raise InvalidRule("the rule ends too early")
        return self.rest.pop(0)[0]

    def _expect(self, word: str) -> None:
        if not self._next_is(word):
            raise InvalidRule(f"{word} is missing")
        self._take()


def _number(text: str, of: int) -> float:
    """A number, or a share of `of`."""
    if share := SHARE.fullmatch(text):
        return int(share[1]) * of / 100
    if not text.isdecimal():
        raise InvalidRule(text)
    return int(text)
