"""What LocalStack calls by an entry point is registered as one, or it would never be called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.metadata import EntryPoint, distribution
from pathlib import Path

import pytest

import localstack_host

PACKAGE = Path(next(iter(localstack_host.__path__)))
OWN = list(distribution("localstack-host").entry_points)
REGISTERED = {(entry.group, entry.value) for entry in OWN}


HOOKS = ("on_infra_start", "on_infra_shutdown")


def hooks() -> Iterator[tuple[str, str]]:
    """Each function with `@on_infra_start(...)`: the group of its entry point, and its name."""
    for file in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(["localstack_host", *file.relative_to(PACKAGE).with_suffix("").parts])
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                for called in (ast.unparse(one) for one in node.decorator_list):
                    if (hook := called.partition("(")[0]) in HOOKS:
                        yield f"localstack.hooks.{hook}", f"{module}:{node.name}"


@pytest.mark.parametrize("hook", list(hooks()), ids=lambda hook: hook[1])
def test_every_hook_is_registered(hook: tuple[str, str]) -> None:
    assert hook in REGISTERED


@pytest.mark.parametrize("entry", OWN, ids=lambda one: f"{one.group} {one.name}")
def test_every_entry_point_names_something(entry: EntryPoint) -> None:
    assert entry.load()
