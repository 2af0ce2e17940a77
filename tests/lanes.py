"""Where suites run side by side (`make test`): what shares an emulator stays together."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from lab.core import paths
from tests.emulator.choice import CONTAINER, HOST
from tests.emulator.plugin import CHOICE

E2E = "the shop of the e2e tests"
APART = "e2e tests apart"
UNIT = "unit tests"
PIPELINES = "the pipelines' roles"
REST = "the rest"
LESSONS = "the lessons"
LABS = "labs of their own"
PROD = "prod"
EMULATOR = "an emulator"
# The first deploys, and those after the unit tests restore what it has made: nobody waits for it.
# The e2e tests share a shop, and the last of them look at which permissions all of them have used.
# What takes long in one process comes early, and the many short files fill the end.
ORDER = [E2E, UNIT, PIPELINES, APART, REST, LESSONS, LABS, PROD, EMULATOR]
ANY_SHOP = {
    "test_api_conformance.py",
    "test_api_malformed.py",
    "test_bench.py",
    "test_docs_by_hand.py",
    "test_environments.py",
}
"""The e2e tests that use no permission which others do not use, each file on any process's shop."""
SECOND_HALF = "07"
"""The number of the first lesson of the second half."""
ALONE = pytest.mark.alone
"""For tests that take long and share nothing with the others of their file."""


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in this hook, too
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Gives each test its group: one process runs it whole, and so on one emulator."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=lambda item: ORDER.index(_lane(item)))
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
        if isinstance(item, pytest.Function) and _may_be_first(item):
            item.fixturenames.insert(0, "shop")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fails where pytest-xdist keeps no groups together: each process would need each emulator."""
    if hasattr(session.config, "workerinput") and session.config.getvalue("loadgroup"):
        alone = [item.nodeid for item in session.items if "@" not in item.nodeid]
        if alone:
            raise pytest.UsageError(f"pytest-xdist keeps no groups together: {alone[0]}")


def _may_be_first(item: pytest.Function) -> bool:
    """Whether it would use an emulator before the shop is deployed there.

    A deployment is restored in seconds, but only where no service was used before. Otherwise
    Terraform takes a minute, while all other processes wait for it.
    """
    with_emulator = {"contract": "dynamodb" in item.name, "browser": "endpoint" in _fixtures(item)}
    own = item.config.stash[CHOICE].way in (HOST, CONTAINER)
    return with_emulator.get(_suite(item), False) and own and shutil.which("terraform") is not None


def _lane(item: pytest.Item) -> str:
    if item.path.name == "test_running.py":
        return LESSONS
    if item.path.name == "test_deploying_as_pipelines.py":
        return PIPELINES
    if "prod" in _fixtures(item):
        return PROD
    if {"endpoint", "shop"} & _fixtures(item):
        e2e = APART if item.path.name in ANY_SHOP else E2E
        return e2e if _suite(item) == "e2e" else EMULATOR
    return {"integration": LABS, "unit": UNIT}.get(_suite(item), REST)


def _group(item: pytest.Item) -> str:
    """The tests of a file share what they make. Each process has an emulator and a shop."""
    lane = _lane(item)
    if item.config.stash[CHOICE].way not in (HOST, CONTAINER) and lane not in (UNIT, REST, LABS):
        return EMULATOR  # all tests have the same one
    if lane == LESSONS and isinstance(item, pytest.Function):
        book: Any = item.callspec.params["book"]
        half = "second" if book.name >= SECOND_HALF else "first"
        return f"{item.originalname} {half}"  # backwards and in their order, halves on a lab each
    if lane in (E2E, PIPELINES, PROD):
        return lane
    if item.get_closest_marker(ALONE.name):
        return item.name.replace("[", " ").rstrip("]")  # a bracket ends a name of pytest-xdist's
    if lane == EMULATOR and _suite(item) == "browser":
        return str(item.path.parent)  # its files share a browser's belongings
    return f"{lane} {item.path}"


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def _suite(item: pytest.Item) -> str:
    return item.path.relative_to(paths.ROOT / "tests").parts[0]
