"""How suites of others ended: what reports say, what is expected, what is a regression."""

from pathlib import Path

import pytest

from conformance.outcomes import (
    EXPECTED,
    REASONS,
    Expectation,
    Outcome,
    Result,
    compare,
    read_expectations,
    read_report,
)
from conformance.programs import (
    ConformanceError,
)
from conformance.servers import SERVERS
from conformance.suites import LOCALSTACK, STANDALONE, SUITES

KNOWN = Expectation("a", "suite", "It is wrong about AWS.")
PASSED, FAILED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED


def results(**outcomes: Outcome) -> list[Result]:
    return [Result(test, outcome) for test, outcome in outcomes.items()]


def test_what_fails_and_is_listed_is_as_expected() -> None:
    comparison = compare(results(a=FAILED, b=PASSED, c=SKIPPED), [KNOWN])
    assert comparison.as_expected
    assert (comparison.passed, comparison.skipped) == (1, 1)
    assert comparison.failed_as_expected == (KNOWN,)


def test_what_fails_and_is_not_listed_is_a_regression() -> None:
    comparison = compare(results(a=FAILED, b=FAILED), [KNOWN])
    assert not comparison.as_expected
    assert [result.test for result in comparison.regressions] == ["b"]


def test_what_is_listed_and_passes_is_an_unexpected_success() -> None:
    comparison = compare(results(a=PASSED), [KNOWN])
    assert not comparison.as_expected
    assert comparison.unexpected_successes == (KNOWN,)


@pytest.mark.parametrize("outcome", [PASSED, FAILED])
def test_what_is_unsteady_may_end_either_way(outcome: Outcome) -> None:
    unsteady = Expectation("a", "unsteady", "It compares times of this machine.")
    assert compare(results(a=outcome), [unsteady]).as_expected
    assert compare(results(b=PASSED), [unsteady]).not_run == (unsteady,)


@pytest.mark.parametrize("outcomes", [{"b": PASSED}, {"a": SKIPPED, "b": PASSED}])
def test_what_is_listed_and_does_not_run_makes_the_list_untrue(
    outcomes: dict[str, Outcome],
) -> None:
    comparison = compare(results(**outcomes), [KNOWN])
    assert not comparison.as_expected
    assert comparison.not_run == (KNOWN,)


@pytest.mark.parametrize("order", [(PASSED, FAILED), (FAILED, PASSED)])
def test_a_test_that_is_reported_twice_has_failed_if_it_did_once(order: list[Outcome]) -> None:
    comparison = compare([Result("a", outcome) for outcome in order], [])
    assert [result.outcome for result in comparison.regressions] == [FAILED]


REPORT = """<testsuites><testsuite>
<testcase classname="tests.test_a.TestA" name="test_one"/>
<testcase classname="tests.test_a.TestA" name="test_two">
<failure message="1 &lt; 0&#10;x"/></testcase>
<testcase classname="tests.test_a.TestA" name="test_three"><error>no table</error></testcase>
<testcase classname="tests.test_a.TestA" name="test_four"><skipped/></testcase>
<testcase name="tests.test_b"><error message="collection failure"/></testcase>
</testsuite></testsuites>"""


def test_a_report_says_what_ended_how(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert read_report(report) == [
        Result("tests.test_a.TestA > test_one", PASSED),
        Result("tests.test_a.TestA > test_two", FAILED, "1 < 0 x"),
        Result("tests.test_a.TestA > test_three", FAILED, "no table"),
        Result("tests.test_a.TestA > test_four", SKIPPED),
        Result("tests.test_b", FAILED, "collection failure"),
    ]


@pytest.mark.parametrize("suite", [suite.name for suite in SUITES])
@pytest.mark.parametrize("kind", [STANDALONE, LOCALSTACK])
def test_each_suite_has_a_list_that_gives_reasons(suite: str, kind: str) -> None:
    expectations = read_expectations(suite, kind)
    assert len({expectation.test for expectation in expectations}) == len(expectations)
    assert all(expectation.because.endswith(".") for expectation in expectations)
    assert {expectation.reason for expectation in expectations} <= set(REASONS)


def test_the_page_tells_each_suite_and_each_reason() -> None:
    rows = (EXPECTED.parent / "README.md").read_text().splitlines()
    firsts = [row.split("|")[1] for row in rows if row.startswith("| `")]
    for name in [*REASONS, *(suite.name for suite in SUITES), *SERVERS]:
        assert [first for first in firsts if f"`{name}`" in first], name


def test_no_list_is_of_a_suite_that_is_gone() -> None:
    assert {path.stem for path in EXPECTED.iterdir()} == {suite.name for suite in SUITES}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('test = "a"\nreason = "suite"', "lacks because"),
        ('tests = []\nreason = "suite"\nbecause = "So."', "lacks test or tests"),
        ('test = "a"\nreason = "bad luck"\nbecause = "So."', "'bad luck' is no reason"),
    ],
)
def test_an_entry_without_a_reason_is_refused(tmp_path: Path, entry: str, words: str) -> None:
    (tmp_path / "parity.toml").write_text(f"[[failure]]\n{entry}\n")
    with pytest.raises(ConformanceError, match=words):
        read_expectations("parity", STANDALONE, folder=tmp_path)


def test_an_entry_is_about_targets_of_its_kind(tmp_path: Path) -> None:
    entry = '[[failure]]\ntest = "a"\nreason = "suite"\nbecause = "So."\non = "standalone"\n'
    (tmp_path / "parity.toml").write_text(entry)
    assert len(read_expectations("parity", STANDALONE, folder=tmp_path)) == 1
    assert read_expectations("parity", LOCALSTACK, folder=tmp_path) == []


def test_an_entry_may_be_about_permissions_and_about_many_tests(tmp_path: Path) -> None:
    entry = '[[failure]]\ntests = ["a", "b"]\nreason = "ours"\nbecause = "So."\niam = true\n'
    (tmp_path / "events.toml").write_text(entry)
    enforced = read_expectations("events", LOCALSTACK, iam=True, folder=tmp_path)
    assert [expectation.test for expectation in enforced] == ["a", "b"]
    assert read_expectations("events", LOCALSTACK, iam=False, folder=tmp_path) == []
