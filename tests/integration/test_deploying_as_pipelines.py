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
# The provider asks which key is AWS's own for DynamoDB, and goes on without an answer.
DONE_WITHOUT = ("kms:DescribeKey",)

WITH_ORDERS = "staging"
"""Where release.yml places orders before others get the new version."""

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def owner(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    """The owner of an account with a backend, and with the roles."""
    pipeline_roles.require_terraform()
    folder = tmp_path_factory.mktemp("pipelines")
    with plain_apply.somebody(endpoint, folder, pipeline_roles.ACCOUNT) as identity:
        pipeline_roles.make(identity, ENVIRONMENTS)
        yield identity


def test_every_environment_is_tried() -> None:
    assert environments() == sorted(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_is_applied_planned_and_destroyed_by_the_roles_of_the_pipelines(
    environment: str, owner: Identity, pytestconfig: pytest.Config
) -> None:
    deployer, planner = pipeline_roles.deploy_role(environment), pipeline_roles.plan_role()
    with pipeline_roles.recording(str(owner.endpoint)) as applying:
        with pipeline_roles.acting_as(owner, deployer) as identity:
            pipeline_roles.apply(identity, environment)
        with pipeline_roles.acting_as(owner, planner) as identity:
            changes = pipeline_roles.has_no_changes(identity, environment)
    if environment == WITH_ORDERS:
        pipeline_roles.publish_keys(owner, environment)
        with pipeline_roles.acting_as(owner, deployer) as identity:
            pipeline_roles.order(identity, environment)
    with (
        pipeline_roles.recording(str(owner.endpoint)) as destroying,
        pipeline_roles.acting_as(owner, deployer) as identity,
    ):
        pipeline_roles.destroy(identity, environment)

    own = [decision for decision in applying + destroying if decision["role"] == deployer]
    denied = {(one["action"], one["resource"]) for one in own if not one["allowed"]}
    assert not changes
    assert [one for one in sorted(denied) if one[0] not in DONE_WITHOUT] == []
    allowed = [decision for decision in own if decision["allowed"]]
    require_recorded(pipeline_roles.needed(allowed), environment, pytestconfig)


def require_recorded(found: dict[str, Any], environment: str, config: pytest.Config) -> None:
    """What was needed is what `lab promote` asks for and docs/aws-permissions.md lists."""
    file = permissions.FOLDER / f"{environment}.json"
    if config.getoption("--record-permissions"):
        file.write_text(json.dumps(found, indent=1) + "\n")
    recorded = json.loads(file.read_text())
    assert found.keys() == recorded.keys()
    for action, entry in found.items():
        assert set(entry["resources"]) <= set(recorded[action]["resources"]), action
