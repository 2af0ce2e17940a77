"""A real account, played by moto, and a folder with the environments dev and prod."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from lab.core import paths
from lab.deploy import account
from lab.deploy.account import Identity, backend
from lab.deploy.terraform import leftovers
from lab.deploy.terraform.inventory import LISTINGS
from tests.unit.lab.account.somebody import Terraforms

PARAMETERS = [listing for listing in LISTINGS if listing.service == "ssm"]
"""Of what may be left, the part that a test here leaves: moto does not know every service."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the environments dev and prod."""
    for name in ("dev", "prod"):
        (tmp_path / "terraform/environments" / name).mkdir(parents=True)
        (tmp_path / "terraform/environments" / name / "main.tf").touch()
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "TERRAFORM", tmp_path / "terraform")
    monkeypatch.setattr("lab.deploy.package.build", lambda: tmp_path / "functions.zip")
    return tmp_path / "terraform/environments"


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> Iterator[Identity]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(backend, "has_native_locks", lambda: True)
    monkeypatch.setattr(leftovers, "CHECKS", tuple(map(leftovers.by_name, PARAMETERS)))
    with mock_aws():
        yield account.identify()


@pytest.fixture
def terraforms() -> Terraforms:
    return Terraforms()
