r"""Intrinsic functions and what a Choice compares, as AWS's documentation has them."""

from __future__ import annotations

from typing import Any

import pytest

from localstack_host.services.stepfunctions import comparisons, intrinsics, requests


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("{} costs {}", ["oak", "61.99"], "oak costs 61.99"),
        (r"it\'s {}", ["oak"], "it's oak"),
        (r"\{\} and {}", ["oak"], "{} and oak"),
        (r"a\\{}", ["b"], r"a\b"),
        ('{"sku": {}}', ["1"], '{"sku": 1}'),
    ],
)
def test_a_text_is_formatted(source: str, values: list[str], expected: str) -> None:
    assert intrinsics.formatted(intrinsics.Literal(source), values) == expected


def test_a_place_without_a_value_fails() -> None:
    with pytest.raises(ValueError, match="too few"):
        intrinsics.formatted("{} {}", ["a"])


class Function:
    """A call whose arguments have these values."""

    MAX_INPUT_CHAR_LEN = 10_000

    def __init__(self, *values: Any) -> None:
        self.values, self.argument_list, self.stack = list(values), self, []  # type: ignore[var-annotated]

    def eval(self, env: Any) -> None:
        env.stack.append(list(self.values))

    def evaluated(self, evaluate: Any) -> Any:
        evaluate(None, self, self)
        return self.stack.pop()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, "1", True, 1.0], [1, "1", True]),
        ([{"a": 1}, {"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ([[0], [False], [0]], [[0], [False]]),
    ],
)
def test_values_that_are_different_in_json_are_unique(values: Any, expected: Any) -> None:
    found = Function(values).evaluated(intrinsics.unique)
    assert [repr(each) for each in found] == [repr(each) for each in expected]


def test_an_array_of_numbers_contains_no_truth_value() -> None:
    assert Function([1, {"a": 1}], {"a": 1}).evaluated(intrinsics.contains) is True
    assert Function([1], True).evaluated(intrinsics.contains) is False


@pytest.mark.parametrize(
    ("text", "encoded"),
    [("Data to encode", "RGF0YSB0byBlbmNvZGU="), ("é", "w6k="), ("☕😀", "4piV8J+YgA=="), ("", "")],
)
def test_a_text_is_encoded_in_utf8_and_decoded(text: str, encoded: str) -> None:
    assert Function(text).evaluated(intrinsics.encode) == encoded
    assert Function(encoded).evaluated(intrinsics.decode) == text


@pytest.mark.parametrize("value", ["x" * 10_001, 5])
def test_what_is_too_long_or_no_text_is_left_to_localstack(value: Any) -> None:
    left: list[Any] = []
    call = Function(value)
    intrinsics.encode(lambda *given: left.extend(given), call, call)
    assert left == [call, call]


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("log-1.txt", "log-*.txt", True),
        ("log-?.txt", "log-?.txt", True),
        ("log-1.txt", "log-?.txt", False),
        ("a", "[ab]", False),
        ("a*b", r"a\*b", True),
        ("axb", r"a\*b", False),
        ("a\nb", "a*", True),
        (5, "*", False),
    ],
)
def test_a_star_is_the_only_wildcard(text: Any, pattern: str, expected: bool) -> None:
    assert comparisons.matches(text, pattern) is expected


def test_times_are_compared_with_offsets_and_fractions() -> None:
    time = comparisons.time_of
    assert time("2025-01-01T01:00:00+01:00") == time("2025-01-01T00:00:00Z")
    early, late = time("2025-01-01T00:00:00.123Z"), time("2025-01-01T00:00:00.5Z")
    assert early is not None
    assert late is not None
    assert early < late
    for none in ("2025-01-01T00:00:00", "2025-13-01T00:00:00Z", "2025-01-01 00:00:00Z", 5):
        assert time(none) is None


def test_a_history_is_read_in_pages() -> None:
    history = {"events": [{"id": number} for number in range(1, 6)]}
    first = requests.page(history, 2, None)
    assert [event["id"] for event in first["events"]] == [1, 2]
    last = requests.page(history, 3, first["nextToken"])
    assert [event["id"] for event in last["events"]] == [3, 4, 5]
    assert "nextToken" not in last
    assert len(requests.page(history, None, None)["events"]) == 5
    with pytest.raises(Exception, match="less than or equal to 1000"):
        requests.page(history, 1_001, None)
