"""The functions are the folders in functions/ with a handler; every list of them is held to these.

A function that a list lacks would run without an alarm, without types, or not at all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from hcl2.api import loads

from lab.core import paths
from lab.core.environment_settings import settings_of
from lab.deploy import package
from lab.deploy.account.settings import environments
from lab.measure.bench import bare
from lab.shop import logs
from tests import asl

FUNCTIONS = frozenset(logs.functions())
PACKAGES = frozenset(name.replace("-", "_") for name in FUNCTIONS)
STEPS = frozenset(package.replace("_", "-") for package in asl.FUNCTIONS.values())
PROJECT: dict[str, Any] = tomllib.loads((paths.ROOT / "pyproject.toml").read_text("utf-8"))
PLANS = paths.ROOT / "tests" / "terraform" / "plans"
RUNBOOK = (paths.ROOT / "docs" / "runbook.md").read_text("utf-8")


def source(name: str) -> str:
    return (asl.MODULE / name).read_text("utf-8")


def terraform(name: str) -> dict[str, Any]:
    """A file of modules/checkout, read."""
    return dict(loads(source(name)))


def local(file: str, name: str) -> Any:
    """What a `locals` block of a file calls by a name."""
    return next(block[name] for block in terraform(file)["locals"] if name in block)


def contract(name: str) -> dict[str, Any]:
    """The contract of import-linter whose name begins like this."""
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    found: dict[str, Any] = next(c for c in contracts if c["name"].startswith(name))
    return found


def named(text: str, pattern: str) -> frozenset[str]:
    return frozenset(re.findall(pattern, text))


def quoted(text: str, pattern: str) -> frozenset[str]:
    """The quoted names in what a pattern finds first."""
    found = re.search(pattern, text, re.DOTALL)
    assert found, pattern
    return named(found[1], r'"([^"]+)"')


TOOLS = PROJECT["tool"]
NOT_FUNCTIONS = {"lab", "checkout"}

PACKAGE_LISTS = {
    # import-linter takes no pattern here.
    "pyproject.toml, import-linter's root_packages": TOOLS["importlinter"]["root_packages"],
    "pyproject.toml, the outermost layer": contract("Imports point inward")["layers"][0].split(
        " | "
    ),
    "pyproject.toml, what does not know the lab": contract("What runs in Lambda")["source_modules"],
    "the zip": {
        name.partition("/")[0]
        for name in package.source_files(paths.FUNCTIONS)
        if "/handler" in name
    },
}
NAME_LISTS = {
    "functions.tf, local.functions": local("functions.tf", "functions"),
    "permissions.tf, local.permissions": local("permissions.tf", "permissions"),
    "tests/checkout.tftest.hcl": quoted(
        source("tests/checkout.tftest.hcl"), r"function_names\)\) == toset\(\[(.*?)\]"
    ),
    **{
        f"tests/terraform/plans/{environment}.txt: make plans": named(
            (PLANS / f"{environment}.txt").read_text("utf-8"),
            r'module\.function\["([^"]+)"\]\.aws_lambda_function\.this',
        )
        for environment in environments()
    },
}
STEP_LISTS = {
    "permissions.tf, RunSteps": quoted(source("permissions.tf"), r"for step in \[(.*?)\]"),
    "main.tf, the definition's placeholders": named(
        source("main.tf"), r'_arn\s+= module\.function\["([^"]+)"\]\.alias_arn'
    ),
    "lab/measure/bench/bare.py, STEPS": bare.STEPS,
}


@pytest.mark.parametrize("place", PACKAGE_LISTS)
def test_every_functions_package_is_in(place: str) -> None:
    assert_same(set(PACKAGE_LISTS[place]) - NOT_FUNCTIONS, PACKAGES, place)


@pytest.mark.parametrize("place", NAME_LISTS)
def test_every_function_is_in(place: str) -> None:
    assert_same(NAME_LISTS[place], FUNCTIONS, place)


@pytest.mark.parametrize("place", STEP_LISTS)
def test_every_function_of_the_workflow_is_in(place: str) -> None:
    assert_same(STEP_LISTS[place], STEPS, place)


def assert_same(listed: Collection[str], wanted: Collection[str], place: str) -> None:
    lacks, extra = sorted(set(wanted) - set(listed)), sorted(set(listed) - set(wanted))
    assert not lacks, f"{place} lacks {', '.join(lacks)}"
    assert not extra, f"{place} has {', '.join(extra)}, which is no such function"


def test_what_is_installed_typed_linted_and_measured_is_the_whole_folder() -> None:
    """So a new package needs no place in a list."""
    build = TOOLS["hatch"]["build"]
    assert "functions" in build["dev-mode-dirs"]
    assert "functions" in build["targets"]["wheel"]["only-include"]
    assert "functions" in TOOLS["mypy"]["files"]
    assert "functions" in TOOLS["coverage"]["run"]["source"]
    assert "functions" in TOOLS["ruff"]["src"]
    assert "exclude" not in TOOLS["ruff"]
    assert "exclude" not in TOOLS["mypy"]


@pytest.mark.parametrize("file", ["functions.tf", "monitoring.tf"])
def test_functions_and_their_alarms_are_made_from_the_one_list(file: str) -> None:
    assert re.search(r"for_each = local\.functions$|in local\.functions :", source(file), re.M)


def test_every_function_is_called_by_something() -> None:
    """By the workflow, the API, a schedule, or a queue."""
    called = named(source("main.tf") + source("messaging.tf"), r'module\.function\["([^"]+)"\]')
    assert_same(called, FUNCTIONS, "main.tf and messaging.tf, what calls a function")


def mappings() -> Iterator[tuple[str, str]]:
    """Each function that a queue feeds, with the module of that queue."""
    for block in terraform("messaging.tf")["module"]:
        for module in block.values():
            if module["source"] == "../event-source-mapping":
                (function,) = named(module["function_arn"], r'module\.function\["([^"]+)"\]')
                (queue,) = named(module["queue_arn"], r"module\.(\w+)\.queue_arn")
                yield function, queue


def test_a_function_that_may_read_a_queue_is_fed_by_it() -> None:
    reading = {
        name
        for name, statements in local("permissions.tf", "permissions").items()
        if "sqs:ReceiveMessage" in str(statements)
    }
    fed = [function for function, _ in mappings()]
    assert_same(fed, reading, "messaging.tf, event-source-mapping")


def queues() -> dict[str, dict[str, Any]]:
    """Every queue of the checkout: the module that makes it, by its name, in whatever file."""
    files = [file.name for file in asl.MODULE.glob("*.tf")]
    blocks = [block for file in files for block in terraform(file).get("module", [])]
    return {n: m for block in blocks for n, m in block.items() if m["source"] == "../sqs"}


@pytest.mark.parametrize("queue", sorted(queues()))
def test_a_message_that_stays_in_a_queue_raises_an_alarm(queue: str) -> None:
    """In the queue itself, or where it goes when the function that reads the queue fails."""
    fed = {name for _, name in mappings()}
    last = queue
    if queue in fed:
        dead = named(str(queues()[queue].get("dead_letter")), r"module\.(\w+)\.queue_arn")
        assert dead, f"messaging.tf: {queue} feeds a function and has no dead-letter queue"
        (last,) = dead
    watched = str(watched_queues())
    assert f"module.{last}.queue_name" in watched, f"monitoring.tf, queues: lacks {last}"


def watched_queues() -> dict[str, Any]:
    (module,) = terraform("monitoring.tf")["module"]
    found: dict[str, Any] = module["monitoring"]["queues"]
    return found


@pytest.mark.parametrize("queue", watched_queues())
def test_the_runbook_says_what_to_do_about_each_queue(queue: str) -> None:
    assert f"\n## {queue}-not-empty\n" in RUNBOOK, f"docs/runbook.md lacks {queue}-not-empty"


@pytest.mark.parametrize(
    ("alarm", "threshold"),
    [
        ("errors", "function_errors"),
        ("duration", "function_time_percent"),
        ("throttles", "function_throttles"),
    ],
)
def test_the_runbook_says_what_to_do_about_each_alarm_of_a_function(
    alarm: str, threshold: str
) -> None:
    """Where the threshold is 0 there is none."""
    assert f"\n## function-{alarm}\n" in RUNBOOK
    for environment in environments():
        plan = (PLANS / f"{environment}.txt").read_text("utf-8")
        watched = named(plan, rf'aws_cloudwatch_metric_alarm\.\w+\["function-{alarm}-([^"]+)"\]')
        wanted = settings_of(environment)["alarm_thresholds"][threshold]
        expected = FUNCTIONS if wanted else set()
        assert_same(watched, expected, f"plans/{environment}.txt, alarms of function-{alarm}")


def test_a_setting_for_one_function_names_a_function() -> None:
    for environment in environments():
        file = paths.TERRAFORM / "environments" / environment / "terraform.tfvars"
        given = loads(file.read_text("utf-8"))
        names = {*given.get("reserved_concurrency", {}), *given.get("memory_mb", {})}
        assert names <= FUNCTIONS, f"{environment}/terraform.tfvars"
