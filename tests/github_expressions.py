"""Evaluates the expressions of GitHub's workflows, as far as ours go.

https://docs.github.com/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.-]*)|(?P<sign>&&|\|\||==|!=|[!()]))"
)
FUNCTIONS = ("cancelled", "success", "failure", "always")
Context = Mapping[str, Any]


def evaluate(expression: str, context: Context) -> Any:
    """The value of an expression, with or without `${{ }}`.

    `context` also has the values of the status functions. A property that is not there is empty, as
    on GitHub. Raises ValueError for what it cannot read.
    """
    text = expression.strip().removeprefix("${{").removesuffix("}}").strip()
    parser = _Parser(_tokens(text), context)
    value = parser.either()
    if parser.tokens:
        raise ValueError(f"{parser.tokens} is left of {text!r}")
    return value


def holds(condition: str | None, context: Context) -> bool:
    """Whether a job or step with this `if` runs: without a status function, only after success."""
    condition = condition or "success()"
    asked = any(f"{name}()" in condition for name in FUNCTIONS)
    return bool(evaluate(condition, context)) and (asked or bool(context["success"]))


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise ValueError(f"cannot read {text[position:]!r}")
        tokens.append(match[0].strip())
        position = match.end()
    return tokens


class _Parser:
    """One method for each precedence, the weakest first."""

    def __init__(self, tokens: list[str], context: Context) -> None:
        self.tokens, self.context = tokens, context

    def either(self) -> Any:
        value = self.both()
        while self._next("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.comparison()
        while self._next("&&"):
            other = self.comparison()
            value = value and other
        return value

    def comparison(self) -> Any:
        value = self.single()
        if self._next("=="):
            return _same(value, self.single())
        if self._next("!="):
            return not _same(value, self.single())
        return value

    def single(self) -> Any:
        token = self.tokens.pop(0)
        if token == "!":
            return not self.single()
        if token == "(":
            value = self.either()
            self._require(")")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        return self._named(token)

    def _named(self, name: str) -> Any:
        if name in FUNCTIONS:
            self._require("(")
            self._require(")")
            return self.context[name]
        value: Any = {"true": True, "false": False, "null": None}.get(name, self.context)
        for part in name.split(".") if value is self.context else []:
            value = value.get(part, "") if isinstance(value, Mapping) else ""
        return value

    def _next(self, token: str) -> bool:
        if self.tokens[:1] != [token]:
            return False
        self.tokens.pop(0)
        return True

    def _require(self, token: str) -> None:
        if not self._next(token):
            raise ValueError(f"wanted {token!r} before {self.tokens}")


def _same(one: Any, other: Any) -> bool:
    """Texts are compared without regard to case; nothing and an empty text are the same."""
    texts = [
        str(v).lower() if isinstance(v, str) else ("" if v is None else v) for v in (one, other)
    ]
    return bool(texts[0] == texts[1])
