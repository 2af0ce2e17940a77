"""What the shop is built from is what was looked at when it was locked."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from lab.core import paths
from lab.deploy import package


def locked(lock: Path) -> list[dict[str, Any]]:
    """The packages of a lock of uv's."""
    packages: list[dict[str, Any]] = tomllib.loads(lock.read_text())["package"]
    return packages


def fetched(lock: Path) -> list[dict[str, Any]]:
    return [package for package in locked(lock) if "registry" in package["source"]]


LAB, FUNCTIONS = paths.ROOT / "uv.lock", paths.FUNCTIONS / "uv.lock"
EMULATOR = paths.ROOT / "emulator" / "uv.lock"
each_lock = pytest.mark.parametrize(
    "lock", [LAB, FUNCTIONS, EMULATOR], ids=["lab", "functions", "emulator"]
)
LOCKS = sorted(paths.TERRAFORM.glob("*/.terraform.lock.hcl")) + sorted(
    paths.TERRAFORM.glob("environments/*/.terraform.lock.hcl")
)


@each_lock
def test_every_package_is_pinned_by_its_hash(lock: Path) -> None:
    files = [
        file
        for package in fetched(lock)
        for file in [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    ]

    assert files
    assert [file["url"] for file in files if not file.get("hash", "").startswith("sha256:")] == []


@each_lock
def test_nothing_comes_from_anywhere_but_the_package_index(lock: Path) -> None:
    elsewhere = [one["name"] for one in locked(lock) if "registry" not in one["source"]]

    assert len(elsewhere) == 1  # itself


def test_what_ships_is_what_the_tests_run_on() -> None:
    tested = {one["name"]: one["version"] for one in fetched(LAB)}
    ships = {
        one["name"]: one["version"]
        for one in fetched(FUNCTIONS)
        if one["name"] in package.libraries()
    }

    assert len(ships) == len(package.libraries())
    assert {name: tested.get(name) for name in ships} == ships


def test_the_functions_declare_what_they_import_and_nothing_else() -> None:
    project = tomllib.loads((paths.FUNCTIONS / "pyproject.toml").read_text())["project"]
    declared = {Requirement(text).name for text in project["dependencies"]}
    own = {file.stem for file in paths.FUNCTIONS.iterdir()}
    imported = {
        name
        for file in paths.FUNCTIONS.rglob("*.py")
        for name in imports(file)
        if name not in sys.stdlib_module_names and name not in own
    }

    assert {DISTRIBUTIONS.get(name, name) for name in imported} == declared


DISTRIBUTIONS = {
    "aws_lambda_powertools": "aws-lambda-powertools",
    "botocore": "boto3",
    "jwt": "pyjwt",
}


def imports(file: Path) -> Iterator[str]:
    """The top-level names that a module imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_the_terraform_provider_is_pinned_by_its_hash(lock: Path) -> None:
    text = lock.read_text()

    assert re.search(r'version\s+= "5\.\d+\.\d+"', text)
    assert len(re.findall(r'"(?:h1|zh):', text)) >= 2
