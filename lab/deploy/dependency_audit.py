"""Known holes in what ships to AWS and in what runs here: `make audit-dependencies`.

Asks pip-audit about every package in the three `uv.lock` files: the lab's, the functions' and the
emulator's. What it finds fails, unless
`accepted_vulnerabilities.toml` has a reason; so does a reason for what it no longer finds.
Where the database of holes cannot be asked, a laptop is told so, and a pipeline fails.
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
# pip-audit has dependencies of its own, also in uv.lock, and gets them in a place of its own.
PIP_AUDIT = ("run", "--quiet", "--isolated", "--frozen", "--only-group", "audit", "pip-audit")
# The list is complete: pip need not look what else would be installed.
LISTED = ("--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json", "--requirement")


class NotAskedError(Exception):
    """The database of holes could not be asked, or not about every package."""


@dataclass(frozen=True)
class Hole:
    """A known vulnerability: all its names, and the versions that do not have it."""

    package: str
    version: str
    names: frozenset[str]
    fixed: tuple[str, ...]

    def line(self, shipped: Iterable[str]) -> str:
        """What is told about it."""
        where = "ships to AWS" if self.package in shipped else "runs here"
        fixed = f"fixed in {' or '.join(self.fixed)}" if self.fixed else "not fixed yet"
        return f"{self.package} {self.version} ({where}): {', '.join(sorted(self.names))}, {fixed}"


@dataclass(frozen=True)
class Accepted:
    """A hole that stays for now, since when, and why."""

    package: str
    version: str
    id: str
    since: date
    reason: str

    def means(self, hole: Hole) -> bool:
        """Whether it is about this hole."""
        same = (self.package, self.version) == (hole.package, hole.version)
        return same and self.id in hole.names


def accepted(file: Path = FILE) -> list[Accepted]:
    """What the file says. Raises TypeError if an entry lacks something."""
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("accepted", [])
    return [Accepted(**entry) for entry in entries]


def shipped() -> frozenset[str]:
    """The packages that are in the zip for Lambda."""
    return package.libraries()


def holes(report: str) -> list[Hole]:
    """What pip-audit's report says. Raises NotAskedError if it has left a package out."""
    dependencies: list[dict[str, Any]] = json.loads(report)["dependencies"]
    skipped = [one["skip_reason"] for one in dependencies if "skip_reason" in one]
    if skipped:
        count = f"{len(skipped)} of {len(dependencies)} packages"
        raise NotAskedError(f"{count} could not be looked up, the first because: {skipped[0]}")
    missing = shipped() - {canonicalize_name(one["name"]) for one in dependencies}
    if missing:
        raise NotAskedError(f"the report says nothing about {', '.join(sorted(missing))}")
    found = [_hole(one, told) for one in dependencies for told in one["vulns"]]
    return list(dict.fromkeys(found))  # one package of two locks is told once


def _hole(one: dict[str, Any], told: dict[str, Any]) -> Hole:
    names = frozenset([told["id"], *told["aliases"]])
    return Hole(canonicalize_name(one["name"]), one["version"], names, tuple(told["fix_versions"]))


def complaints(found: Iterable[Hole], known: Iterable[Accepted]) -> list[str]:
    """What has to change: holes without a reason, and reasons without a hole."""
    found, known, ships = list(found), list(known), shipped()
    new = [hole for hole in found if not any(entry.means(hole) for entry in known)]
    gone = [entry for entry in known if not any(entry.means(hole) for hole in found)]
    return [hole.line(ships) for hole in new] + [
        f"{entry.package} {entry.version}: {entry.id} is accepted in {FILE.name}, and is not found"
        for entry in gone
    ]


def report() -> str:
    """pip-audit's report on everything that is locked. Raises NotAskedError if there is none."""
    return json.dumps({"dependencies": [one for project in PROJECTS for one in _audited(project)]})


def _audited(project: Path) -> list[dict[str, Any]]:
    """What pip-audit says of each package of one lock."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text(_listed(project))
        ended = _uv(*PIP_AUDIT, *LISTED, str(listed))
    if not ended.stdout.startswith("{"):
        last = (ended.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        raise NotAskedError(f"pip-audit ended with exit code {ended.returncode}: {last}")
    dependencies: list[dict[str, Any]] = json.loads(ended.stdout)["dependencies"]
    return dependencies


def _listed(project: Path) -> str:
    """Every package of a lock for this machine, as pip-audit reads it."""
    ended = _uv(*EXPORT, "--project", str(project))
    if ended.returncode:
        raise LabError(f"uv export failed: {ended.stderr.strip()}", "Does `uv lock` work?")
    return ended.stdout


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
    """Says what has to change; the exit code."""
    from lab.console import render

    try:
        found = holes(report())
    except NotAskedError as error:
        return _not_asked(str(error), bool(os.environ.get(PIPELINE)))
    except LabError as error:
        render.problem(error.message, error.hint)
        return 1
    wrong = complaints(found, accepted())
    if wrong:
        hint = f"Update it (uv lock --upgrade-package NAME), or write the reason into {FILE.name}."
        render.problem("\n".join(["Known holes:", *wrong]), hint)
        return 1
    render.done(f"No known hole, except {len(accepted())} that {FILE.name} has reasons for.")
    return 0


def _not_asked(why: str, pipeline: bool) -> int:
    from lab.console import render

    message = f"NOT CHECKED for known holes: {why}"
    if pipeline:
        render.problem(message, "A pipeline needs the answer: is the package index reachable?")
        return 1
    render.note(f"{message} The pipelines check it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
