"""What a test session has one of: an emulator, and the checkout deployed there.

The emulator is the one that AWS_ENDPOINT_URL names, or the session's own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

from lab import api, seed, terraform
from lab.emulator import ports, process
from lab.emulator.reaper import REAPER
from lab.target import Target
from tests.deployed_shop import DeployedShop

VARIABLE = "AWS_ENDPOINT_URL"


def pytest_report_header() -> str:
    given = os.environ.get(VARIABLE)
    return f"emulator: {given or 'its own, started by the first test that needs it'}"


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The emulator's URL; programs that the tests start find it in their environment too."""
    if given := os.environ.get(VARIABLE):
        yield given
    else:
        yield from _own_emulator()


def _own_emulator() -> Iterator[str]:
    home = tempfile.mkdtemp(prefix="lab-tests-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_HOME", home)
        try:
            emulator = process.start(ports.any_free())
            REAPER.adopt(emulator.pid)  # it ends with this session, even if that is killed
            patch.setenv(VARIABLE, emulator.endpoint)
            yield emulator.endpoint
        finally:
            process.stop()
            shutil.rmtree(home)


@pytest.fixture(scope="session")
def shop(endpoint: str) -> DeployedShop:
    """The environment dev, deployed and stocked."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed: the checkout cannot be deployed")
    target = Target("dev", endpoint)
    terraform.deploy(target, print)
    seed.load(target)
    return DeployedShop(target, api.base_url(target))
