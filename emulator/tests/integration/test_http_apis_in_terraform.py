"""Terraform makes, changes and removes HTTP APIs, and its second plan is empty each time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration import provider_mirror
from tests.integration.conftest import Cloud

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.skipif(not shutil.which("terraform"), reason="Terraform is not installed"),
]
MODULE = Path(__file__).with_name("http_apis.tf")
NOTHING_TO_CHANGE = 0
TIMEOUT_S = 240
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-2"}
Run = Callable[..., int]


@pytest.fixture
def terraform(endpoint: str, tmp_path: Path) -> Run:
    """Runs Terraform in a folder of its own, and returns its code."""
    shutil.copy(MODULE, tmp_path)
    variables = {**os.environ, **KEYS, "AWS_ENDPOINT_URL": endpoint}
    variables |= {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
    variables |= provider_mirror.variables(tmp_path)

    def run(*arguments: str, code: int = 0) -> int:
        ended = subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=TIMEOUT_S,
        )  # fmt: skip
        assert ended.returncode == code, ended.stdout[-3000:] + ended.stderr[-3000:]
        return ended.returncode

    return run


def test_every_setting_is_made_changed_and_taken_away(cloud: Cloud, terraform: Run) -> None:
    before = cloud.client("apigatewayv2").get_apis()["Items"]
    terraform("init")
    for step in (1, 2, 3, 1):
        chosen = f"-var=step={step}"
        terraform("apply", "-auto-approve", chosen)
        terraform("plan", "-detailed-exitcode", chosen, code=NOTHING_TO_CHANGE)
    terraform("destroy", "-auto-approve", "-var=step=1")
    assert cloud.client("apigatewayv2").get_apis()["Items"] == before
