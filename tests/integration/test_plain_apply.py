"""The proof without an account: what customers do works after a plain `terraform apply`.

`make plain` runs the whole e2e suite that way. These files of it go through every part of the
checkout: the API, the workflow and its way back, stock, payments, events and permissions.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

import boto3
import pytest

from lab.core import naming, paths
from lab.core.target import Target
from tests import plain_apply

CORE = ("test_placing_orders", "test_events", "test_permissions")

PATIENCE = "--timeout=600"  # the first test applies everything, where others work too

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]


def test_the_core_of_the_e2e_suite_passes_after_a_plain_apply(endpoint: str) -> None:
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed")
    files = [f"tests/e2e/{name}.py" for name in CORE]

    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *files,
            "--plain",
            f"--emulator={endpoint}",
            "-q",
            PATIENCE,
        ],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-2_000:]
    assert Target().table("orders") in tables_of(plain_apply.ACCOUNT, endpoint)


def tables_of(account: str, endpoint: str) -> list[str]:
    session = boto3.Session(account, "test", region_name=naming.shop().region)
    names: list[str] = session.client("dynamodb", endpoint_url=endpoint).list_tables()["TableNames"]
    return names
