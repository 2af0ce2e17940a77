"""The texts of a definition, which is JSON: LocalStack leaves escapes in some, misreads others."""

from __future__ import annotations

import json
from typing import Any


def text_of(parser_rule_context: Any) -> str | None:
    """The text that a node of the parse tree stands for; None for `null`."""
    source: str = parser_rule_context.getText()
    if not source.startswith('"'):
        return None if source == "null" else source
    text: str = json.loads(source, strict=False)
    return text
