"""The lab that the lessons run on: one for all of them, deployed before the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.lessons import scores
from tests.deployed_shop import DeployedShop


@pytest.fixture(scope="session")
def lab(shop: DeployedShop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedShop]:
    """The deployed shop; checks that are passed here are no learner's."""
    progress: Path = tmp_path_factory.mktemp("lessons") / "progress.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(scores.ELSEWHERE, str(progress))
        yield shop
