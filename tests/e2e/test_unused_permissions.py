"""After all other tests here, because they use what is granted: nothing is granted in vain.

A grant that only a failure needs is used by the tests of failures. If one is listed here, either a
test is missing or the grant is too much.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.core.errors import LabError
from lab.shop import permissions
from lab.shop.permissions import Permissions
from tests.deployed_shop import DeployedShop
from tests.e2e.test_permissions import FUNCTION

HERE = Path(__file__)


@pytest.fixture
def found(request: pytest.FixtureRequest, shop: DeployedShop) -> Permissions:
    """What was used; skips where not all files of this folder were run in this session."""
    run = {item.path.name for item in request.session.items}
    missing = sorted(file.name for file in HERE.parent.glob("test_*.py") if file.name not in run)
    if missing:
        pytest.skip(f"Only the whole suite uses every permission; not run: {', '.join(missing)}")
    try:
        return permissions.look(shop.target)
    except LabError as error:
        pytest.skip(error.message)


def test_every_permission_is_used(found: Permissions) -> None:
    unused = [f"{r.role}: {g.action} on {g.resource}" for r in found.roles for g in r.unused]
    assert unused == []


def test_no_permission_has_a_wildcard_where_aws_lets_one_say_more(found: Permissions) -> None:
    wide = [f"{r.role}: {g.action} on {g.resource}" for r in found.roles for g in r.wide]
    assert wide == []


def test_nothing_was_refused_but_what_a_test_had_forbidden(
    shop: DeployedShop, found: Permissions
) -> None:
    expected = shop.target.named(FUNCTION)
    refused = [r for role in found.roles if role.role != expected for r in role.refused]
    assert refused == []
