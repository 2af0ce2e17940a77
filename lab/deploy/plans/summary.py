"""The stored text of a plan: a line for each resource, with all that is known of it.

Left out is what says nothing: null, false, "" and empty lists (so `false` becoming `true` is seen
as something new), and the tags that nearly all resources have, which are in the first lines. Long
documents are there by their hash. What is only known after the apply cannot be in it: the policies
of roles, for example, have tests of their own.
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
"""Characters of a value that a person would still read in a line."""

LARGEST = 4_000
"""Characters of a document in JSON that is taken apart: more than any policy has."""


def file_of(environment: str) -> Path:
    """Where the summary of an environment is stored."""
    return FOLDER / f"{environment}.txt"


def text_of(changes: Sequence[Change]) -> str:
    """The summary of a plan for an empty account."""
    usual = _usual_tags(changes)
    head = [
        "# What Terraform plans for an empty account. Written by: make plans",
        " | ".join(["# usual tags", *(f"{name}={value}" for name, value in usual.items())]),
    ]
    return "\n".join([*head, *(_line(change, usual) for change in changes), ""])


def differences(stored: str, planned: str) -> list[str]:
    """In words, what a plan does otherwise than the stored one: a line for each resource."""
    before, after = _by_address(stored), _by_address(planned)
    return [
        told
        for address in sorted(before | after)
        if (told := _difference(address, before.get(address), after.get(address)))
    ]


def _difference(address: str, before: list[str] | None, after: list[str] | None) -> str:
    if before is None:
        return f"+ {address}"
    if after is None:
        return f"- {address}"
    gone = [f"- {said}" for said in before if said not in after]
    new = [f"+ {said}" for said in after if said not in before]
    return f"~ {address}: {'  '.join([*gone, *new])}" if gone or new else ""


def _by_address(text: str) -> dict[str, list[str]]:
    """By resource, what its line says; the remarks at the top are one more."""
    lines = [line.partition(" | ") for line in text.splitlines() if line]
    return {address: said.split(" | ") if said else [] for address, _, said in lines}


def _line(change: Change, usual: Mapping[str, str]) -> str:
    return " | ".join([change.address, *_said(change, usual)])


def _said(change: Change, usual: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(change.after.items()):
        if name not in LEFT_OUT and _tells(value):
            yield from _named(name, _short(value))
    tags = change.after.get("tags_all")
    if tags is not None and tags != usual:
        yield f"tags={_value(tags)}"


def _named(name: str, value: Any) -> Iterator[str]:
    """`name=value`; what would be too long is taken apart: `name.part=value`."""
    value = _parsed(value)
    if isinstance(value, dict | list) and len(_value(value)) > LONGEST:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for part, said in sorted(parts):
            yield from _named(f"{name}.{part}", said)
    else:
        text = _value(value)
        yield f"{name}={text if len(text) <= LONGEST else _hash(text)}"


def _parsed(value: Any) -> Any:
    """What a text in JSON says, such as a policy; a large document stays a text."""
    if not isinstance(value, str) or not value.startswith("{") or len(value) > LARGEST:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _hash(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _tells(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", [], {})


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return " ".join(text.split())


def _short(value: Any) -> Any:
    """The value without what says nothing, at any depth."""
    if isinstance(value, dict):
        return {name: _short(part) for name, part in value.items() if _tells(part)}
    if isinstance(value, list):
        shorter = [_short(part) for part in value]
        return shorter[0] if len(shorter) == 1 else shorter
    return value


def _usual_tags(changes: Sequence[Change]) -> dict[str, str]:
    """The tags that most of the resources have."""
    tags = (change.after.get("tags_all") for change in changes)
    counted = Counter(tuple(sorted(some.items())) for some in tags if some)
    return dict(counted.most_common(1)[0][0]) if counted else {}
