"""checkov finds nothing in the Terraform sources but what somebody has given a reason for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from lab.core import paths
from tests import scanners

pytestmark = pytest.mark.exhaustive

CONFIGURATION = paths.ROOT / ".checkov.yaml"
SKIP = re.compile(r"#checkov:skip=(\w+):?(.*)")
HOLE = """
resource "aws_s3_bucket_public_access_block" "open" {
  bucket                  = "somebodys"
  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
  restrict_public_buckets = false
}
"""


@pytest.fixture(scope="module")
def checkov() -> list[str]:
    return scanners.command("checkov==3.2.506", "checkov", "2026-03-02")


def scan(checkov: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*checkov, "--config-file", str(CONFIGURATION), "--directory", str(folder)]
    return subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)


def test_checkov_finds_nothing_that_has_no_reason(checkov: list[str]) -> None:
    ended = scan(checkov, paths.TERRAFORM)

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_checkov_would_find_a_hole(checkov: list[str], tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(HOLE)

    ended = scan(checkov, tmp_path)

    assert ended.returncode == 1
    assert "aws_s3_bucket_public_access_block.open" in ended.stdout


def test_every_skip_has_a_reason_beside_it() -> None:
    skips = [
        (file.parent.name, *found)
        for file in paths.TERRAFORM.rglob("*.tf")
        for found in SKIP.findall(file.read_text())
    ]

    assert skips
    assert [skip for skip in skips if len(skip[2].split()) < 4] == []
    assert "skip-check" not in CONFIGURATION.read_text()
