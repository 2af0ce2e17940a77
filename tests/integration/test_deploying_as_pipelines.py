"""Both roles of the pipelines do their work, with their permissions enforced and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.deploy.account import Identity
from lab.deploy.account.settings import environments
from tests import pipeline_roles, plain_apply

ENVIRONMENTS = ["dev", "staging", "prod"]

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def owner(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    """The owner of an account with a backend, and with the roles."""
    pipeline_roles.require_terraform()
    folder = tmp_path_factory.mktemp("pipelines")
    with plain_apply.somebody(endpoint, folder) as identity:
        pipeline_roles.make(identity, ENVIRONMENTS)
        yield identity


def test_every_environment_is_tried() -> None:
    assert environments() == sorted(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_is_applied_planned_and_destroyed_by_the_roles_of_the_pipelines(
    environment: str, owner: Identity
) -> None:
    with pipeline_roles.acting_as(owner, pipeline_roles.deploy_role(environment)) as deployer:
        pipeline_roles.apply(deployer, environment)
    with pipeline_roles.acting_as(owner, pipeline_roles.plan_role()) as planner:
        changes = pipeline_roles.has_no_changes(planner, environment)
    with pipeline_roles.acting_as(owner, pipeline_roles.deploy_role(environment)) as deployer:
        pipeline_roles.destroy(deployer, environment)

    assert not changes
