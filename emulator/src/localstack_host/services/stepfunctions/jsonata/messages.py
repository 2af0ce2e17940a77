"""The messages of errors in JSONata's own words, which the library has from a port to Java."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jsonata.jexception import JException

PLACEHOLDER = re.compile(r"\{\{\{\w+\}\}\}|\{\{\w+\}\}")


def message(error: Any) -> str:
    """The message of an error: values are shown as JSON, or as they are in triple braces."""
    values = iter((error.current, error.expected, error.extra))

    def shown(match: re.Match[str]) -> str:
        value = next(values, None)
        return str(value) if match[0].startswith("{{{") else json.dumps(value, default=str)

    return PLACEHOLDER.sub(shown, _templates().get(error.error, str(error)))


@cache
def _templates() -> dict[str, str]:
    """The port has `Object` where JSONata has `function`."""
    codes = JException.error_codes
    return {code: text.replace("Object", "function") for code, text in codes.items()}
