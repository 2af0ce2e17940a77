"""The public stacks: what is done with each, and what is reported."""

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance import stacks
from conformance.stacks import Stack

TERRAFORM = """#!/bin/sh
echo "$@" >>calls
! grep -qx "$1" fails 2>/dev/null
"""


EXISTING: set[str] = set()


def stack(**changed: str) -> Stack:
    repository = "https://example.com/owner/name"
    named = {
        "name": "a",
        "folder": "a",
        "repository": repository,
        "commit": "",
        "contains": "hello",
    }
    return Stack(**{**named, "does": "touch done", "sees": "echo hello; ls", **changed})  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a stack, and a Terraform that writes down how it was called."""
    program = tmp_path / "bin/terraform"
    program.parent.mkdir()
    program.write_text(TERRAFORM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(stacks.sys, "executable", str(program))
    monkeypatch.setattr(stacks, "_SEEN_WITHIN", 0.0)
    monkeypatch.setattr(stacks.stack_resources, "existing", lambda: set(EXISTING))
    (tmp_path / "a").mkdir()
    (tmp_path / "a/main.tf").write_text('provider "aws" {\n}\n')
    return tmp_path / "a"


def failures(stack: Stack, folder: Path) -> dict[str, bool]:
    return {test: failure is not None for test, failure in stacks.results(stack, folder)}


def test_a_stack_is_applied_planned_again_used_and_destroyed(folder: Path) -> None:
    assert not any(failures(stack(), folder).values())
    calls = [line.split()[0] for line in (folder / "calls").read_text().splitlines()]
    assert calls == ["init", "apply", "plan", "destroy"]
    assert (folder / "done").exists()


def test_what_cannot_be_applied_is_destroyed_all_the_same(folder: Path) -> None:
    (folder / "fails").write_text("apply\n")
    assert failures(stack(), folder) == {"is applied": True, "is destroyed": False}


@pytest.mark.parametrize(
    ("step", "fails"),
    [
        ("plan", "has nothing to change in a second plan"),
        ("destroy", "is destroyed"),
    ],
)
def test_a_step_that_fails_is_named(folder: Path, step: str, fails: str) -> None:
    (folder / "fails").write_text(f"{step}\n")
    found = failures(stack(), folder)
    assert [test for test, failed in found.items() if failed] == [fails]


@pytest.mark.parametrize("changed", [{"sees": "echo goodbye"}, {"does": "exit 3"}])
def test_what_does_not_do_what_it_says_fails(folder: Path, changed: dict[str, str]) -> None:
    found = failures(stack(**changed), folder)
    assert [test for test, failed in found.items() if failed] == ["does what it says"]


@pytest.mark.parametrize(("source", "overridden"), [('provider "aws" {}', True), ("", False)])
def test_only_a_provider_that_is_there_is_overridden(
    folder: Path, source: str, overridden: bool
) -> None:
    (folder / "main.tf").write_text(source)
    list(stacks.results(stack(), folder))
    written = (folder / "conformance_override.tf").read_text()
    assert ('provider "aws"' in written, "~> 5.100" in written) == (overridden, True)


def test_a_lock_file_of_another_provider_is_not_kept(folder: Path) -> None:
    (folder / ".terraform.lock.hcl").write_text("# 6.35.1\n")
    list(stacks.results(stack(), folder))
    assert not (folder / ".terraform.lock.hcl").exists()


def test_the_report_is_in_junits_form(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stacks, "read", lambda: [stack(), stack(name="b")])
    (tmp_path / "owner/name").mkdir(parents=True)
    folder.rename(tmp_path / "owner/name/a")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        stacks.sys, "argv", ["stacks", "--report", str(tmp_path / "report.xml"), "--only", "a"]
    )
    (tmp_path / "owner/name/a/fails").write_text("plan\n")
    assert stacks.main() == 1
    cases = list(ElementTree.parse(tmp_path / "report.xml").getroot())
    assert [case.get("classname") for case in cases] == ["a"] * 4
    assert [case.find("failure") is not None for case in cases] == [False, True, False, False]


def test_what_is_left_behind_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([{"sqs old"}, {"sqs old", "sqs new"}])
    monkeypatch.setattr(stacks.stack_resources, "existing", lambda: next(found))
    *_, (test, failure) = stacks.results(stack(), folder)
    assert (test, failure) == ("is destroyed", "There is left: sqs new")


def test_a_reader_prepares_and_cleans_by_hand(folder: Path) -> None:
    by_hand = stack(prepares="test ! -e calls; touch ready", cleans="test -e ready; rm ready")
    assert not any(failures(by_hand, folder).values())
    assert not (folder / "ready").exists()


@pytest.mark.parametrize(
    ("written", "becomes"),
    [("python3.8", "python3.13"), ("python3.14", "python3.13"), ("python3.9", "python3.9")],
)
def test_a_runtime_that_cannot_be_had_is_another(folder: Path, written: str, becomes: str) -> None:
    (folder / "main.tf").write_text(f'runtime = "{written}"\n')
    list(stacks.results(stack(), folder))
    assert (folder / "main.tf").read_text() == f'runtime = "{becomes}"\n'


def test_each_stack_of_the_list_says_where_it_is_from() -> None:
    listed = stacks.read()
    assert len({one.name for one in listed}) == len(listed)
    assert all(one.repository.startswith("https://") and len(one.commit) == 40 for one in listed)
