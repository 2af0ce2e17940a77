"""What a rule's patterns match, and what its transformers make of an event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from localstack.services.events.event_rule_engine import EventRuleEngine

from localstack_host.services.events import event_patterns, input_transformer

EVENT = {
    "detail": {
        "text": "oak",
        "quoted": 'a "b"',
        "total": 61.99,
        "none": 0,
        "no": False,
        "nested": {"id": "1", "note": 'a "b"'},
        "list": ["x", "y"],
        "lines": [{"sku": "A", "count": 1}, {"sku": "B", "count": 2, "gift": True}],
    }
}
PATHS = {name: f"$.detail.{name}" for name in [*EVENT["detail"], "missing"]}


def transformed(template: str) -> Any:
    transformer = {"InputPathsMap": PATHS, "InputTemplate": template}
    return input_transformer.fill(template, input_transformer.values(transformer, EVENT))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"<text> costs <total>"', "oak costs 61.99"),
        ('"<nested> <list> <no> <none>|<missing>|"', '{id:1,note:a "b"} [x,y] false 0||'),
        ('"say \\"<text>\\"\\nnow"', 'say "oak"\nnow'),
        ('{"a": <total>, "b": <none>, "c": <no>}', {"a": 61.99, "b": 0, "c": False}),
        ('{"a": "<text> <total>", "b": <missing>}', {"a": "oak 61.99", "b": ""}),
        ('{"a": <nested>}', {"a": {"id": "1", "note": 'a "b"'}}),
        ("[<total>, <text>]", [61.99, "oak"]),
        ("<nested>", {"id": "1", "note": 'a "b"'}),
        ('{"a": "<nested>"}', None),
        ("<text> costs <total>", None),
    ],
)
def test_a_template_is_filled_as_on_aws(template: str, expected: Any) -> None:
    assert transformed(template) == expected


def matches(**detail: Any) -> bool:
    pattern = {"detail": detail}
    untyped: Any = EventRuleEngine
    return event_patterns.evaluate(None, untyped(), pattern, payload=EVENT)


def test_fields_of_an_arrays_objects_match_within_one_object() -> None:
    assert matches(lines={"sku": ["B"], "count": [2]})
    assert not matches(lines={"sku": ["A"], "count": [2]})
    assert matches(lines={"sku": ["A"]}, text=["oak"])


def test_a_field_is_absent_if_no_object_has_it() -> None:
    assert not matches(lines={"gift": [{"exists": False}]})
    assert matches(lines={"size": [{"exists": False}]})
    assert not matches(lines={"sku": ["A"], "gift": [{"exists": True}]})


def test_numbers_are_not_truth_values() -> None:
    assert not matches(no=[0])
    assert matches(no=[False])
    assert not matches(none=[False])


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ({}, "Empty objects are not allowed"),
        ({"detail": {}}, "Empty objects are not allowed"),
        ({"detail": {"a": []}}, "Empty arrays are not allowed"),
        ({"source": "a"}, '"source" must be an object or an array'),
        ({"source": [{"like": "a"}]}, "Unrecognized match type like"),
        ({"source": [{"anything-but": []}]}, event_patterns.MIXED),
        ({"source": [{"anything-but": ["a", 1]}]}, event_patterns.MIXED),
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern: Any, reason: str) -> None:
    with pytest.raises(Exception, match=r"^Event pattern is not valid") as caught:
        event_patterns.check(json.dumps(pattern))
    assert str(caught.value) == f"Event pattern is not valid. Reason: {reason}"
