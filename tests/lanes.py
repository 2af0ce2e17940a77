"""Where suites run side by side (`make test`): what shares an emulator stays together."""

from __future__ import annotations

from typing import Any

import pytest

from lab.core import paths
from tests.emulator.choice import CONTAINER, HOST
from tests.emulator.plugin import CHOICE

SHOP = "the shop"
LESSONS = "the lessons"
EMULATOR = "an emulator"
LABS = "labs of their own"
REST = "the rest"
SECOND_HALF = "07"
"""The number of the first lesson of the second half."""
UNIT = "unit tests"
# The first deploys, and those after the unit tests restore what it has made: nobody waits for it.
ORDER = [SHOP, UNIT, LESSONS, EMULATOR, LABS, REST]


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in this hook, too
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Gives each test its group: one process runs it whole, and so on one emulator."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=lambda item: ORDER.index(_lane(item)))
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fails where pytest-xdist keeps no groups together: each process would need each emulator."""
    if hasattr(session.config, "workerinput") and session.config.getvalue("loadgroup"):
        alone = [item.nodeid for item in session.items if "@" not in item.nodeid]
        if alone:
            raise pytest.UsageError(f"pytest-xdist keeps no groups together: {alone[0]}")


def _lane(item: pytest.Item) -> str:
    suite = _suite(item)
    if item.path.name == "test_running.py":
        return LESSONS
    if {"endpoint", "shop"} & set(getattr(item, "fixturenames", ())):
        return SHOP if suite in ("e2e", "chaos", "notebooks") else EMULATOR
    return {"integration": LABS, "unit": UNIT}.get(suite, REST)


def _group(item: pytest.Item) -> str:
    lane = _lane(item)
    if lane in (LABS, UNIT, REST):
        return str(item.path)
    if item.config.stash[CHOICE].way not in (HOST, CONTAINER):
        return SHOP  # all tests have the same emulator
    if lane == LESSONS and isinstance(item, pytest.Function):
        book: Any = item.callspec.params["book"]
        half = "second" if book.name >= SECOND_HALF else "first"
        return f"{item.originalname} {half}"  # backwards and in their order, halves on a lab each
    if lane == EMULATOR:
        return f"{lane} {_suite(item)}"  # the browser's tests take as long as the integration's
    return lane


def _suite(item: pytest.Item) -> str:
    return item.path.relative_to(paths.ROOT / "tests").parts[0]
