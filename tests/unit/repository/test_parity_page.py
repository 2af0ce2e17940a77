"""docs/parity.md: what it says can be looked up, and no repair is missing on it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lab.core import paths
from lab.go_live import emulator_gaps
from lab.go_live.emulator_gaps import Difference

DIFFERENCES = emulator_gaps.differences()
EMULATOR = paths.ROOT / "lab" / "emulator"

# What starts, runs and asks the emulator, and changes nothing of what it answers.
OWN = {
    "__init__.py",
    "call_recorder.py",
    "container.py",
    "process_tree.py",
    "log_files.py",
    "ports.py",
    "process.py",
    "reaper.py",
    "serve.py",
    "stock_image.py",
    "tuning.py",
    "cloudwatch/__init__.py",
    "dynamodb/__init__.py",
    "dynamodb/engine.py",
}
# What makes it quicker or smaller, and answers the same (docs/performance.md has them).
QUICKER = {
    "service_models.py",
    "memory_trimming.py",
    "lambda_logs.py",
    "dynamodb/request_parsing.py",
    "request_log.py",
    "service_index.py",
    "signatures.py",
}
# How functions are run: the differences are in the modules beside these.
RUNNING = {
    "lambda_executor/__init__.py",
    "lambda_executor/code_store.py",
    "lambda_executor/executor.py",
    "lambda_executor/interpreter.py",
    "lambda_executor/output.py",
    "lambda_executor/plugin.py",
    "lambda_executor/provider.py",
    "lambda_executor/running.py",
    "lambda_executor/runtime_api.py",
    "lambda_executor/spawning.py",
    "lambda_executor/zygotes.py",
    "lambda_executor/zygote/__init__.py",
    "lambda_executor/zygote/__main__.py",
    "lambda_executor/zygote/alone.py",
    "lambda_executor/zygote/bootstrap.py",
    "lambda_executor/zygote/child.py",
    "lambda_executor/zygote/launch.py",
    "lambda_executor/zygote/preload.py",
    "lambda_executor/zygote/server.py",
    "lambda_executor/zygote/system_calls.py",
    "lambda_executor/zygote/title.py",
}


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


@pytest.mark.parametrize(
    "module", sorted(EMULATOR.rglob("*.py")), ids=lambda file: str(file.relative_to(EMULATOR))
)
def test_no_repair_is_missing(module: Path) -> None:
    """A new module of the emulator gets a row, or a place in one of the lists above."""
    name = str(module.relative_to(EMULATOR))
    page = emulator_gaps.PAGE.read_text()
    folder = f"`{Path(name).parts[0]}/`"

    whole = name.startswith(("authentication/", "iam/", "server/"))
    named = f"`{name}`" in page or (whole and folder in page)
    assert named or name in OWN | QUICKER | RUNNING


@pytest.mark.parametrize("name", sorted(OWN | QUICKER | RUNNING))
def test_the_lists_name_modules_that_there_are(name: str) -> None:
    assert (EMULATOR / name).is_file()


def test_what_will_be_seen_on_aws_is_told_without_links() -> None:
    remaining = emulator_gaps.remaining()

    assert remaining
    assert all(difference.state == "left" for difference in remaining)
    assert emulator_gaps.without_links("**a** `b` ([docs](https://x))") == "a b"
