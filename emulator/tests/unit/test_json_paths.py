"""Paths of state machines give what they give on AWS, however many places they lead to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localstack_host.services.stepfunctions.paths import ManyPlaces, with_many_places

DATA = {
    "items": [{"name": "x", "n": 1, "tags": ["t"]}],
    "object": {"a": 1},
    "two": [{"n": 1}, {"n": 2}],
    "empty": {},
}


@pytest.fixture
def value(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    from localstack.services.stepfunctions.asl.utils import json_path

    module: Any = json_path
    parse = with_many_places(module.parse)
    monkeypatch.setattr(module, "parse", parse)
    name = "_contains_slice_or_wildcard_array"
    monkeypatch.setattr(module, name, lambda path: isinstance(parse(path), ManyPlaces))
    return lambda path: module.extract_json(path, DATA)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.items[*].name", ["x"]),
        ("$.items[0:1].name", ["x"]),
        ("$.items[?(@.n==1)].name", ["x"]),
        ("$.items[?(@.n==1)]", [DATA["items"][0]]),  # type: ignore[index]
        ("$.items[?(@.n==5)]", []),
        ("$.items[*].gone", []),
        ("$..name", ["x"]),
        ("$..gone", []),
        ("$.object[*]", [1]),
        ("$.object.*", [1]),
        ("$.empty[*]", []),
        ("$.two[*].n", [1, 2]),
        ("$.two[0,1].n", [1, 2]),
    ],
)
def test_a_path_to_many_places_gives_an_array(
    value: Callable[[str], Any], path: str, expected: Any
) -> None:
    assert value(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.items[0].name", "x"),
        ("$['items'][0]['n']", 1),
        ("$.items[0].tags", ["t"]),
        ("$.items[0].tags[0]", "t"),
        ("$.object", {"a": 1}),
        ("$", DATA),
    ],
)
def test_a_path_to_one_place_gives_its_value(
    value: Callable[[str], Any], path: str, expected: Any
) -> None:
    assert value(path) == expected


@pytest.mark.parametrize("path", ["$.gone", "$.items[5]", "$.items[0].gone"])
def test_a_path_to_one_place_that_is_not_there_fails(
    value: Callable[[str], Any], path: str
) -> None:
    from localstack.services.stepfunctions.asl.utils.json_path import NoSuchJsonPathError

    with pytest.raises(NoSuchJsonPathError):
        value(path)
