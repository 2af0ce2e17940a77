"""`lab promote` in an account of the emulator: it finds its way, and changes nothing there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from lab.cli import app
from lab.deploy.account import BackendSettings, Identity
from tests import plain_apply

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def identity(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    """Somebody in an account of the emulator."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed")
    with plain_apply.somebody(endpoint, tmp_path_factory.mktemp("promotion")) as identity:
        yield identity


def promoted(capsys: pytest.CaptureFixture[str], environment: str) -> dict[str, Any]:
    assert app.run(["promote", environment, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return {step["name"]: step for step in found["steps"]} | found


def test_in_a_new_account_the_backend_comes_next(
    identity: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    found = promoted(capsys, "prod")

    assert plain_apply.ACCOUNT in found["account and region"]["facts"][0]
    assert found["quota: Lambda"]["state"] == "done"
    assert found["quota: DynamoDB"]["state"] == "not known"
    assert found["backend"]["state"] == "to do"
    assert found["next"] == "scripts/setup-backend.sh"
    assert found["plan"]["of"] == "an empty account"


def test_with_a_backend_it_plans_in_the_account_and_applies_nothing(
    identity: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    plain_apply.make_backend(identity, "staging")
    assert BackendSettings.of("staging")

    found = promoted(capsys, "staging")

    assert found["backend"]["state"] == "done"
    assert found["plan"]["of"] == f"account {plain_apply.ACCOUNT}"
    tables = next(group for group in found["plan"]["groups"] if group["name"] == "tables")
    assert (tables["create"], found["plan"]["lost"]) == (7, [])
    assert found["next"] == "scripts/deploy.sh staging apply"
    names = identity.client("dynamodb").list_tables()["TableNames"]
    assert not [name for name in names if name.endswith("-staging")]
