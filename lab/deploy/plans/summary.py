"""The stored text of a plan: a line for each resource, with its known attributes.

Empty values are left out: null, false, "" and empty lists (so a change from `false` to `true` is
shown as a new attribute), and the tags that most resources have, which are in the first lines. Long
documents are replaced by their hash. Values that are only known after the apply are not included:
the policies of roles, for example, have tests of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.core import paths
from lab.deploy.plans.changes import Change

FOLDER = paths.ROOT / "tests" / "terraform" / "plans"
LEFT_OUT = frozenset({"tags", "tags_all", "source", "source_hash", "source_code_hash", "etag"})
LONGEST = 160
"""The maximum length of a value in a line."""

LARGEST = 4_000
"""The maximum length of a JSON document that is split into parts: more than any policy has."""


def file_of(environment: str) -> Path:
    """Returns the path of an environment's summary."""
    return FOLDER / f"{environment}.txt"


def text_of(changes: Sequence[Change]) -> str:
    """Returns the summary of a plan for an empty account."""
    common = _common_tags(changes)
    head = [
        "# What Terraform plans for an empty account. Written by: make plans",
        " | ".join(["# usual tags", *(f"{name}={value}" for name, value in common.items())]),
    ]
    return "\n".join([*head, *(_line(change, common) for change in changes), ""])


def differences(stored: str, planned: str) -> list[str]:
    """Returns the differences between two summaries, a line for each resource."""
    before, after = _by_address(stored), _by_address(planned)
    return [
        difference
        for address in sorted(before | after)
        if (difference := _difference(address, before.get(address), after.get(address)))
    ]


def _difference(address: str, before: list[str] | None, after: list[str] | None) -> str:
    if before is None:
        return f"+ {address}"
    if after is None:
        return f"- {address}"
    gone = [f"- {values}" for values in before if values not in after]
    new = [f"+ {values}" for values in after if values not in before]
    return f"~ {address}: {'  '.join([*gone, *new])}" if gone or new else ""


def _by_address(text: str) -> dict[str, list[str]]:
    """Returns the attributes by resource; the comments at the top are one more entry."""
    lines = [line.partition(" | ") for line in text.splitlines() if line]
    return {address: values.split(" | ") if values else [] for address, _, values in lines}


def _line(change: Change, common: Mapping[str, str]) -> str:
    return " | ".join([change.address, *_attributes(change, common)])


def _attributes(change: Change, common: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(change.after.items()):
        if name not in LEFT_OUT and _is_significant(value):
            yield from _named(name, _short(value))
    tags = change.after.get("tags_all")
    if tags is not None and tags != common:
        yield f"tags={_value(tags)}"


def _named(name: str, value: Any) -> Iterator[str]:
    """Yields `name=value`; a long value is split into parts: `name.part=value`."""
    value = _parsed(value)
    if isinstance(value, dict | list) and len(_value(value)) > LONGEST:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for part, values in sorted(parts):
            yield from _named(f"{name}.{part}", values)
    else:
        text = _value(value)
        yield f"{name}={text if len(text) <= LONGEST else _hash(text)}"


def _parsed(value: Any) -> Any:
    """Returns the parsed value of a JSON text, such as a policy; a large document stays a text."""
    if not isinstance(value, str) or not value.startswith("{") or len(value) > LARGEST:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _hash(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _is_significant(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", [], {})


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return " ".join(text.split())


def _short(value: Any) -> Any:
    """Returns the value without empty values, at any depth."""
    if isinstance(value, dict):
        return {name: _short(part) for name, part in value.items() if _is_significant(part)}
    if isinstance(value, list):
        shorter = [_short(part) for part in value]
        return shorter[0] if len(shorter) == 1 else shorter
    return value


def _common_tags(changes: Sequence[Change]) -> dict[str, str]:
    """Returns the tags that most resources have."""
    tags = (change.after.get("tags_all") for change in changes)
    counted = Counter(tuple(sorted(some.items())) for some in tags if some)
    return dict(counted.most_common(1)[0][0]) if counted else {}
