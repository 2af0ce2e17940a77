"""The three environments: one code, and differences that are said in one place."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.core import paths
from lab.core.environment_settings import ENVIRONMENTS, settings_of
from lab.deploy.terraform import emulator_overrides
from lab.docs import generated_pages
from tests.exhaustive import all_but

SOURCES = sorted(paths.TERRAFORM.rglob("*.tf"))
FOLDER = paths.TERRAFORM / "environments"
SETTINGS: dict[str, dict[str, Any]] = {e: settings_of(e) for e in ENVIRONMENTS}


Run = Callable[..., subprocess.CompletedProcess[str]]


def files(environment: str) -> dict[str, str]:
    """The committed files of an environment, with its own name made that of all."""
    suffixes = {".tf", ".hcl"}
    return {
        str(file.relative_to(FOLDER / environment)): file.read_text()
        for file in (FOLDER / environment).rglob("*")
        if file.suffix in suffixes and file.name != "backend.hcl" and ".terraform" not in file.parts
    }


def test_there_are_three_environments() -> None:
    assert {folder.parent.name for folder in FOLDER.glob("*/main.tf")} == set(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_every_environment_has_the_code_of_dev(environment: str) -> None:
    ours, devs = files(environment), files("dev")

    assert ours.pop("backend.tf") == devs.pop("backend.tf").replace('"dev/', f'"{environment}/')
    assert ours == devs


@pytest.mark.parametrize("environment", all_but("dev".__eq__, ENVIRONMENTS))
def test_its_own_tests_pass_with_its_own_settings(terraform: Run, environment: str) -> None:
    folder = f"environments/{environment}"
    started = terraform(folder, "init", "-backend=false", "-lockfile=readonly")
    assert started.returncode == 0, started.stderr

    ended = terraform(folder, "test")

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_environment_says_the_same_settings() -> None:
    said = {environment: list(settings) for environment, settings in SETTINGS.items()}

    assert said["dev"] == said["staging"] == said["prod"]


def test_what_exists_once_per_account_is_named_apart() -> None:
    senders = {settings["mail_sender"] for settings in SETTINGS.values()}

    assert len(senders) == len(ENVIRONMENTS)


@pytest.mark.parametrize(
    ("setting", "safe"),
    [
        ("failure_switches_enabled", False),
        ("deletion_protection", True),
        ("own_encryption_key", True),
        ("recovery_days", 35),
    ],
)
def test_prod_is_the_safe_one(setting: str, safe: object) -> None:
    assert SETTINGS["prod"][setting] == safe


@pytest.mark.parametrize(
    "page", sorted(generated_pages.generators()), ids=lambda page: page.parent.name
)
def test_the_tables_in_the_documentation_are_those_of_the_sources(page: Path) -> None:
    assert page.read_text() == generated_pages.page(page), "run: make docs"


def test_a_setting_that_differs_gets_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    of: Callable[[str], dict[str, Any]] = lambda environment: {  # noqa: E731
        "log_level": "DEBUG" if environment == "dev" else "INFO",
        "owner": "us",
    }
    monkeypatch.setattr(generated_pages, "settings_of", of)

    rows = generated_pages.environments_table().splitlines()[2:]

    assert [row.split(" | ")[0] for row in rows] == ["| `log_level`"]
    assert rows[0].endswith("| DEBUG | INFO | INFO |")


def test_the_settings_that_the_emulator_changes_are_documented_ones() -> None:
    page = (paths.ROOT / "docs" / "environments.md").read_text()
    changed = [re.findall(r"-var=(\w+)=", argument)[0] for argument in emulator_overrides.VARIABLES]

    assert changed
    for name in changed:
        assert name in SETTINGS["prod"]
        assert f"`{name}`" in page.partition("## On the emulator")[2]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_file_knows_that_there_is_an_emulator(file: Path) -> None:
    assert not re.search(r"localstack|localhost|tflocal|emulat|4566", file.read_text(), re.I)


def test_no_account_is_in_git() -> None:
    assert "backend.hcl" in (paths.ROOT / ".gitignore").read_text().splitlines()
    for file in FOLDER.glob("*/backend.tf"):
        assert not re.search(r"^\s*bucket\s*=|\d{12}", file.read_text(), re.MULTILINE)
