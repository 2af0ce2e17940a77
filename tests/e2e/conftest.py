"""The deployed checkout, once for all tests; each module ends with clean books."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from lab import api, audit, seed, terraform
from lab.target import Target
from tests.e2e.shop import Shop


@pytest.fixture(scope="session")
def shop(endpoint: str) -> Shop:
    """The environment dev, deployed and stocked."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed: the checkout cannot be deployed")
    target = Target("dev", endpoint)
    terraform.deploy(target, print)
    seed.load(target)
    return Shop(target, api.base_url(target))


@pytest.fixture(scope="module", autouse=True)
def clean_books(shop: Shop) -> Iterator[None]:
    """Whatever the tests of a module did, every guarantee holds afterwards."""
    yield
    report = audit.run(shop.target, settle_s=60)
    broken = [f"{finding.title}: {row}" for finding in report.findings for row in finding.broken]
    assert broken == []
    assert report.in_flight == 0
