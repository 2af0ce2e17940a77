"""The deployed checkout, a crowd of its customers, and the figures that the tests tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.crowd import Crowd
from tests.deployed_shop import DeployedShop

Tell = Callable[[str], None]
FIGURES = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def crowd(shop: DeployedShop) -> Iterator[Crowd]:
    """Customers of the deployed checkout."""
    with Crowd.outside(shop) as crowd:
        yield crowd


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Keeps a figure of the test for the end of the session's report."""
    figures = request.config.stash.setdefault(FIGURES, {})
    return lambda figure: figures.update({request.node.name: figure})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, figure in terminalreporter.config.stash.get(FIGURES, {}).items():
        terminalreporter.section(name)
        terminalreporter.write_line(figure)
