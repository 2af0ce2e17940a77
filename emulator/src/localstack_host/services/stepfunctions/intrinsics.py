r"""Intrinsic functions: the texts in them, and values of JSON that Python takes for the same.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
A backslash makes one of ' { } \ a letter like others. LocalStack reads the definition's source,
where there are two.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

ESCAPED = re.compile(r"\\(.)", re.DOTALL)
QUOTED = re.compile(r"'(?:\\.|[^'\\])*'", re.DOTALL)
# LocalStack's grammar knows no control characters in quotes.
LETTERS = {"n": "\n", "r": "\r", "t": "\t"}
CONTROLS = str.maketrans({control: f"\\{letter}" for letter, control in LETTERS.items()})
# A letter, escaped or not, or the place of a value.
PARTS = re.compile(r"\\(.)|(\{\})|(.)", re.DOTALL)


class Literal(str):
    """A text of a definition, without its escapes; `source` is with them."""

    __slots__ = ("source",)
    source: str

    def __new__(cls, source: str) -> Literal:
        """The text that `source` stands for."""
        literal = super().__new__(cls, ESCAPED.sub(lambda found: _letter(found[1]), source))
        literal.source = source
        return literal


def source_of(call: str) -> str:
    """A call as LocalStack's grammar reads it."""
    return QUOTED.sub(lambda found: found[0].translate(CONTROLS), call)


def text_of(token: Any) -> Literal:
    """The text in quotes that a token of an intrinsic function is. Replaces LocalStack's."""
    return Literal(str(token.getText())[1:-1])


def formatted(template: str, values: list[str]) -> str:
    """The text of States.Format. Raises ValueError if there are fewer values than places."""
    source = template.source if isinstance(template, Literal) else template
    left = iter(values)
    parts = []
    for escaped, place, letter in PARTS.findall(source):
        if place:
            value = next(left, None)
            if value is None:
                raise ValueError(f"States.Format has too few arguments for '{template}'")
            parts.append(value)
        else:
            parts.append(_letter(escaped) if escaped else letter)
    return "".join(parts)


def format_values(_: Any, function: Any, env: Any) -> None:
    """Evaluates States.Format. Replaces LocalStack's, which knows Python's format strings."""
    function.argument_list.eval(env=env)
    template, *values = env.stack.pop()
    env.stack.append(formatted(template, [function._to_str_repr(value) for value in values]))


def unique(original: Any, function: Any, env: Any) -> None:
    """Wraps States.ArrayUnique: true is not 1, and objects can be in an array."""
    function.argument_list.eval(env=env)
    (values,) = env.stack.pop()
    if not isinstance(values, list):
        original(function, env)
        return
    first: dict[str, Any] = {}
    for value in values:
        first.setdefault(_key(value), value)
    env.stack.append(list(first.values()))


def contains(original: Any, function: Any, env: Any) -> None:
    """Wraps States.ArrayContains: true is not 1."""
    function.argument_list.eval(env=env)
    values, wanted = env.stack.pop()
    if not isinstance(values, list):
        original(function, env)
        return
    env.stack.append(_key(wanted) in map(_key, values))


def encode(original: Any, function: Any, env: Any) -> None:
    """Wraps States.Base64Encode: a text is encoded in UTF-8. LocalStack's takes ASCII."""
    _convert(original, function, env, _encoded)


def decode(original: Any, function: Any, env: Any) -> None:
    """Wraps States.Base64Decode: what was encoded is a text in UTF-8."""
    _convert(original, function, env, _decoded)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode(errors="replace")).decode()


def _decoded(text: str) -> str:
    return base64.b64decode(text.encode()).decode(errors="replace")


def _convert(original: Any, function: Any, env: Any, convert: Callable[[str], str]) -> None:
    function.argument_list.eval(env=env)
    (text,) = env.stack.pop()
    if isinstance(text, str) and len(text) <= function.MAX_INPUT_CHAR_LEN:
        env.stack.append(convert(text))
    else:
        original(function, env)


def _letter(escaped: str) -> str:
    return LETTERS.get(escaped, escaped)


def _key(value: Any) -> str:
    """Equal values of JSON have equal keys."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value
