"""What the docs say to type for AWS's and HashiCorp's own programs works as they say it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import paths
from lab.deploy import package
from lab.deploy.terraform import provider
from tests.deployed_shop import DeployedShop

PAGES = ("docs/getting-started.md", "docs/docker.md")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"


def _blocks() -> list[tuple[str, str]]:
    """Every block of commands with tflocal in it, and its page."""
    return [
        (page, block)
        for page in PAGES
        for language, block in FENCED.findall((paths.ROOT / page).read_text())
        if not language and "tflocal" in block
    ]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what Terraform reads, because Terraform writes beside it."""
    root = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns(".terraform", "*_override.tf")
    shutil.copytree(paths.TERRAFORM, root / "terraform", ignore=ignored)
    definition = Path("functions/checkout_api/openapi.json")
    for source, name in ((paths.ROOT / definition, definition), (package.build(), ZIP)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, root / name)
    return root


ZIP = Path(".lab/build/functions.zip")


@pytest.mark.parametrize(("page", "block"), _blocks())
def test_the_commands_work_in_a_shell_with_nothing_else_set(
    shop: DeployedShop, checkout: Path, tmp_path: Path, page: str, block: str
) -> None:
    # Where this machine's provider comes from, as its user would have it.
    provider.cli_config(tmp_path)
    for written in tmp_path.glob("cli.tfrc"):
        shutil.copy(written, tmp_path / ".terraformrc")
    alone = {"HOME": str(tmp_path), "PATH": PROGRAMS, "LAB_HOME": str(tmp_path / "lab")}
    alone["AWS_ENDPOINT_URL"] = str(shop.target.endpoint)  # the docs' is on 4566
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=checkout,
        env=alone | {name: os.environ[name] for name in ("LAB_TF_MIRROR",) if name in os.environ},
        input="yes\n",
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"{page}:\n{block}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "products-dev" in done.stdout
