"""What passed where, and when: one small file for each suite in `results/`."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from conformance.outcomes import Outcome, Result, by_test
from conformance.suites import EMULATOR

RESULTS = Path(__file__).parent / "results"
WITHOUT_IAM = f"{EMULATOR}-no-iam"


@dataclass(frozen=True)
class Measurement:
    """How many tests of a suite ended how on one server, and on which day (UTC)."""

    date: str
    passed: int
    failed: int
    skipped: int

    @property
    def ran(self) -> int:
        """Those that the suite does not skip itself."""
        return self.passed + self.failed


def column(server: str, iam: bool) -> str:
    """The name of a column: the emulator has two, with permissions and without."""
    return WITHOUT_IAM if server == EMULATOR and not iam else server


def measured(results: Iterable[Result]) -> Measurement:
    """The numbers of a run that has just ended."""
    outcomes = [result.outcome for result in by_test(results).values()]
    return Measurement(
        date=datetime.now(UTC).date().isoformat(),
        passed=outcomes.count(Outcome.PASSED),
        failed=outcomes.count(Outcome.FAILED),
        skipped=outcomes.count(Outcome.SKIPPED),
    )


def store(suite: str, name: str, measurement: Measurement, folder: Path = RESULTS) -> None:
    """Replaces one column of a suite."""
    columns = read(suite, folder) | {name: measurement}
    rows = {key: asdict(columns[key]) for key in sorted(columns)}
    folder.mkdir(exist_ok=True)
    (folder / f"{suite}.json").write_text(json.dumps(rows, indent=2) + "\n")


def read(suite: str, folder: Path = RESULTS) -> dict[str, Measurement]:
    """The columns that a suite has."""
    path = folder / f"{suite}.json"
    columns = json.loads(path.read_text()) if path.is_file() else {}
    return {name: Measurement(**values) for name, values in columns.items()}
