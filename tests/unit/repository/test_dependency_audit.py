"""Known vulnerabilities: which fail, which have a reason, and an audit that is not available."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.core import paths
from lab.deploy import dependency_audit
from lab.deploy.dependency_audit import (
    Accepted,
    AuditUnavailableError,
    Vulnerability,
    accepted,
    problems,
    shipped,
    vulnerabilities,
)

LOCKED = {
    (entry["name"], entry["version"])
    for project in dependency_audit.PROJECTS
    for entry in tomllib.loads((project / "uv.lock").read_text())["package"]
}
ACCEPTED = accepted()
REASON = Accepted("pyopenssl", "25.3.0", "CVE-1", date(2026, 11, 26), "It is not used.")
CLEAN = [{"name": name, "version": "1.0", "vulns": []} for name in shipped()]
VULNERABLE = {
    "name": "pyOpenSSL",
    "version": "25.3.0",
    "vulns": [{"id": "GHSA-1", "aliases": ["CVE-1"], "fix_versions": ["26.0.0"]}],
}


def report(*dependencies: dict[str, Any]) -> str:
    """What pip-audit prints."""
    return json.dumps({"dependencies": [*CLEAN, *dependencies], "fixes": []})


def test_what_ships_is_the_zip_with_pyjwt_in_it() -> None:
    assert {"pyjwt", "aws-lambda-powertools"} <= shipped()
    assert "localstack-core" not in shipped()


def test_a_hole_without_a_reason_is_told_with_its_names_and_where_it_is_fixed() -> None:
    (complaint,) = problems(vulnerabilities(report(VULNERABLE)), [])

    assert complaint == "pyopenssl 25.3.0 (runs here): CVE-1, GHSA-1, fixed in 26.0.0"


def test_a_hole_in_what_ships_is_told_as_that() -> None:
    hole = Vulnerability("pyjwt", "2.11.0", frozenset({"CVE-2026-32597"}), ())

    assert problems([hole], []) == ["pyjwt 2.11.0 (ships to AWS): CVE-2026-32597, not fixed yet"]


@pytest.mark.parametrize("name", ["CVE-1", "GHSA-1"])
def test_a_hole_with_a_reason_passes_by_any_of_its_names(name: str) -> None:
    reason = Accepted(REASON.package, REASON.version, name, REASON.since, REASON.reason)

    assert problems(vulnerabilities(report(VULNERABLE)), [reason]) == []


@pytest.mark.parametrize("version", ["25.3.0", "24.0.0"])
def test_a_reason_for_what_is_not_found_has_to_go(version: str) -> None:
    reason = Accepted("pyopenssl", version, "CVE-2", REASON.since, REASON.reason)

    assert problems(vulnerabilities(report()), [reason]) == [
        f"pyopenssl {version}: CVE-2 is accepted in accepted_vulnerabilities.toml, and is not found"
    ]


def test_a_reason_is_for_one_version_only() -> None:
    newer = VULNERABLE | {"version": "25.4.0"}

    assert len(problems(vulnerabilities(report(newer)), [REASON])) == 2


@pytest.mark.parametrize(
    "told",
    [
        report({"name": "x", "skip_reason": "Dependency not found on PyPI"}),
        json.dumps({"dependencies": [], "fixes": []}),
    ],
    ids=["not looked up", "nothing told"],
)
def test_a_package_that_was_not_looked_up_is_not_taken_for_clean(told: str) -> None:
    with pytest.raises(AuditUnavailableError):
        vulnerabilities(told)


@pytest.mark.parametrize(("pipeline", "code"), [(None, 0), ("true", 1)], ids=["laptop", "pipeline"])
def test_without_an_answer_a_laptop_is_told_and_a_pipeline_fails(
    pipeline: str | None,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def unreachable() -> str:
        raise AuditUnavailableError("no route to the index")

    monkeypatch.setattr(dependency_audit, "report", unreachable)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if pipeline:
        monkeypatch.setenv("GITHUB_ACTIONS", pipeline)

    assert dependency_audit.main() == code

    said = "".join(capsys.readouterr())
    assert "NOT CHECKED for known vulnerabilities: no route to the index" in said


@pytest.mark.parametrize(
    ("dependencies", "code", "words"),
    [([VULNERABLE], 1, "pyopenssl 25.3.0"), ([], 0, "No known vulnerability")],
    ids=["a hole", "none"],
)
def test_the_exit_code_says_whether_something_has_to_change(
    dependencies: list[dict[str, Any]],
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(dependency_audit, "report", lambda: report(*dependencies))
    monkeypatch.setattr(dependency_audit, "accepted", list)

    assert dependency_audit.main() == code
    assert words in "".join(capsys.readouterr())


@pytest.mark.parametrize("lacking", ["reason", "since", "version"])
def test_an_entry_that_lacks_something_is_refused(lacking: str, tmp_path: Path) -> None:
    entry = {
        "package": '"x"', "version": '"1"', "id": '"CVE-1"', "since": "2026-11-26", "reason": '"x"'
    }  # fmt: skip
    lines = [f"{name} = {value}" for name, value in entry.items() if name != lacking]
    (tmp_path / "file").write_text("\n".join(["[[accepted]]", *lines]))

    with pytest.raises(TypeError, match=lacking):
        accepted(tmp_path / "file")


@pytest.mark.parametrize("entry", ACCEPTED, ids=lambda entry: f"{entry.package} {entry.id}")
def test_every_hole_that_stays_has_a_reason_and_a_day_and_is_in_the_lock(entry: Accepted) -> None:
    assert len(entry.reason.split()) >= 12
    assert entry.since <= datetime.now(UTC).date()
    assert re.fullmatch(r"(CVE-\d{4}-\d+|GHSA(-\w{4}){3}|PYSEC-\d{4}-\d+)", entry.id)
    assert (entry.package, entry.version) in LOCKED


def test_every_lock_is_looked_at() -> None:
    locks = {file.parent for file in paths.ROOT.glob("**/uv.lock") if ".venv" not in file.parts}
    assert set(dependency_audit.PROJECTS) == locks


def test_nothing_that_ships_to_aws_has_a_hole_that_stays() -> None:
    assert shipped().isdisjoint(entry.package for entry in ACCEPTED)


def test_the_pipelines_look_at_every_change_and_every_week() -> None:
    file = paths.ROOT / ".github" / "workflows" / "dependencies.yml"
    content = yaml.safe_load(file.read_text())

    assert {"pull_request", "push", "schedule"} <= set(content[True])  # YAML's `on`
    steps = content["jobs"]["audit"]["steps"]
    assert "make audit-dependencies" in [step.get("run") for step in steps]
    makefile = (paths.ROOT / "Makefile").read_text()
    test_all, _, _ = makefile.partition("\ntest-all:")[2].partition("\n\n")
    assert "audit-dependencies" in test_all
