"""What a suite reported, what was expected to fail, and where the two differ."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from conformance.programs import ConformanceError

EXPECTED = Path(__file__).parent / "expected"
# The page says what each means.
UNSTEADY = "unsteady"
REASONS = (
    *("other-service", "not-offered", "suite", "wants-docker", "wants-runtime"),
    *("not-emulated", "ours", UNSTEADY),
)
SEPARATOR = " > "
_MESSAGE_LENGTH = 200


class Outcome(IntEnum):
    """How a test ended. A test that is reported twice ended as the greater one."""

    SKIPPED = 0
    PASSED = 1
    FAILED = 2


@dataclass(frozen=True)
class Result:
    """One test of a report, with the beginning of its failure's message."""

    test: str
    outcome: Outcome
    message: str = ""


@dataclass(frozen=True)
class Expectation:
    """A test that is known to fail, and why."""

    test: str
    reason: str
    because: str


@dataclass(frozen=True)
class Comparison:
    """The results beside the list."""

    passed: int
    skipped: int
    failed_as_expected: tuple[Expectation, ...]
    regressions: tuple[Result, ...]
    unexpected_successes: tuple[Expectation, ...]
    # Expected to fail, and skipped or gone from the suite.
    not_run: tuple[Expectation, ...]

    @property
    def as_expected(self) -> bool:
        """Whether the list is true."""
        return not (self.regressions or self.unexpected_successes or self.not_run)


def by_test(results: Iterable[Result]) -> dict[str, Result]:
    """The results of a report, one for each test."""
    found: dict[str, Result] = {}
    for result in results:
        earlier = found.setdefault(result.test, result)
        found[result.test] = max(earlier, result, key=lambda one: one.outcome)
    return found


def compare(results: Iterable[Result], expectations: Iterable[Expectation]) -> Comparison:
    """Holds what happened against what was expected."""
    known = {expectation.test: expectation for expectation in expectations}
    ended_as = by_test(results)
    ended = {test: ended_as[test].outcome if test in ended_as else None for test in known}

    def expected(*outcomes: Outcome | None) -> tuple[Expectation, ...]:
        return tuple(known[test] for test, outcome in ended.items() if outcome in outcomes)

    failed = [one for one in ended_as.values() if one.outcome is Outcome.FAILED]
    return Comparison(
        passed=sum(one.outcome is Outcome.PASSED for one in ended_as.values()),
        skipped=sum(one.outcome is Outcome.SKIPPED for one in ended_as.values()),
        failed_as_expected=expected(Outcome.FAILED),
        regressions=tuple(one for one in failed if one.test not in known),
        unexpected_successes=tuple(
            one for one in expected(Outcome.PASSED) if one.reason != UNSTEADY
        ),
        not_run=expected(Outcome.SKIPPED, None),
    )


def read_report(report: Path) -> list[Result]:
    """The tests of a report in JUnit's form, which pytest and Vitest write."""
    cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - of our own run
    return [_result(case) for case in cases]


def _result(case: ElementTree.Element) -> Result:
    names = (case.get("classname", ""), case.get("name", ""))
    test = SEPARATOR.join(name for name in names if name)
    for kind in ("failure", "error"):
        failure = case.find(kind)
        if failure is not None:
            message = failure.get("message") or failure.text or ""
            return Result(test, Outcome.FAILED, " ".join(message.split())[:_MESSAGE_LENGTH])
    skipped = case.find("skipped") is not None
    return Result(test, Outcome.SKIPPED if skipped else Outcome.PASSED)


def read_expectations(
    suite: str, target: str, iam: bool = True, folder: Path = EXPECTED
) -> list[Expectation]:
    """The committed list of a suite, as far as it is about targets of this kind.

    `iam` is whether the target enforces permissions: some entries are only about that.
    """
    path = folder / f"{suite}.toml"
    entries = tomllib.loads(path.read_text()).get("failure", [])
    return [
        expectation
        for entry in entries
        if entry.get("on", target) == target and (iam or not entry.get("iam", False))
        for expectation in _expectations(entry, path)
    ]


def _expectations(entry: dict[str, Any], path: Path) -> list[Expectation]:
    tests = [entry["test"]] if entry.get("test") else entry.get("tests", [])
    missing = [name for name in ("reason", "because") if not entry.get(name)]
    if missing or not tests:
        lacking = [*missing, *([] if tests else ["test or tests"])]
        raise ConformanceError(f"{path}: an entry lacks {', '.join(lacking)}: {entry}")
    if entry["reason"] not in REASONS:
        raise ConformanceError(
            f"{path}: {entry['reason']!r} is no reason. There are: {', '.join(REASONS)}."
        )
    return [Expectation(test, entry["reason"], entry["because"]) for test in tests]
