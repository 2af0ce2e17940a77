"""prod on the emulator, which several modules look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from lab import seed, terraform
from lab.target import Target
from lab.terraform import leftovers


@pytest.fixture(scope="session")
def prod(endpoint: str) -> Iterator[Target]:
    """Prod as its settings say, deployed and stocked; nothing of it is left afterwards."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed: prod cannot be deployed")
    target = Target("prod", endpoint)
    terraform.deploy(target, print)
    seed.load(target)
    yield target
    terraform.destroy(target, print)
    assert not leftovers.find(target)
