"""Each module ends with clean books of the deployed checkout, and with no request refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate import audit
from lab.shop import permissions
from tests.deployed_shop import DeployedShop

FORBIDDEN = "cart-validator"
"""The function from which test_permissions.py takes a permission."""


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


@pytest.fixture(scope="module", autouse=True)
def nothing_refused(shop: DeployedShop, pytestconfig: pytest.Config) -> Iterator[None]:
    """Whatever the tests of a module did, no role was refused anything but what one had forbidden.

    Not every module runs on the shop that test_unused_permissions.py looks at. With `--aws` nobody
    records what is refused.
    """
    if pytestconfig.getoption("--aws"):
        yield
        return
    before = _refused(shop.target)
    yield
    assert dict(_refused(shop.target) - before) == {}


def _refused(target: Target) -> Counter[permissions.Refusal]:
    """How often each request of a role was refused; nothing where no permissions are enforced."""
    try:
        roles = permissions.look(target).roles
    except LabError:
        return Counter()
    refused = [
        one for role in roles if role.role != target.named(FORBIDDEN) for one in role.refused
    ]
    return Counter({replace(one, count=0): one.count for one in refused})
