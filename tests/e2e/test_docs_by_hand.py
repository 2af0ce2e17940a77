"""What the pages say to type works as they say it, in a shell with nothing else set.

Which blocks these are, and why the others are not typed: tests/docs_commands.py.
"""

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
from tests import docs_commands
from tests.deployed_shop import DeployedShop, order_of

PROGRAMS = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
ZIP = Path(".lab/build/functions.zip")
# Fails with a line as it was typed. Nobody waits for what is there at once.
EACH_LINE = """trap 'echo "<failed: $BASH_COMMAND>"' ERR
sleep() { :; }
"""
LAB_ENV = 'eval "$(lab env)"\n'
FAILED = re.compile(r"<failed: (.*)>")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
MAY_FAIL = {"lab status", "lab alarms --ringing"}  # where an alarm rings; other tests' may

pytestmark = pytest.mark.timeout(900)  # some blocks deploy a whole environment


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what readers work in, because Terraform writes beside its sources."""
    root = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns(".terraform", "*_override.tf")
    shutil.copytree(paths.TERRAFORM, root / "terraform", ignore=ignored)
    definition = Path("functions/checkout_api/openapi.json")
    for source, name in ((paths.ROOT / definition, definition), (package.build(), ZIP)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, root / name)
    (root / "seed").symlink_to(paths.SEED)
    (root / ".venv").symlink_to(Path(sys.executable).parent.parent)
    return root


@pytest.fixture
def alone(shop: DeployedShop, tmp_path: Path) -> dict[str, str]:
    """The variables of a shell with nothing else set; the pages' emulator is on port 4566."""
    # Where this machine's provider comes from, as its user would have it.
    shutil.copy(provider.cli_config(tmp_path), tmp_path / ".terraformrc")
    browser = tmp_path / "bin" / "xdg-open"
    browser.parent.mkdir()
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    variables = {"HOME": str(tmp_path), "PATH": f"{browser.parent}:{PROGRAMS}"}
    variables |= {"LAB_HOME": str(tmp_path / "lab"), "AWS_ENDPOINT_URL": str(shop.target.endpoint)}
    return variables | {n: os.environ[n] for n in ("LAB_TF_MIRROR",) if n in os.environ}


def typed(text: str, where: Path, variables: dict[str, str], timeout_s: float = 600) -> str:
    """What a shell prints; no line of it may fail."""
    done = subprocess.run(
        ["bash", "-uo", "pipefail", "-c", EACH_LINE + text],
        cwd=where,
        env=variables,
        input="yes\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    failed = [line for line in FAILED.findall(done.stdout) if line not in MAY_FAIL]
    before = done.stdout.partition(f"<failed: {failed[0]}>")[0] if failed else ""
    assert not failed, f"{failed}\n{before[-6000:]}"
    return COLOURS.sub("", done.stdout)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("page", "first"), docs_commands.BY_HAND)
def test_terraform_and_aws_s_own_programs_meet_the_lab(
    checkout: Path, alone: dict[str, str], page: str, first: str
) -> None:
    said = typed(docs_commands.text_of(page, first), checkout, alone)
    assert "products-dev" in said
    # The line that fails is told only where it is the last of `… && …`.
    assert any(end in said for end in ("Apply complete!", "No changes.", "Plan: ")), said
    assert "Error:" not in said


@pytest.mark.exhaustive
def test_getting_started_works_from_the_first_line_to_the_last(
    shop: DeployedShop, checkout: Path, alone: dict[str, str]
) -> None:
    """In one shell, as a reader has one, who puts an order of theirs in place of `ord_…`."""
    blocks = [docs_commands.text_of(docs_commands.START, one) for one in docs_commands.TUTORIAL]
    here = alone | {"LAB_HOME": str(paths.home())}  # where this lab was deployed from
    order = shop.buy(order_of(("TEA-SENCHA-100", 1)))["orderId"]
    said = typed("".join(blocks).replace("ord_…", order), checkout, here)
    for told in ("CONFIRMED", "FAILED", '"sku":"TEA-SENCHA-100"', '"orderId"', "is deployed"):
        assert told in said.replace(": ", ":"), told


@pytest.mark.exhaustive
def test_the_runbook_s_commands_work(
    shop: DeployedShop, checkout: Path, alone: dict[str, str]
) -> None:
    """Each line once, on an order that has failed."""
    switch = {"fail": "GenerateOrder", "times": 10}
    order = shop.buy(order_of(("TEA-SENCHA-100", 1), simulate=switch))
    blocks = [b.text for b in docs_commands.blocks() if b.page == docs_commands.RUNBOOK]
    asking, *others = [text.replace("ord_…", order["orderId"]) for text in blocks]
    lines = dict.fromkeys(line for text in others for line in text.splitlines())
    text = LAB_ENV + asking.replace("ENV=prod", "ENV=dev") + "\n".join(lines) + "\n"
    said = typed(text, checkout, alone, timeout_s=600)
    assert order["orderId"] in said
    assert '"final": true' in said


@pytest.mark.exhaustive
@pytest.mark.parametrize(("page", "first"), docs_commands.ALONE)
def test_a_block_works_by_itself(
    checkout: Path, alone: dict[str, str], page: str, first: str
) -> None:
    text = docs_commands.text_of(page, first).replace("/ENV/", "/by-hand/")
    here = alone | {"LAB_HOME": str(paths.home())}  # whose processes the functions are
    typed(LAB_ENV + text + UNDONE.get(page, ""), checkout, here)


UNDONE = {
    "terraform/README.md": "AWS_REGION=us-east-2 terraform destroy -auto-approve\n",
}
"""What puts the shared emulator back."""
