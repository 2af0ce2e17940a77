"""The files about the repository itself: reports, reviews, releases, editors, dev containers."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from lab.core import paths

GITHUB = paths.ROOT / ".github"
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


@pytest.mark.parametrize("file", sorted(GITHUB.rglob("*.yml")), ids=lambda file: file.name)
def test_actions_of_others_are_pinned_by_commit_with_the_version_beside_it(file: Path) -> None:
    used = re.findall(r"uses: (.+)", file.read_text())

    assert [one for one in used if not one.startswith("./") and not PINNED.match(one)] == []


def test_each_kind_of_change_of_the_changelog_is_one_of_keep_a_changelog() -> None:
    text = (paths.ROOT / "CHANGELOG.md").read_text()

    assert re.search(r"^## \[Unreleased\]$", text, re.MULTILINE)
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= set(KINDS)


def test_code_owners_own_what_there_is() -> None:
    lines = (GITHUB / "CODEOWNERS").read_text().splitlines()
    owned = [line.split()[0] for line in lines if line and not line.startswith("#")]

    assert owned[0] == "*"
    assert all((paths.ROOT / path.strip("/")).exists() for path in owned[1:])


@pytest.mark.parametrize("name", ["bug.yml", "feature.yml"])
def test_an_issue_form_asks_with_labels_that_release_notes_know(name: str) -> None:
    form = yaml.safe_load((GITHUB / "ISSUE_TEMPLATE" / name).read_text())
    notes = yaml.safe_load((GITHUB / "release.yml").read_text())
    known = {label for part in notes["changelog"]["categories"] for label in part["labels"]}

    assert set(form["labels"]) <= known
    assert all(part["type"] in ("markdown", "textarea", "input") for part in form["body"])


def test_text_is_stored_with_the_line_ends_that_scripts_need() -> None:
    checked = subprocess.run(
        ["git", "ls-files", "--eol"], cwd=paths.ROOT, capture_output=True, text=True, check=True
    )

    assert [line for line in checked.stdout.splitlines() if "crlf" in line or "mixed" in line] == []
    assert all("eol=lf" in line or "-text" in line for line in checked.stdout.splitlines())


def test_what_a_folder_s_files_are_indented_with_is_said_once() -> None:
    text = (paths.ROOT / ".editorconfig").read_text()
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())

    assert f"max_line_length = {project['tool']['ruff']['line-length']}" in text
    assert re.search(r"\[Makefile\]\nindent_style = tab", text)


def test_the_dev_container_has_the_versions_that_the_lab_is_tested_with() -> None:
    container = json.loads((paths.ROOT / ".devcontainer" / "devcontainer.json").read_text())
    python = (paths.ROOT / ".python-version").read_text().strip()
    action = (GITHUB / "actions" / "prepare" / "action.yml").read_text()
    (terraform,) = (
        feature["version"] for name, feature in container["features"].items() if "terraform" in name
    )

    assert f"python:{python}-" in container["image"]
    assert f"terraform_version: {terraform}" in action
    assert container["postCreateCommand"] == "make demo"


@pytest.mark.parametrize("page", ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_the_files_that_a_page_names_are_there(page: str) -> None:
    text = (paths.ROOT / page).read_text()
    linked = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    named = re.findall(r"`([\w./-]+/[\w./-]*)`", text)

    assert all((paths.ROOT / path).exists() for path in [*linked, *named])
