"""Patterns in policies: wildcards, ARNs and variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from localstack_host.services.iam.condition_keys import MULTIVALUED

CACHED = 8192  # compiled patterns: those of policies, with each value of their variables
ARN_PARTS = 6
VARIABLE = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)')?\}")

# The value of a variable is literal text: `*` in it is not a wildcard.
LITERALS = {"*": "\ue000", "?": "\ue001", "$": "\ue002"}
CHARACTERS = {code: character for character, code in LITERALS.items()}

Context = Mapping[str, tuple[str, ...]]
"""The condition keys of a request, in lower case, each with its values."""


def resolve(pattern: str, context: Context) -> str | None:
    """Substitutes the variables of a pattern; None if one of them has no single value."""
    if "${" not in pattern:
        return pattern
    missing = False

    def value_of(match: re.Match[str]) -> str:
        nonlocal missing
        value = _value(match[1], match[2], context)
        missing = missing or value is None
        return value or ""

    resolved = VARIABLE.sub(value_of, pattern)
    return None if missing else resolved


def _value(name: str, default: str | None, context: Context) -> str | None:
    if name in LITERALS:
        return LITERALS[name]
    key = name.lower()
    values = () if key in MULTIVALUED else context.get(key, ())
    text = values[0] if len(values) == 1 else default
    return None if text is None else "".join(LITERALS.get(c, c) for c in text)


def matches_text(pattern: str, text: str, *, any_case: bool = False) -> bool:
    """Whether a text matches the pattern; `*` matches any characters, `?` one."""
    return _compiled(pattern, any_case).fullmatch(text) is not None


def matches_arn(pattern: str, arn: str) -> bool:
    """Whether a resource matches the pattern; a wildcard matches within its part of the ARN.

    A pattern with fewer parts than an ARN matches any values of the other parts. The resource of a
    request without one is `*`, which only the pattern `*` matches.
    """
    return pattern == "*" or _compiled_arn(pattern).fullmatch(arn) is not None


@lru_cache(CACHED)
def _compiled(pattern: str, any_case: bool) -> re.Pattern[str]:
    flags = re.DOTALL | (re.IGNORECASE if any_case else 0)
    return re.compile(_expression(pattern, "."), flags)


@lru_cache(CACHED)
def _compiled_arn(pattern: str) -> re.Pattern[str]:
    parts = pattern.split(":", ARN_PARTS - 1)
    parts += ["*"] * (ARN_PARTS - len(parts))
    expressions = [_expression(part, "[^:]") for part in parts[:-1]]
    return re.compile(":".join([*expressions, _expression(parts[-1], ".")]), re.DOTALL)


def _expression(pattern: str, character: str) -> str:
    wildcards = {"*": f"{character}*", "?": character}
    return "".join(wildcards.get(c) or re.escape(CHARACTERS.get(c, c)) for c in pattern)
