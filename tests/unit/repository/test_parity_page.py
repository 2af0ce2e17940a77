"""docs/parity.md: what it says can be looked up, and no repair is missing on it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lab.core import paths
from lab.go_live import emulator_gaps
from lab.go_live.emulator_gaps import Difference

DIFFERENCES = emulator_gaps.differences()
IN_CODE = emulator_gaps.IN_CODE
EMULATOR = paths.ROOT / "emulator" / "src" / "localstack_host"
MODULES = sorted(file for file in EMULATOR.rglob("*.py") if file.name != "__init__.py")

# What starts, runs and asks the emulator, and changes nothing of what it answers.
OWN = {
    "__main__.py",
    "gateway/call_recorder.py",
    "localstack_api.py",
    "owner.py",
    "portable_mode.py",
    "pytest_plugin.py",
}
# What is replaced in LocalStack: emulator/tests/unit/test_patches.py has a list of its own.
PATCHES = "patches.py"
# How functions are run: the differences are in the modules beside these.
RUNNING = {
    "services/lambda_/code_store.py",
    "services/lambda_/executor.py",
    "services/lambda_/interpreter.py",
    "services/lambda_/monitoring/output.py",
    "services/lambda_/plugin.py",
    "services/lambda_/provider.py",
    "services/lambda_/runtime_api.py",
    "services/lambda_/spawning.py",
    "services/lambda_/zygotes.py",
    "services/lambda_/zygote/__main__.py",
    "services/lambda_/zygote/alone.py",
    "services/lambda_/zygote/bootstrap.py",
    "services/lambda_/zygote/call_plans.py",
    "services/lambda_/zygote/child.py",
    "services/lambda_/zygote/direct_connections.py",
    "services/lambda_/zygote/direct_calls.py",
    "services/lambda_/zygote/launch.py",
    "services/lambda_/zygote/preload.py",
    "services/lambda_/zygote/runtime_client.py",
    "services/lambda_/zygote/server.py",
    "services/lambda_/zygote/shapes.py",
    "services/lambda_/zygote/signed_messages.py",
    "services/lambda_/zygote/system_calls.py",
    "services/lambda_/zygote/title.py",
}
# Folders of which no module changes an answer.
APART = ("host/", "performance/")
# Folders that the page names as a whole.
WHOLE = (
    "authentication/",
    "server/",
    "services/apigateway/authorizers/",
    "services/cloudwatch/metric_math/",
    "services/apigatewayv2/",
    "services/application_autoscaling/",
    "services/iam/",
    "services/stepfunctions/definitions/",
    "services/stepfunctions/failures/",
    "services/logs/insights/",
    "services/stepfunctions/jsonata/",
    "services/stepfunctions/map_runs/",
    "state/",
)


def test_the_page_is_read_as_it_is_written() -> None:
    rows = [line for line in emulator_gaps.PAGE.read_text().splitlines() if line.startswith("| **")]

    assert len(DIFFERENCES) == len(rows) > 40
    assert len({difference.name for difference in DIFFERENCES}) == len(rows)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda found: found.name)
def test_a_difference_says_what_the_lab_does_and_where_aws_says_otherwise(
    difference: Difference,
) -> None:
    assert difference.state in emulator_gaps.STATES
    assert "](https://" in difference.aws + difference.lab
    assert difference.found_by


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda found: found.name)
def test_a_difference_names_tests_that_exist(difference: Difference) -> None:
    assert difference.tests
    for named in difference.tests:
        file, _, test = named.partition("::")
        assert (paths.ROOT / file).is_file(), named
        assert not test or test in names_in(paths.ROOT / file), named


def names_in(file: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda file: str(file.relative_to(EMULATOR)))
def test_no_repair_is_missing(module: Path) -> None:
    """A new module of the emulator gets a row, or a place in one of the lists above."""
    name = str(module.relative_to(EMULATOR))
    page = emulator_gaps.PAGE.read_text()

    whole = any(name.startswith(folder) and f"`{folder}`" in page for folder in WHOLE)
    listed = name in OWN | RUNNING or name.startswith(APART) or module.name == PATCHES
    assert whole or listed or f"`{name}`" in page


@pytest.mark.parametrize("name", sorted(OWN | RUNNING))
def test_the_lists_name_modules_that_there_are(name: str) -> None:
    assert (EMULATOR / name).is_file()


def test_the_page_names_modules_that_there_are() -> None:
    named = {one for one in IN_CODE.findall(emulator_gaps.PAGE.read_text()) if one.endswith(".py")}
    own = {one for one in named if not one.startswith(("tests/", "emulator/"))}

    assert own
    assert [one for one in sorted(own) if not (EMULATOR / one).is_file()] == []


def test_the_page_has_the_limits_that_the_emulator_has() -> None:
    """emulator/README.md is held to the code, by a test of the emulator's own."""
    readme = (paths.ROOT / "emulator" / "README.md").read_text()
    rows = readme.partition("## Limits")[2].partition("\n## ")[0].splitlines()
    limits = [row.strip("|").split("|")[1].strip() for row in rows if row.startswith("| ")][1:]

    assert len(limits) == 9
    page = emulator_gaps.PAGE.read_text()
    assert [limit for limit in limits if f"| {limit}" not in page] == []


def test_what_will_be_seen_on_aws_is_told_without_links() -> None:
    remaining = emulator_gaps.remaining()

    assert remaining
    assert all(difference.state == "left" for difference in remaining)
    assert emulator_gaps.without_links("**a** `b` ([docs](https://x))") == "a b"
