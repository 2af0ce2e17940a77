"""The deployed checkout, a crowd of its customers, and the figures that the tests tell."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from lab.emulator import dynamodb_settings
from tests.chaos.crowd import Crowd
from tests.deployed_shop import DeployedShop

Tell = Callable[[str], None]
FIGURE = "figure"
SETTINGS = os.environ.get("LAB_DYNAMODB", "").split()
"""Settings of DynamoDB for the suite, as `test_stale_reads_and_throttling.py` shows."""


@pytest.fixture(scope="session")
def crowd(shop: DeployedShop) -> Iterator[Crowd]:
    """Customers of the deployed checkout."""
    if SETTINGS:
        dynamodb_settings.change(shop.target, dynamodb_settings.parsed(SETTINGS))
    with Crowd.outside(shop) as crowd:
        yield crowd


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Keeps a figure of the test for the end of the session's report."""
    return lambda figure: record_property(FIGURE, figure)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, figure in report.user_properties:
            if name == FIGURE:
                terminalreporter.section(report.location[2])
                terminalreporter.write_line(str(figure))
