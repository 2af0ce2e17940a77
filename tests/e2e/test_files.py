"""Orders, mails, logs and Terraform's files are for whoever runs the lab."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import paths
from lab.shop import mailbox
from tests.deployed_shop import DeployedShop, order_of
from tests.file_modes import modes, open_to_others

LAB = str(Path(sys.executable).with_name("lab"))


@pytest.mark.exhaustive
def test_after_a_deploy_and_an_order_no_file_can_be_read_by_others(
    shop: DeployedShop, pytestconfig: pytest.Config
) -> None:
    order = shop.buy(order_of(("TABLE-MUG-SAND", 1)))
    assert mailbox.wait_for(shop.target, order["orderId"])
    subprocess.run([LAB, "dashboard"], umask=0, check=True, capture_output=True)

    deployed_by_the_lab = not pytestconfig.getoption("--plain")
    assert len(modes(paths.home())) > (100 if deployed_by_the_lab else 1)
    assert open_to_others(paths.home()) == []
