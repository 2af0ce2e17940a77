"""Audits the dependencies for known vulnerabilities: `make audit-dependencies`.

Runs pip-audit on every package in the three `uv.lock` files: the lab's, the functions' and the
emulator's. A vulnerability fails the audit unless `accepted_vulnerabilities.toml` has a reason; an
entry without a vulnerability fails it, too. If the database is not available, the audit warns on a
laptop and fails in a pipeline.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from lab.core import child_processes, paths
from lab.core.errors import LabError
from lab.deploy import package

FILE = Path(__file__).with_name("accepted_vulnerabilities.toml")
PIPELINE = "GITHUB_ACTIONS"
PROJECTS = (paths.ROOT, paths.FUNCTIONS, paths.ROOT / "emulator")
"""Each has a lock of its own."""
EXPORT = ("export", "--quiet", "--frozen", "--all-groups", "--no-emit-project", "--no-hashes")
# pip-audit has dependencies of its own, also in uv.lock, and runs in an environment of its own.
PIP_AUDIT = ("run", "--quiet", "--isolated", "--frozen", "--only-group", "audit", "pip-audit")
# The list is complete: pip does not need to resolve dependencies.
LISTED = ("--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json", "--requirement")


class AuditUnavailableError(Exception):
    """The vulnerability database is not available, or not for every package."""


@dataclass(frozen=True)
class Vulnerability:
    """A known vulnerability: its ids and aliases, and the versions that fix it."""

    package: str
    version: str
    names: frozenset[str]
    fixed: tuple[str, ...]

    def line(self, shipped: Iterable[str]) -> str:
        """Returns a line for the report."""
        where = "ships to AWS" if self.package in shipped else "runs here"
        fixed = f"fixed in {' or '.join(self.fixed)}" if self.fixed else "not fixed yet"
        return f"{self.package} {self.version} ({where}): {', '.join(sorted(self.names))}, {fixed}"


@dataclass(frozen=True)
class Accepted:
    """An accepted vulnerability, since when, and why."""

    package: str
    version: str
    id: str
    since: date
    reason: str

    def matches(self, vulnerability: Vulnerability) -> bool:
        """Whether the entry is about this vulnerability."""
        same = (self.package, self.version) == (vulnerability.package, vulnerability.version)
        return same and self.id in vulnerability.names


def accepted(file: Path = FILE) -> list[Accepted]:
    """Returns the entries of the file. Raises TypeError if a field is missing."""
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("accepted", [])
    return [Accepted(**entry) for entry in entries]


def shipped() -> frozenset[str]:
    """Returns the packages in the zip for Lambda."""
    return package.libraries()


def vulnerabilities(report: str) -> list[Vulnerability]:
    """Returns the vulnerabilities of a report. Raises AuditUnavailableError if it is incomplete."""
    dependencies: list[dict[str, Any]] = json.loads(report)["dependencies"]
    skipped = [one["skip_reason"] for one in dependencies if "skip_reason" in one]
    if skipped:
        count = f"{len(skipped)} of {len(dependencies)} packages"
        raise AuditUnavailableError(
            f"{count} could not be audited, the first because: {skipped[0]}"
        )
    missing = shipped() - {canonicalize_name(one["name"]) for one in dependencies}
    if missing:
        raise AuditUnavailableError(f"the report does not contain {', '.join(sorted(missing))}")
    reported = [_vulnerability(one, entry) for one in dependencies for entry in one["vulns"]]
    return list(dict.fromkeys(reported))  # a package in two locks is reported once


def _vulnerability(one: dict[str, Any], entry: dict[str, Any]) -> Vulnerability:
    names = frozenset([entry["id"], *entry["aliases"]])
    return Vulnerability(
        canonicalize_name(one["name"]), one["version"], names, tuple(entry["fix_versions"])
    )


def problems(reported: Iterable[Vulnerability], known: Iterable[Accepted]) -> list[str]:
    """Returns vulnerabilities that are not accepted, and entries without a vulnerability."""
    reported, known, ships = list(reported), list(known), shipped()
    new = [one for one in reported if not any(entry.matches(one) for entry in known)]
    gone = [entry for entry in known if not any(entry.matches(one) for one in reported)]
    return [one.line(ships) for one in new] + [
        f"{entry.package} {entry.version}: {entry.id} is accepted in {FILE.name}, and is not found"
        for entry in gone
    ]


def report() -> str:
    """Returns the report on all locks. Raises AuditUnavailableError if pip-audit fails."""
    return json.dumps({"dependencies": [one for project in PROJECTS for one in _audited(project)]})


def _audited(project: Path) -> list[dict[str, Any]]:
    """Returns pip-audit's result for each package of one lock."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text(_listed(project))
        completed = _uv(*PIP_AUDIT, *LISTED, str(listed))
    if not completed.stdout.startswith("{"):
        last = (completed.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        raise AuditUnavailableError(
            f"pip-audit ended with exit code {completed.returncode}: {last}"
        )
    dependencies: list[dict[str, Any]] = json.loads(completed.stdout)["dependencies"]
    return dependencies


def _listed(project: Path) -> str:
    """Returns the packages of a lock for this machine, as requirements."""
    completed = _uv(*EXPORT, "--project", str(project))
    if completed.returncode:
        raise LabError(f"uv export failed: {completed.stderr.strip()}", "Does `uv lock` work?")
    return completed.stdout


def _uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("uv") or str(paths.ROOT / ".lab" / "tools" / "bin" / "uv")
    try:
        variables = child_processes.as_the_user_has_it()
        command = [program, *arguments]
        return child_processes.run(
            command, variables, cwd=paths.ROOT, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise LabError("uv is not installed.", "`make install` fetches it.") from error


def main() -> int:
    """Prints the problems, and returns the exit code."""
    from lab.console import render

    try:
        reported = vulnerabilities(report())
    except AuditUnavailableError as error:
        return _report_unavailable(str(error), bool(os.environ.get(PIPELINE)))
    except LabError as error:
        render.problem(error.message, error.hint)
        return 1
    lines = problems(reported, accepted())
    if lines:
        hint = f"Update it (uv lock --upgrade-package NAME), or add the reason to {FILE.name}."
        render.problem("\n".join(["Known vulnerabilities:", *lines]), hint)
        return 1
    render.done(f"No known vulnerability, except {len(accepted())} accepted in {FILE.name}.")
    return 0


def _report_unavailable(reason: str, pipeline: bool) -> int:
    from lab.console import render

    message = f"NOT CHECKED for known vulnerabilities: {reason}"
    if pipeline:
        render.problem(message, "A pipeline requires the audit: is the package index reachable?")
        return 1
    render.note(f"{message} The pipelines check it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
