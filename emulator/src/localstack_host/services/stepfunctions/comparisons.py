r"""What a Choice compares: times with an offset or fractions, and texts with a wildcard.

https://states-language.net/spec.html#choice-state
https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
PARTS = re.compile(r"\\(.)|(\*)|(.)", re.DOTALL)
PATTERNS = 256  # compiled ones that are kept


def time_of(text: object) -> datetime | None:
    """The time that a text is by RFC 3339; None for another text. Replaces LocalStack's."""
    if not isinstance(text, str) or not TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def matches(text: object, pattern: str) -> bool:
    r"""Whether a text matches: * is any text, \* a star and \\ a backslash.

    Replaces LocalStack's, which takes ? and [] for wildcards, too.
    """
    return isinstance(text, str) and _compiled(pattern).fullmatch(text) is not None


@lru_cache(PATTERNS)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = [
        ".*" if star else re.escape(escaped or letter)
        for escaped, star, letter in PARTS.findall(pattern)
    ]
    return re.compile("".join(parts), re.DOTALL)
