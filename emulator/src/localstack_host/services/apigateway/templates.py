"""Mapping templates: the methods of Java's texts, lists and maps, and $util as it is documented.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
On AWS the values of a template are Java's. LocalStack's have some of their methods: one that is
missing yields nothing, or fails the request.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Methods = dict[type, dict[str, Callable[..., Any]]]


class JavaList(list[Any]):
    """A list that is shown as Java shows it, without quotes."""

    def __str__(self) -> str:
        return f"[{', '.join(_shown(each) for each in self)}]"


class JavaMap(dict[Any, Any]):
    """A map that is shown as Java shows it, without quotes."""

    def __str__(self) -> str:
        return f"{{{', '.join(f'{key}={_shown(value)}' for key, value in self.items())}}}"


@dataclass(frozen=True)
class Entry:
    """An entry of a map."""

    key: Any
    value: Any

    def __str__(self) -> str:
        return f"{self.key}={_shown(self.value)}"


class MethodsByKind(dict[type, dict[str, Callable[..., Any]]]):
    """The methods of each kind of value; a derived class has those of its bases."""

    def get(self, kind: type, default: Any = None) -> Any:
        """The methods of a kind."""
        for base in kind.__mro__:
            if base in self:
                return self[base]
        return default


def methods(known: Methods) -> MethodsByKind:
    """LocalStack's methods of values with those that it lacks; derived classes need none."""
    extended = {kind: dict(own) for kind, own in known.items() if kind.__base__ is object}
    for kind, added in ADDED.items():
        extended[kind] = extended.get(kind, {}) | added
    return MethodsByKind(extended)


def list_literal(calculate: Callable[..., list[Any]], *arguments: Any) -> JavaList:
    """Wraps the value of a list that a template writes."""
    return JavaList(calculate(*arguments))


def map_literal(calculate: Callable[..., Mapping[Any, Any]], *arguments: Any) -> JavaMap:
    """Wraps the value of a map that a template writes."""
    return JavaMap(calculate(*arguments))


def base64_decode(_: Any, _util: Any, text: Any) -> str:
    """The text of a base64 text. LocalStack answers with bytes."""
    encoded = text if isinstance(text, str) else json.dumps(text)
    return base64.b64decode(encoded).decode(errors="replace")


def escape_java_script(original: Any, util: Any, value: Any) -> str:
    """Escapes a text. LocalStack leaves single quotes as they are."""
    escaped: str = original(util, value)
    return escaped.replace("'", "\\'") if isinstance(value, str) else escaped


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def _java(replacement: str) -> str:
    """Java's replacement of a regular expression in Python's: $1 is a group."""
    return re.sub(r"\$(\d)", r"\\\1", replacement)


def _index(text: str, part: Any, start: int = 0) -> int:
    return text.find(str(part), start)


def _append(values: list[Any], value: Any) -> bool:
    values.append(value)
    return True


def _same(one: Any, other: Any) -> bool:
    return type(one).__mro__[-2] is type(other).__mro__[-2] and bool(one == other)


ADDED: Methods = {
    str: {
        "charAt": lambda text, index: text[index],
        "concat": lambda text, other: text + str(other),
        "endsWith": lambda text, end: text.endswith(str(end)),
        "equals": _same,
        "equalsIgnoreCase": lambda text, other: text.lower() == str(other).lower(),
        "indexOf": _index,
        "isEmpty": lambda text: not text,
        "lastIndexOf": lambda text, part: text.rfind(str(part)),
        "length": len,
        "replaceAll": lambda text, pattern, by: re.sub(pattern, _java(by), text),
        "replaceFirst": lambda text, pattern, by: re.sub(pattern, _java(by), text, count=1),
        "toLowerCase": lambda text: text.lower(),
        "toString": str,
        "toUpperCase": lambda text: text.upper(),
        "trim": lambda text: text.strip(),
    },
    list: {
        "add": _append,
        "addAll": lambda values, others: values.extend(others) or bool(others),
        "equals": _same,
        "indexOf": lambda values, value: values.index(value) if value in values else -1,
        "isEmpty": lambda values: not values,
        "toString": lambda values: str(JavaList(values)),
    },
    dict: {
        "containsKey": lambda values, key: key in values,
        "containsValue": lambda values, value: value in values.values(),
        "entrySet": lambda values: JavaList(Entry(*each) for each in values.items()),
        "equals": _same,
        "isEmpty": lambda values: not values,
        "keySet": JavaList,
        "remove": lambda values, key: values.pop(key, None),
        "size": len,
    },
    int: {
        "equals": _same,
        "intValue": int,
        "parseInt": lambda _, text: int(text),
        "toString": _shown,
    },
    float: {
        "equals": _same,
        "intValue": int,
        "parseDouble": lambda _, text: float(text),
        "parseFloat": lambda _, text: float(text),
        "toString": str,
    },
}
