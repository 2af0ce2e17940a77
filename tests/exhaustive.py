"""Tests that take long are marked `exhaustive`: `make test` leaves them to `make test-all`.

At its end, a run says where its time went, and what it left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

MARK = pytest.mark.exhaustive
SLOWEST = 5
LEFT_OUT = pytest.StashKey[list[str]]()
REPORTED = "left_out"


def all_but[T](kept: Callable[[T], bool], values: Iterable[T]) -> list[Any]:
    """The values as parameters of a test, of which only those that are `kept` are run always."""
    return [value if kept(value) else pytest.param(value, marks=MARK) for value in values]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = []


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker(MARK.name):
            item.config.stash[LEFT_OUT].append(str(item.path.relative_to(item.config.rootpath)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each worker of pytest-xdist has collected everything, and tells the controller."""
    output: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[REPORTED] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    if left_out := getattr(node, "workeroutput", {}).get(REPORTED):
        node.config.stash[LEFT_OUT] = left_out


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Seconds add up over the processes that run side by side."""
    reports = [
        report
        for group in terminalreporter.stats.values()
        for report in group
        if isinstance(report, pytest.TestReport)
    ]
    if len(reports) > SLOWEST:
        terminalreporter.section("where the time went")
        for line in _time_of_suites(reports):
            terminalreporter.line(line)
    left_out = config.stash[LEFT_OUT]
    if left_out:
        terminalreporter.section("left out")
        numbers = sorted(Counter(map(_suite, left_out)).items())
        suites = ", ".join(f"{suite} {number}" for suite, number in numbers)
        terminalreporter.line(f"{len(left_out)} exhaustive tests: {suites}")
        terminalreporter.line("They run with: make test-all")


def _suite(name: str) -> str:
    return Path(name).parts[1]


def _time_of_suites(reports: Iterable[pytest.TestReport]) -> Iterable[str]:
    suites: defaultdict[str, float] = defaultdict(float)
    tests: defaultdict[str, float] = defaultdict(float)
    numbers: Counter[str] = Counter()
    for report in reports:
        test = report.nodeid.partition("@")[0]
        suites[_suite(test)] += report.duration
        tests[test] += report.duration
        numbers[_suite(test)] += report.when == "call"
    for suite, seconds in _longest(suites):
        yield f"{seconds:7.0f} s  tests/{suite}, {numbers[suite]} tests"
    yield "slowest:"
    for test, seconds in _longest(tests)[:SLOWEST]:
        yield f"{seconds:7.0f} s  {test}"


def _longest(seconds: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(seconds.items(), key=itemgetter(1), reverse=True)
