"""README.md tells every variable and limit, as the code has them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import localstack_host
from localstack_host.host import environment, settings, wrapper
from localstack_host.server import limits

PACKAGE = Path(next(iter(localstack_host.__path__)))
README = (PACKAGE.parents[1] / "README.md").read_text()
NAMED = set(re.findall(r"`(LOCALSTACK_HOST_[A-Z_]+)`", README))


def in_code() -> set[str]:
    """The variables that the package reads: all are made by `variable("NAME")`."""
    calls = [
        node
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "variable"
    ]
    assert all(isinstance(call.args[0], ast.Constant) for call in calls)
    return {f"LOCALSTACK_HOST_{ast.literal_eval(call.args[0])}" for call in calls}


def test_every_variable_is_told_and_no_other() -> None:
    assert NAMED - {"LOCALSTACK_HOST_"} == in_code() | set(wrapper.ALL)
    assert environment.OWNER_VARIABLE in NAMED


@pytest.mark.parametrize("setting", settings.ALL, ids=lambda setting: setting.variable)
def test_a_setting_is_told_with_its_meaning_and_default(setting: settings.Setting) -> None:
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{setting.variable}`")]
    assert setting.what in row
    assert f"| {setting.default:,} |" in row or "for each processor" in row


def test_the_limits_are_told() -> None:
    own = limits.LIMITS
    page = README.partition("## Limits")[2]
    for told in (
        f"{own.request_line_bytes:,} bytes",
        f"{own.header_bytes:,} bytes",
        f"{own.headers} headers",
        f"{own.body_bytes // limits.MIB} MiB",
        f"{own.bodies_bytes // limits.MIB} MiB",
        f"{own.head_s:g} s",
        f"{own.request_s:g} s",
        f"{own.idle_s:g} s",
        f"{own.connections:,} |",
    ):
        assert f"| {told}" in page, told
