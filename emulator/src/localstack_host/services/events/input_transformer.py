"""The input that a rule's transformer makes of an event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
A variable outside of quotes is JSON, one inside of them is text; one whose path leads nowhere is
empty. LocalStack's recorded tests have what AWS makes of objects and arrays inside of quotes: a
template that is a text shows them without their quotes, in one that is JSON they break it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

LOG = logging.getLogger(__name__)
QUOTES = re.compile(r'(?<!\\)"')
VARIABLE = re.compile(r"<(.*?)>")


def values(transformer: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each variable for an event; "" if there is none. Replaces LocalStack's.

    LocalStack takes 0, false and what is empty for nothing.
    """
    paths: Mapping[str, str] = transformer.get("InputPathsMap") or {}
    return {name: _value(_path(path).find(event)) for name, path in paths.items()}


def fill(template: str, given: Mapping[str, Any]) -> Any:
    """The input of a template: a text, or what its JSON is. Replaces LocalStack's.

    None, with a line in the log, if it is no JSON: nothing is sent.
    """
    quoted, is_text = _positions_in_quotes(template), template.lstrip().startswith('"')

    def shown(found: re.Match[str]) -> str:
        value = given.get(found[1], "")
        if found.start() in quoted:
            return QUOTES.sub("", _text(value)) if is_text and _nests(value) else _text(value)
        return '""' if value is None else _json(value)

    filled = VARIABLE.sub(shown, template).strip()
    try:
        return json.loads(filled, strict=False)
    except ValueError:
        if is_text:
            return filled.removeprefix('"').removesuffix('"')
        LOG.info("The input of a rule's target is not valid JSON: %s", filled)
        return None


def with_empty_texts(template: str) -> str:
    """A template whose variables are empty texts, to see whether it is JSON besides them."""
    quoted = _positions_in_quotes(template)
    return VARIABLE.sub(lambda found: "" if found.start() in quoted else '""', template)


@cache
def _path(path: str) -> Any:
    from jsonpath_rw import parse  # type: ignore[import-untyped]

    return parse(path)


def _value(matches: list[Any]) -> Any:
    if not matches:
        return ""
    return matches[0].value if len(matches) == 1 else [match.value for match in matches]


def _positions_in_quotes(template: str) -> set[int]:
    """Where in a template a quoted text is."""
    positions, inside, escaped = set(), False, False
    for position, letter in enumerate(template):
        if letter == '"' and not escaped:
            inside = not inside
        elif inside:
            positions.add(position)
        escaped = letter == "\\" and not escaped
    return positions


def _nests(value: Any) -> bool:
    return isinstance(value, dict | list)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), default=str)
