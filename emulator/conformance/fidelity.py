"""`python -m conformance.fidelity`: writes FIDELITY.md from what was measured and the lists."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from conformance import stacks
from conformance.measurements import WITHOUT_IAM, Measurement, read
from conformance.outcomes import SEPARATOR, Expectation, read_expectations
from conformance.servers import SERVERS
from conformance.suites import (
    EMULATOR,
    LOCALSTACK,
    MINISTACK,
    PARITY,
    RECORDED,
    STACKS,
    STOCK,
)

PAGE = Path(__file__).parents[1] / "FIDELITY.md"
_COLUMNS = {
    EMULATOR: "this emulator",
    WITHOUT_IAM: "without permissions",
    STOCK: SERVERS[STOCK].title,
    MINISTACK: SERVERS[MINISTACK].title,
}
_PARITY = "https://github.com/nubo-db/dynamodb-conformance"
_HEAD = """\
# Fidelity

How many of the tests pass that LocalStack's authors recorded on AWS (tag v4.14.0, marker
`aws.validated`): a test passes if the whole recorded answer comes back. All columns are measured
in the same way, by [conformance](conformance/README.md): each suite on a new server, a process on
a machine without Docker and without the Internet. LocalStack downloads DynamoDB Local, so that
tests that need its DynamoDB fail there, or were not measured. Tests that a suite skips by itself
are not counted.

This page is generated: `make fidelity`.
"""


def page() -> str:
    """The whole page in Markdown."""
    return "\n".join((_HEAD, *_table(), "", *_parity(), *_stacks(), *_reasons()))


def _table() -> Iterator[str]:
    yield f"| service | {' | '.join(_COLUMNS.values())} | measured |"
    yield f"|---|{'---|' * (len(_COLUMNS) + 1)}"
    for name, recorded in RECORDED.items():
        columns = read(name)
        if EMULATOR in columns:
            cells = [_cell(columns.get(column)) for column in _COLUMNS]
            yield f"| {recorded.title} | {' | '.join(cells)} | {_dates(columns)} |"


def _cell(measurement: Measurement | None) -> str:
    return f"{measurement.passed} of {measurement.ran}" if measurement else "not measured"


def _dates(columns: dict[str, Measurement]) -> str:
    """One day, or the days from the first measurement to the last."""
    dates = sorted({measurement.date for measurement in columns.values()})
    return dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"


def _parity() -> Iterator[str]:
    """What passes of the suite of DynamoDB that is not LocalStack's, if it was measured."""
    columns = read(PARITY)
    if not columns:
        return
    where = ", ".join(
        f"{_cell(columns[name])} on {server.title}"
        for name, server in SERVERS.items()
        if name in columns
    )
    yield f"Tests that pass of the [DynamoDB Parity Suite]({_PARITY}):"
    yield from (f"{where} ({_dates(columns)}).", "")


def _stacks() -> Iterator[str]:
    """What the public stacks do, if they were measured, and why the rest does not."""
    measurement = read(STACKS).get(EMULATOR)
    if measurement is None:
        return
    expectations = read_expectations(STACKS, LOCALSTACK)
    listed = [stack.name for stack in stacks.read()]
    failing = {one.test.partition(SEPARATOR)[0] for one in expectations}
    yield from ("## Public stacks", "")
    yield f"{len(listed) - len(failing)} of {len(listed)} [samples](conformance/README.md) in"
    yield "public repositories are applied by Terraform, have nothing to change in a second plan,"
    yield "do what they say, and leave nothing when they are destroyed, with permissions enforced:"
    yield f"{_cell(measurement)} steps, on {measurement.date}."
    yield from ("", "| sample | step | reason | why |", "|---|---|---|---|")
    for one in expectations:
        name, _, step = one.test.partition(SEPARATOR)
        yield f"| {name} | {step} | `{one.reason}` | {one.because} |"
    yield from ("", "| chosen too, and not deployed | why |", "|---|---|")
    yield from (f"| {one.sample} | {one.because} |" for one in stacks.left_out())
    yield ""


def _reasons() -> Iterator[str]:
    yield "## What fails here, and why"
    yield ""
    yield "With permissions enforced. The command's page says what each reason means; the lists"
    yield "in `conformance/expected` name the tests."
    for name, recorded in RECORDED.items():
        expectations = read_expectations(name, LOCALSTACK)
        if expectations and EMULATOR in read(name):
            yield from (
                "",
                f"### {recorded.title}",
                "",
                "| tests | reason | why |",
                "|---|---|---|",
            )
            yield from _causes(expectations)
    yield ""


def _causes(expectations: list[Expectation]) -> Iterator[str]:
    causes = Counter((one.reason, one.because) for one in expectations)
    for (reason, because), tests in causes.most_common():
        yield f"| {tests} | `{reason}` | {because} |"


def main() -> int:
    """Writes the page."""
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
