"""What the shop is built from is what was looked at when it was locked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lab.core import paths

PACKAGES: list[dict[str, Any]] = tomllib.loads((paths.ROOT / "uv.lock").read_text())["package"]
FETCHED = [package for package in PACKAGES if "registry" in package["source"]]
LOCKS = sorted(paths.TERRAFORM.glob("*/.terraform.lock.hcl")) + sorted(
    paths.TERRAFORM.glob("environments/*/.terraform.lock.hcl")
)


def test_every_package_is_pinned_by_its_hash() -> None:
    files = [
        file
        for package in FETCHED
        for file in [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
    ]

    assert files
    assert [file["url"] for file in files if not file.get("hash", "").startswith("sha256:")] == []


def test_nothing_comes_from_anywhere_but_the_package_index() -> None:
    elsewhere = [package["name"] for package in PACKAGES if package not in FETCHED]

    assert elsewhere == ["checkout-lab"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_the_terraform_provider_is_pinned_by_its_hash(lock: Path) -> None:
    text = lock.read_text()

    assert re.search(r'version\s+= "5\.\d+\.\d+"', text)
    assert len(re.findall(r'"(?:h1|zh):', text)) >= 2
