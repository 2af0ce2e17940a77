"""The Terraform sources: formatted, valid, and refusing what would only fail later."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.core import paths
from tests.exhaustive import all_but
from tests.lanes import ALONE

Run = Callable[..., subprocess.CompletedProcess[str]]

MODULES = sorted(path.parent for path in (paths.TERRAFORM / "modules").glob("*/main.tf"))
ENVIRONMENTS = sorted(path.parent for path in (paths.TERRAFORM / "environments").glob("*/main.tf"))
ROOTS = [*ENVIRONMENTS, paths.TERRAFORM / "bootstrap"]


def test_every_file_is_formatted(terraform: Run) -> None:
    ended = terraform(".", "fmt", "-check", "-recursive", "-diff")

    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    "root", all_but(lambda root: root.name == "dev", ROOTS), ids=lambda path: path.name
)
def test_everything_that_is_applied_is_valid(terraform: Run, root: Path) -> None:
    folder = str(root.relative_to(paths.TERRAFORM))
    started = terraform(folder, "init", "-backend=false", "-lockfile=readonly")
    assert started.returncode == 0, started.stderr

    ended = terraform(folder, "validate")

    assert ended.returncode == 0, ended.stderr


@ALONE
@pytest.mark.parametrize(
    "module", all_but(lambda module: module.name == "lambda", MODULES), ids=lambda path: path.name
)
def test_a_module_plans_what_it_should_and_refuses_what_it_should(
    terraform: Run, module: Path
) -> None:
    folder = str(module.relative_to(paths.TERRAFORM))
    started = terraform(folder, "init", "-lockfile=readonly")
    assert started.returncode == 0, started.stderr

    ended = terraform(folder, "test")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"Success! [1-9]\d* passed", ended.stdout)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_rule_about_a_variable_was_seen_to_refuse(module: Path) -> None:
    ruled = {
        name for kind, name, body in blocks(module) if kind == "variable" and "validation" in body
    }
    refused = re.findall(r"expect_failures = \[(.*?)\]", tried(module), re.DOTALL)

    assert ruled - set(re.findall(r"var\.(\w+)", " ".join(refused))) == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_variable_is_set_in_a_test(module: Path) -> None:
    names = {name for kind, name, _ in blocks(module) if kind == "variable"}

    assert names - set(re.findall(r"^ +(\w+) += ", tried(module), re.MULTILINE)) == set()


@pytest.mark.exhaustive
def test_the_bootstrap_plans_what_it_should_and_refuses_what_it_should(terraform: Run) -> None:
    started = terraform("bootstrap", "init", "-backend=false", "-lockfile=readonly")
    assert started.returncode == 0, started.stderr

    ended = terraform("bootstrap", "test")

    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_module_has_the_usual_files(module: Path) -> None:
    for name in ("main.tf", "variables.tf", "outputs.tf", "terraform.tf", "README.md"):
        assert (module / name).is_file(), f"{module.name} has no {name}"


@pytest.mark.parametrize("folder", [*MODULES, *ROOTS], ids=lambda path: path.name)
def test_every_variable_and_output_is_described_and_typed(folder: Path) -> None:
    for kind, name, body in blocks(folder):
        assert re.search(r"^  description\s+= ", body, re.MULTILINE), (
            f"{kind} {name}: no description"
        )
        if kind == "variable":
            assert re.search(r"^  type\s+= (?!any)", body, re.MULTILINE), f"{name}: no type"


@pytest.mark.parametrize(
    "folder",
    [paths.TERRAFORM / "modules/checkout", *ENVIRONMENTS],
    ids=lambda path: path.name,
)
def test_the_thresholds_of_alarms_are_those_of_the_monitoring_module(folder: Path) -> None:
    """Terraform has no types that modules share; a threshold that one lacks would be dropped."""
    thresholds = type_of(paths.TERRAFORM / "modules/monitoring", "thresholds")
    names = [name for name, _, _ in thresholds]
    assert all(default for _, _, default in thresholds)
    assert type_of(folder, "alarm_thresholds") == [(name, "number", "") for name in names]


def type_of(folder: Path, variable: str) -> list[tuple[str, str, str]]:
    """Each attribute of an object, its type and its default ("" without one)."""
    (body,) = [body for _, name, body in blocks(folder) if name == variable]
    return re.findall(r"^    (\w+) += optional\((\w+)(?:, (.+))?\)$", body, re.MULTILINE)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_module_configures_a_provider(module: Path) -> None:
    for file in module.glob("*.tf"):
        assert not re.search(r"^provider ", file.read_text(), re.MULTILINE), file


def blocks(folder: Path) -> list[tuple[str, str, str]]:
    text = "".join((folder / name).read_text() for name in ("variables.tf", "outputs.tf"))
    return re.findall(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL)


def tried(module: Path) -> str:
    """The tests of a module, as one text."""
    return "".join(file.read_text() for file in sorted(module.glob("tests/*.tftest.hcl")))
