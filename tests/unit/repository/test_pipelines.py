"""The pipelines: as GitHub wants them, and with nothing in them that is not there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
import yaml

from lab.cli.app import app
from lab.core import paths

GITHUB = paths.ROOT / ".github"
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))
ACTIONS = sorted(GITHUB.glob("actions/*/action.yml"))
FILES = [*WORKFLOWS, *ACTIONS]


def name(file: Path) -> str:
    return str(file.relative_to(GITHUB))


def steps(file: Path) -> Iterator[dict[str, Any]]:
    """Every step of a workflow or an action."""
    content = yaml.safe_load(file.read_text())
    for job in [content.get("runs", {}), *content.get("jobs", {}).values()]:
        yield from job.get("steps", ())


def scripts(file: Path) -> list[str]:
    return [step["run"] for step in steps(file) if "run" in step]


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", WORKFLOWS),
        ("github-actions", ACTIONS),
        ("dependabot", [GITHUB / "dependabot.yml"]),
    ],
)
def test_every_file_is_what_github_wants(schema: str, files: list[Path]) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]

    ended = subprocess.run([*command, *files], capture_output=True, text=True, check=False)

    assert files
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_script_is_shell(file: Path) -> None:
    for script in scripts(file):
        ended = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_pipe_fails_with_its_first_command(file: Path) -> None:
    """GitHub gives bash `-o pipefail` only where a step names it."""
    for step in steps(file):
        if re.search(r"[^|]\|\s", step.get("run", "")):
            assert step.get("shell") == "bash", step["run"]


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_script_has_anything_written_into_it(file: Path) -> None:
    """What somebody else may choose, such as a branch's name, would be run."""
    for script in scripts(file):
        assert "${{" not in script


@pytest.mark.parametrize("file", WORKFLOWS, ids=name)
def test_a_pipeline_may_do_nothing_but_what_a_job_asks_for(file: Path) -> None:
    content = yaml.safe_load(file.read_text())

    assert set(content["permissions"]) <= {"contents", "id-token"}
    assert content["permissions"]["contents"] == "read"


@pytest.mark.parametrize("file", WORKFLOWS, ids=name)
def test_every_job_ends_in_time_and_keeps_no_credentials_of_git(file: Path) -> None:
    for job in yaml.safe_load(file.read_text())["jobs"].values():
        assert "uses" in job or job["timeout-minutes"] <= 90
    for step in steps(file):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_command_and_every_file_that_is_named_is_there(file: Path) -> None:
    targets = re.findall(r"^([\w-]+):", (paths.ROOT / "Makefile").read_text(), re.MULTILINE)
    targets += [suite.name for suite in (paths.ROOT / "tests").iterdir()]
    for script in scripts(file):
        for line in re.findall(r"^make (.+)$", script, re.MULTILINE):
            assert set(line.split()) <= set(targets)
        for line in re.findall(r"\.venv/bin/lab ([^>\n]+)", script):
            require_command(line.split())
    for used in re.findall(r"uses: \./(\S+)", file.read_text()):
        place = paths.ROOT / used
        assert place.is_file() or (place / "action.yml").is_file()


def require_command(words: list[str]) -> None:
    """Goes down the words as `lab` would, and looks for the options of the command."""
    command: click.Command = typer.main.get_command(app)
    options = {option for parameter in command.params for option in parameter.opts}
    for word in words:
        if word.startswith("--"):
            assert word in options, f"{command.name} has no {word}"
        elif isinstance(command, click.Group):
            assert word in command.commands, f"there is no command {word}"
            command = command.commands[word]
            options = {option for parameter in command.params for option in parameter.opts}


def test_a_command_that_is_not_there_is_found() -> None:
    with pytest.raises(AssertionError, match="no command roll"):
        require_command(["--aws", "release", "roll"])


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_action_of_others_is_pinned_to_a_commit_and_says_which_version_that_is(
    file: Path,
) -> None:
    used = re.findall(r"uses: (?!\./)(\S+)@(\S+)(.*)", file.read_text())

    for action, commit, comment in used:
        assert re.fullmatch("[0-9a-f]{40}", commit), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_what_is_newer_than_a_week_is_not_proposed() -> None:
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text())["updates"]

    assert all(update["cooldown"]["default-days"] >= 7 for update in updates)


def test_dependabot_looks_after_every_folder_with_terraform() -> None:
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text())["updates"]
    (terraform,) = [update for update in updates if update["package-ecosystem"] == "terraform"]
    folders = {file.parent for file in paths.TERRAFORM.rglob("terraform.tf")}
    folders = {folder for folder in folders if ".terraform" not in folder.parts}

    watched = {
        folder for glob in terraform["directories"] for folder in paths.ROOT.glob(glob.lstrip("/"))
    }

    assert folders <= watched


def test_every_suite_of_others_runs_every_week() -> None:
    conformance = paths.ROOT / "emulator/conformance"
    jobs = yaml.safe_load((GITHUB / "workflows/conformance.yml").read_text())["jobs"]

    named = ",".join(jobs["recorded-on-aws"]["strategy"]["matrix"]["suites"]).split(",")
    sources = {step["env"]["SUITES"] for step in jobs["stacks"]["steps"] if "env" in step}

    lists = {file.stem for file in (conformance / "expected").glob("*.toml")}
    assert sorted([*named, "parity", "stacks"]) == sorted(lists)
    assert sources == {"stacks"}
