"""After all other tests here, because they use what is granted: nothing is granted in vain.

A grant that only a failure needs is used by the tests of failures. If one is listed here, either a
test is missing or the grant is too much. The tests that `make test` leaves to `make test-all` use
some, too: what was used in a run is remembered for the next one, in pytest's cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.core.errors import LabError
from lab.shop import permissions
from lab.shop.permissions import Permissions
from tests.deployed_shop import DeployedShop
from tests.e2e.test_permissions import FUNCTION
from tests.exhaustive import all_but

HERE = Path(__file__)
FILES = {file.name for file in HERE.parent.glob("test_*.py")}
RUN, USED = "checkout/e2e_files_run", "checkout/permissions_used"
Name = tuple[str, str, str]


@dataclass(frozen=True)
class Uses:
    """What was used of each role, in this run and in those before it."""

    found: Permissions
    used: frozenset[Name]

    @property
    def unused(self) -> list[Name]:
        return [name for name in _names(self.found, used=False) if name not in self.used]


def _names(found: Permissions, used: bool) -> list[Name]:
    grants = [(role.role, grant) for role in found.roles for grant in role.grants]
    return [(r, g.action, g.resource) for r, g in grants if bool(g.used) is used]


@pytest.fixture
def remembered(request: pytest.FixtureRequest, shop: DeployedShop) -> Uses:
    """What was used, with what is remembered; both are remembered from then on."""
    cache = request.config.cache
    assert cache
    try:
        found = permissions.look(shop.target)
    except LabError as error:
        pytest.skip(error.message)
    run = {item.path.name for item in request.session.items} | set(cache.get(RUN, []))
    used = set(_names(found, used=True)) | {tuple(name) for name in cache.get(USED, [])}
    cache.set(RUN, sorted(run & FILES))
    cache.set(USED, sorted(used))
    return Uses(found, frozenset(used))


@pytest.fixture
def uses(remembered: Uses, request: pytest.FixtureRequest) -> Uses:
    """The same; skips where a file of this folder has not been run yet."""
    assert request.config.cache
    if missing := sorted(FILES - set(request.config.cache.get(RUN, []))):
        pytest.skip(f"Others use permissions, too; not run yet: {', '.join(missing)}")
    return remembered


def test_most_permissions_are_used_by_the_tests_that_do_not_take_long(remembered: Uses) -> None:
    assert len(remembered.unused) < len(remembered.used)


@pytest.mark.exhaustive
def test_every_permission_is_used(uses: Uses) -> None:
    assert uses.unused == []


def test_no_permission_has_a_wildcard_where_aws_lets_one_say_more(remembered: Uses) -> None:
    wide = [f"{r.role}: {g.action} on {g.resource}" for r in remembered.found.roles for g in r.wide]
    assert wide == []


@pytest.mark.parametrize("run", all_but("make test".__eq__, ["make test", "make test-all"]))
def test_nothing_was_refused_but_what_a_test_had_forbidden(
    shop: DeployedShop, remembered: Uses, run: str
) -> None:
    """In each of the two runs."""
    expected = shop.target.named(FUNCTION)
    refused = [r for role in remembered.found.roles if role.role != expected for r in role.refused]
    assert refused == []
