"""`python -m conformance FOLDER`: runs suites of others, and compares with what is expected."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from conformance.measurements import column, measured, store
from conformance.outcomes import (
    EXPECTED,
    Comparison,
    Expectation,
    Outcome,
    Result,
    compare,
    read_expectations,
    read_report,
)
from conformance.programs import (
    REPOSITORY,
    ConformanceError,
    digest,
    npm_project,
    python_environment,
    python_project,
    run,
    suite_variables,
    tail,
)
from conformance.servers import SERVERS, Plan
from conformance.suites import Checkout, find, selected
from conformance.targets import Target, target

NOT_AS_EXPECTED, NOT_RUN = 1, 2


def main() -> int:
    """Runs what the command line names."""
    arguments = _arguments()
    arguments.work_folder = arguments.work_folder.absolute()
    try:
        checkouts = [
            checkout
            for source in _sources(arguments.suites)
            for checkout in find(source, arguments.work_folder)
        ]
        as_expected = [_judge(each, arguments) for each in selected(checkouts, arguments.only)]
    except ConformanceError as error:
        sys.stderr.write(f"{error}\n")
        return NOT_RUN
    return 0 if all(as_expected) else NOT_AS_EXPECTED


def _sources(texts: list[str]) -> list[str]:
    sources = [source.strip() for text in texts for source in text.split(",")]
    if not any(sources):
        raise ConformanceError(
            "No suite is named. Name its folder or its repository's address:\n"
            "  make conformance SUITES=../dynamodb-conformance,../localstack"
        )
    return [source for source in sources if source]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument("suites", nargs="+", help="folders or addresses, also with commas between")
    parser.add_argument("--only", help="of a folder with many suites these, with commas between")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--endpoint", help="a server that answers already")
    where.add_argument("--on", choices=SERVERS, help="a new server of this kind for each suite")
    parser.add_argument(
        "--no-iam", action="store_true", help="the emulator enforces no permissions"
    )
    parser.add_argument("--store", action="store_true", help="store the numbers for FIDELITY.md")
    parser.add_argument(
        "--work-folder",
        type=Path,
        default=REPOSITORY / ".lab/conformance",
        help="for environments, checkouts, logs and reports (.lab/conformance)",
    )
    return parser.parse_args()


def _judge(checkout: Checkout, arguments: argparse.Namespace) -> bool:
    suite, iam = checkout.suite, not arguments.no_iam
    server = arguments.on or suite.target
    folder = arguments.work_folder / suite.name / column(server, iam)
    folder.mkdir(parents=True, exist_ok=True)
    _say(f"{suite.name}: {suite.title}, of {checkout.folder}")
    plan = Plan(folder, arguments.work_folder / "environments", suite.services, iam)
    with target(arguments.endpoint, server, plan) as where:
        expectations = read_expectations(suite.name, where.kind, iam) if where.is_ours else []
        _say(f"  against {where.endpoint}, {where.kind}; output in {folder / 'output.log'}")
        results = _results(checkout, where, plan)
    if arguments.store and arguments.endpoint is None:
        store(suite.name, column(server, iam), measured(results))
    comparison = compare(results, expectations)
    _show(comparison, EXPECTED / f"{suite.name}.toml")
    return comparison.as_expected or not where.is_ours


def _results(checkout: Checkout, where: Target, plan: Plan) -> list[Result]:
    suite, folder = checkout.suite, plan.folder
    log, report = folder / "output.log", folder / "report.xml"
    report.unlink(missing_ok=True)
    known = {"endpoint": where.endpoint, "port": str(where.port), "report": str(report)}
    if suite.requirements:
        environment = plan.environments / digest("\n".join(suite.requirements).encode())
        known["python"] = str(python_environment(environment, suite.requirements))
        project = python_project(checkout.folder, folder, suite.copied)
    else:
        project = npm_project(checkout.folder, folder)
    command = [part.format(**known) for part in suite.command]
    named = suite.variables | suite.variables_on.get(where.kind, {})
    variables = {name: value.format(**known) for name, value in named.items()}
    code = run(command, project, suite_variables(folder / "home", **variables), log, suite.timeout)
    return _reported(report, code, log)


def _reported(report: Path, code: int, log: Path) -> list[Result]:
    results = read_report(report) if report.is_file() else []
    ended = {result.outcome for result in results} - {Outcome.SKIPPED}
    # A suite can fail beside its tests, and then its report is not all.
    if not ended or code != int(Outcome.FAILED in ended):
        raise ConformanceError(
            f"The suite ended with code {code}, and its report of {len(results)} tests does not "
            f"say why. {tail(log)}"
        )
    return results


def _show(comparison: Comparison, path: Path) -> None:
    expected = comparison.failed_as_expected
    _say(
        f"  {comparison.passed} passed, {len(expected)} failed as expected, "
        f"{len(comparison.regressions)} failed unexpectedly, {comparison.skipped} skipped by itself"
    )
    for expectation in expected:
        _say(f"    {expectation.test}\n      {expectation.reason}: {expectation.because}")
    for result in comparison.regressions:
        _say(f"  REGRESSION {result.test}\n    {result.message}")
    _show_wrong("UNEXPECTED SUCCESS", "Remove it", comparison.unexpected_successes, path)
    _show_wrong("NOT RUN, though expected to fail", "Correct it", comparison.not_run, path)


def _show_wrong(title: str, advice: str, wrong: Iterable[Expectation], path: Path) -> None:
    for expectation in wrong:
        _say(f"  {title}: {expectation.test}\n    {advice} in {path}.")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
