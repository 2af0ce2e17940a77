"""prod on the emulator, which several modules look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from lab import seed
from lab.core.target import Target
from lab.deploy import terraform
from lab.deploy.terraform import emulator_overrides, leftovers

SIMULATED = "-var=payment_gateway=simulated"


@pytest.fixture(scope="session")
def prod(endpoint: str) -> Iterator[Target]:
    """Prod as its settings say, deployed and stocked; nothing of it is left afterwards.

    But for one thing: it ships without a payment gateway, and here it has the simulated one.
    """
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed: prod cannot be deployed")
    target = Target("prod", endpoint)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emulator_overrides, "VARIABLES", [*emulator_overrides.VARIABLES, SIMULATED])
        terraform.deploy(target, print)
        seed.load(target)
        yield target
        terraform.destroy(target, print)
    assert not leftovers.find(target)
