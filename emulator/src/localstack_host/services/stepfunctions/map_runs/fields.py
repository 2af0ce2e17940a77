"""Fields of distributed Map states that LocalStack's grammar lacks: taken out before it is read.

They come back as an attribute of LocalStack's components, whose states have the same names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from localstack_host.services.stepfunctions.definitions.scopes import (
    JSONATA,
    JSONPATH,
    PROCESSORS,
    language,
)

DISTRIBUTED, EXPRESS = "DISTRIBUTED", "EXPRESS"
OBJECTS = "objects"  # of a bucket, which have no InputType
TYPES = ("JSONL", "MANIFEST", OBJECTS)  # that LocalStack does not know
OF_READERS = ("CSVDelimiter", "ManifestType")


@dataclass(frozen=True)
class MapFields:
    """What was taken out of a Map state."""

    is_express: bool = False
    is_jsonata: bool = False
    batcher: Mapping[str, Any] | None = None
    reader: Mapping[str, Any] = field(default_factory=dict)
    writer: Mapping[str, Any] = field(default_factory=dict)


NONE = MapFields()
_of_states: ContextVar[Mapping[str, MapFields]] = ContextVar("_of_states")


def extract(definition: str) -> tuple[str, dict[str, MapFields]]:
    """A definition without these fields, and the fields by the names of their states.

    One of another form is as it was: LocalStack's grammar says where it is wrong.
    """
    if DISTRIBUTED not in definition:
        return definition, {}
    try:
        body = json.loads(definition)
        maps = _maps(body, language(body, JSONPATH))
        found = {name: _taken_out(state, written_in) for name, state, written_in in maps}
    except (AttributeError, LookupError, TypeError, ValueError):
        return definition, {}
    return json.dumps(body, ensure_ascii=False), found


@contextmanager
def reading(fields: Mapping[str, MapFields]) -> Iterator[None]:
    """While components are created of a definition with these fields."""
    token = _of_states.set(fields)
    try:
        yield
    finally:
        _of_states.reset(token)


def of_state(name: str) -> MapFields:
    """The fields of a state of the definition that is being read."""
    return _of_states.get({}).get(name, NONE)


def _maps(part: Any, machine_language: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The distributed Map states of a definition, and the languages of their fields."""
    for name, state in part.get("States", {}).items():
        inner = [state.get(key) for key in PROCESSORS]
        for each in (*inner, *state.get("Branches", ())):
            if isinstance(each, dict):
                yield from _maps(each, machine_language)
                if each.get("ProcessorConfig", {}).get("Mode") == DISTRIBUTED:
                    yield name, state, language(state, machine_language)


def _taken_out(state: dict[str, Any], written_in: str) -> MapFields:
    processor = state.get("ItemProcessor") or state["Iterator"]
    is_express = processor["ProcessorConfig"].get("ExecutionType") == EXPRESS
    if is_express:
        processor["ProcessorConfig"]["ExecutionType"] = "STANDARD"
    writer = state.get("ResultWriter", {})
    config = writer.pop("WriterConfig", {})
    if config and "Resource" not in writer:
        del state["ResultWriter"]
    reader, batcher = _of_reader(state.get("ItemReader", {})), state.pop("ItemBatcher", None)
    return MapFields(is_express, written_in == JSONATA, batcher, reader, config)


def _of_reader(reader: dict[str, Any]) -> dict[str, Any]:
    if "ReaderConfig" not in reader:
        return {}
    config = reader["ReaderConfig"]
    taken = {key: config.pop(key) for key in OF_READERS if key in config}
    if config.get("InputType", OBJECTS) in TYPES:
        taken["InputType"] = config.get("InputType", OBJECTS)
        config["InputType"] = "JSON"
    return taken
