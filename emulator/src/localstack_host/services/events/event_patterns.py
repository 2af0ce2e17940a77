"""Event patterns: which can be stored, and which events they match.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
https://github.com/aws/event-ruler is AWS's own matcher: what it refuses, in which words, and that
fields of an array's objects match within one object, are from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack.aws.api.events import InvalidEventPatternException
from localstack.services.events.event_rule_engine import EventPatternCompiler

UNTYPED: Any = InvalidEventPatternException
MIXED = (
    "Inside anything but list, either all values are number or string, mixed type is not supported"
)


def check(pattern: str) -> None:
    """Raises InvalidEventPatternException for a pattern that EventBridge does not take."""
    untyped: Any = EventPatternCompiler
    _check_objects(untyped().compile_event_pattern(pattern))


def evaluate(_: Any, engine: Any, pattern: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    """Whether an event matches a pattern. Replaces that of LocalStack's engine.

    LocalStack lets each field match in another object of an array.
    """
    alternatives = engine.flatten_pattern(pattern)
    elements = engine.flatten_payload(payload, alternatives)
    present = {name for element in elements for name in element}
    return any(
        all(
            any(_holds(engine, element, present, name, condition) for condition in conditions)
            for name, conditions in alternative.items()
        )
        for alternative in alternatives
        for element in elements
    )


def _holds(
    engine: Any, element: Mapping[str, Any], present: set[str], name: str, condition: Any
) -> bool:
    """Whether a field meets a condition. It is absent if no object of an array has it."""
    if not isinstance(condition, Mapping):
        value = element.get(name)
        same_kind = isinstance(value, bool) == isinstance(condition, bool)
        return name in element and same_kind and bool(value == condition)
    there = present if condition.get("exists") is False else element
    return bool(engine._evaluate_condition(element.get(name), condition, name in there))


def _check_objects(pattern: Mapping[str, Any]) -> None:
    if not pattern:
        raise _invalid("Empty objects are not allowed")
    for name, inner in pattern.items():
        if isinstance(inner, Mapping):
            _check_objects(inner)
        elif name != "$or":
            for condition in inner:
                _check_condition(condition)


def _check_condition(condition: Any) -> None:
    excluded = condition.get("anything-but") if isinstance(condition, Mapping) else None
    if isinstance(excluded, list) and len({isinstance(one, str) for one in excluded}) != 1:
        raise _invalid(MIXED)


def _invalid(reason: str) -> Any:
    return UNTYPED(f"Event pattern is not valid. Reason: {reason}")
