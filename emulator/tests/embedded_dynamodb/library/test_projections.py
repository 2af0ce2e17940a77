"""Projections: the paths that are asked for, and nothing else."""

from typing import Any

import pytest

from embedded_dynamodb.expressions import Placeholders, projection

ITEM: dict[str, Any] = {
    "a": {"M": {"b": {"L": [{"N": "0"}, {"M": {"x": {"S": "y"}, "z": {"S": "w"}}}]}}},
    "l": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}]},
    "n": {"N": "7"},
    "a.b": {"S": "dotted"},
}


def projected(text: str, names: Any = None) -> Any:
    placeholders = Placeholders(names)
    parsed = projection(text)
    placeholders.use(parsed)
    placeholders.finish()
    return parsed.apply(ITEM, placeholders.names)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("n", {"n": {"N": "7"}}),
        ("n, absent", {"n": {"N": "7"}}),
        ("absent", {}),
        ("l", {"l": ITEM["l"]}),
        ("l[1]", {"l": {"L": [{"N": "1"}]}}),
        # Elements come in the order of the list and without gaps.
        ("l[2], l[0]", {"l": {"L": [{"N": "0"}, {"N": "2"}]}}),
        ("l[9]", {}),
        ("l[9], l[1]", {"l": {"L": [{"N": "1"}]}}),
        ("a.b[0]", {"a": {"M": {"b": {"L": [{"N": "0"}]}}}}),
        ("a.b[1].x", {"a": {"M": {"b": {"L": [{"M": {"x": {"S": "y"}}}]}}}}),
        ("a.b[1].x, a.b[1].z", {"a": {"M": {"b": {"L": [ITEM["a"]["M"]["b"]["L"][1]]}}}}),
        ("a.c", {}),
        ("a[0], n", {"n": {"N": "7"}}),
        ("n.x", {}),
        ("l.x", {}),
        ("a.b[0].x", {}),
    ],
)
def test_a_projection_keeps_what_stands_at_its_paths(text: str, found: Any) -> None:
    assert projected(text) == found


def test_a_placeholder_is_one_name_whatever_it_contains() -> None:
    assert projected("#d, a.#b[0]", {"#d": "a.b", "#b": "b"}) == {
        "a.b": {"S": "dotted"},
        "a": {"M": {"b": {"L": [{"N": "0"}]}}},
    }


@pytest.mark.parametrize(
    ("text", "problem", "one", "other"),
    [
        ("a, a", "overlap", "[a]", "[a]"),
        ("a, #a", "overlap", "[a]", "[a]"),
        ("a.b, a", "overlap", "[a, b]", "[a]"),
        ("a, b, a.b[0]", "overlap", "[a]", "[a, b, [0]]"),
        ("a.b[0], a.b[0]", "overlap", "[a, b, [0]]", "[a, b, [0]]"),
        ("a.b, a[1]", "conflict", "[a, b]", "[a, [1]]"),
    ],
)
def test_paths_that_meet_are_refused(refusal, text: str, problem: str, one, other) -> None:
    names = {"#a": "a"} if "#a" in text else None
    assert refusal(projected, text, names) == (
        f"Invalid ProjectionExpression: Two document paths {problem} with each other; must "
        f"remove or rewrite one of these paths; path one: {one}, path two: {other}"
    )


def test_names_are_defined(refusal) -> None:
    assert refusal(projected, "a, b.#c, #d") == (
        "Invalid ProjectionExpression: An expression attribute name used in the document path "
        "is not defined; attribute name: #c"
    )
