"""Both roles of the pipelines do their work, with their permissions enforced and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lab.deploy.account import Identity
from lab.deploy.account.settings import environments
from lab.go_live import permissions
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
    environment: str, owner: Identity, pytestconfig: pytest.Config
) -> None:
    deployer, planner = pipeline_roles.deploy_role(environment), pipeline_roles.plan_role()
    with pipeline_roles.recording(str(owner.endpoint)) as decisions:
        with pipeline_roles.acting_as(owner, deployer) as identity:
            pipeline_roles.apply(identity, environment)
        with pipeline_roles.acting_as(owner, planner) as identity:
            changes = pipeline_roles.has_no_changes(identity, environment)
        with pipeline_roles.acting_as(owner, deployer) as identity:
            pipeline_roles.destroy(identity, environment)

    assert not changes
    assert not [d for d in decisions if not d["allowed"] and d["role"] == deployer]
    own = [decision for decision in decisions if decision["role"] == deployer]
    require_recorded(pipeline_roles.needed(own), environment, pytestconfig)


def require_recorded(found: dict[str, Any], environment: str, config: pytest.Config) -> None:
    """What was needed is what `lab promote` asks for and docs/aws-permissions.md lists."""
    file = permissions.FOLDER / f"{environment}.json"
    if config.getoption("--record-permissions"):
        file.write_text(json.dumps(found, indent=1) + "\n")
    recorded = json.loads(file.read_text())
    assert found.keys() == recorded.keys()
    for action, entry in found.items():
        assert set(entry["resources"]) <= set(recorded[action]["resources"]), action
