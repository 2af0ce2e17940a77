"""The books of the deployed checkout: each module ends with clean ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.operate import audit
from tests.deployed_shop import DeployedShop


@pytest.fixture(scope="module", autouse=True)
def clean_books(shop: DeployedShop, pytestconfig: pytest.Config) -> Iterator[None]:
    """Whatever the tests of a module did, every guarantee holds afterwards.

    With `--aws` others order meanwhile, and all their rows would be read.
    """
    yield
    if pytestconfig.getoption("--aws"):
        return
    report = audit.run(shop.target, settle_s=60)
    broken = [f"{finding.title}: {row}" for finding in report.findings for row in finding.broken]
    assert broken == []
    assert report.in_flight == 0
