"""The published schemas of the events, for tests of what is made and of what is really sent."""

from __future__ import annotations

import json
from functools import cache

from jsonschema import Draft202012Validator, FormatChecker

from lab.core.paths import ROOT

FOLDER = ROOT / "docs" / "events"
SUFFIX = ".schema.json"


def names() -> set[str]:
    """The events that have a schema."""
    return {path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}")}


@cache
def validator(event: str) -> Draft202012Validator:
    """The validator of an event's detail."""
    schema = json.loads((FOLDER / f"{event}{SUFFIX}").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker(["date-time"]))
