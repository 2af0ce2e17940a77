r"""Fields whose names end with `.$`: each is a path or an intrinsic function.

LocalStack's recorded tests have AWS's words, and which escapes are none:
https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic, schema
from localstack_host.services.stepfunctions.definitions.scopes import JSONATA, Scope

PAYLOADS = ("Parameters", "ResultSelector", "ItemSelector")
FUNCTIONS = (
    "Array|ArrayContains|ArrayGetItem|ArrayLength|ArrayPartition|ArrayRange|ArrayUnique"
    "|Base64Decode|Base64Encode|Format|Hash|JsonMerge|JsonToString|MathAdd|MathRandom"
    "|StringSplit|StringToJson|UUID"
)
CALL = re.compile(rf"\s*States\.({FUNCTIONS})\s*\(.*\)\s*", re.DOTALL)
NAME = re.compile(r"States\.(\w+)\s*\(")
QUOTED = re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL)
WRONG_ESCAPE = re.compile(r"(?:^|[^\\])(?:\\\\)*\\[^'{}\\]", re.DOTALL)


def check(scopes: list[Scope]) -> Iterator[Diagnostic]:
    """The errors in all payloads of a definition."""
    for scope in scopes:
        for state in scope.states:
            if state.language != JSONATA:
                for field in PAYLOADS:
                    yield from _in_value(f"{state.path}/{field}", state.body.get(field))


def _in_value(location: str, value: Any) -> Iterator[Diagnostic]:
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from _in_value(f"{location}[{index}]", part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name.endswith(".$") and isinstance(part, str) and not _is_valid(part):
                yield schema(
                    f"The value for the field '{name}' must be a valid JSONPath or a valid"
                    " intrinsic function call",
                    location,
                )
            yield from _in_value(f"{location}/{name}", part)


def _is_valid(text: str) -> bool:
    if text.startswith("$"):
        return True
    known = set(FUNCTIONS.split("|"))
    texts = QUOTED.findall(text)
    names = NAME.findall(QUOTED.sub("", text))
    called = CALL.fullmatch(text) is not None and known.issuperset(names)
    return called and not any(WRONG_ESCAPE.search(each) for each in texts)
