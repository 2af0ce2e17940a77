"""The lab that the lessons run on: one for all of them, deployed before the first."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.lessons import scores, workshop
from tests.deployed_shop import DeployedShop


@pytest.fixture(scope="session")
def progress(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the checks that are passed here: they are no learner's."""
    return tmp_path_factory.mktemp("lessons") / "progress.json"


@pytest.fixture
def lab(shop: DeployedShop, progress: Path, monkeypatch: pytest.MonkeyPatch) -> DeployedShop:
    """The deployed shop. What is solved here is no learner's: neither progress nor sources."""
    monkeypatch.setenv(scores.PATH_VARIABLE, str(progress))
    monkeypatch.setenv(workshop.PATH_VARIABLE, str(progress.parent / "workshop"))
    return shop
