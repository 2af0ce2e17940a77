"""How the tests' own container is chosen, and what becomes of one whose session was killed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker.models.containers import Container
from testcontainers.core.docker_client import DockerClient

from lab.core import paths
from tests.docker.conftest import Stack
from tests.emulator import container

LONG_AGO = "1 1000000000"


@pytest.fixture
def contained(stack: Stack) -> Iterator[Callable[[str], Container]]:
    """Makes containers that say of themselves which session they are of."""
    made: list[Container] = []

    def make(session: str) -> Container:
        labels = {container.LABEL: session}
        made.append(DockerClient().client.containers.create(container.IMAGE, labels=labels))
        return made[-1]

    yield make
    for one in made:
        if _exists(one):
            one.remove()


def _exists(one: Container) -> bool:
    return any(one.id == other.id for other in DockerClient().client.containers.list(all=True))


def test_an_image_of_other_sources_is_outdated(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert container.is_up_to_date()
    shutil.copytree(paths.ROOT / "lab", tmp_path / "lab")
    shutil.copy(paths.ROOT / "uv.lock", tmp_path)
    shutil.copytree(paths.ROOT / "emulator" / "src", tmp_path / "emulator" / "src")
    shutil.copy(paths.ROOT / "emulator" / "uv.lock", tmp_path / "emulator")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert container.is_up_to_date()
    (tmp_path / "lab" / "new.py").touch()
    assert not container.is_up_to_date()
    assert "is outdated, `docker compose build` renews it" in str(container.obstacle())


def test_the_containers_of_dead_sessions_are_removed_and_no_others(
    contained: Callable[[str], Container],
) -> None:
    dead, alive = contained(LONG_AGO), contained(container.this_session())
    container.remove_left_over()
    assert not _exists(dead)
    assert _exists(alive)
