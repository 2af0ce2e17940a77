"""The emulator in a container of the lab's own image, by testcontainers.

The stock image would need the Docker socket to run functions; ours runs them as processes.
"""

from __future__ import annotations

import io
import os
import socket
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from docker.errors import DockerException, ImageNotFound
from docker.models.containers import Container
from testcontainers.community.localstack import LocalStackContainer
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.utils import inside_container

from lab.core import naming, paths
from lab.emulator.container import PORT_INSIDE, Lab

IMAGE = os.environ.get("LAB_IMAGE", "checkout-lab:dev")
LABEL = "checkout-lab.tests"
BUILD = "docker compose build"
ANSWER_TIMEOUT_S = 10
SOURCES = ("uv.lock", "lab", "emulator/uv.lock", "emulator/src")


def no_docker() -> str | None:
    """Why no container can be started here, or None if one can."""
    try:
        facts = DockerClient(timeout=ANSWER_TIMEOUT_S).client.info()
    except DockerException:
        return "Docker does not run here"
    return None if _is_this_machine(facts["Name"]) else "Docker runs on another machine"


def obstacle() -> str | None:
    """Why no container can be had without building anything, or None if one can."""
    if missing := no_docker():
        return missing
    if not has_image():
        return f"there is no image {IMAGE}, `{BUILD}` makes it"
    return None if is_up_to_date() else f"the image {IMAGE} is outdated, `{BUILD}` renews it"


def _is_this_machine(name: str) -> bool:
    """Whether a port that Docker publishes on the loopback address is published on ours.

    In a container that was handed the socket of its host's Docker it is not.
    """
    local = os.environ.get("DOCKER_HOST", "unix:").startswith(("unix:", "npipe:"))
    return local and (not inside_container() or name == socket.gethostname())


def has_image() -> bool:
    try:
        DockerClient().client.images.get(IMAGE)
    except ImageNotFound:
        return False
    return True


def is_up_to_date() -> bool:
    """Whether the image has the libraries and the emulator of this checkout."""
    container = DockerClient().client.containers.create(IMAGE)
    try:
        return all(_same(container, name) for name in SOURCES)
    finally:
        container.remove()


def _same(container: Container, name: str) -> bool:
    chunks, _ = container.get_archive(f"/app/{name}")
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        held = {
            Path(member.name): content.read()
            for member in archive
            if (content := archive.extractfile(member))
        }
    folder = (paths.ROOT / name).parent
    return held == {file.relative_to(folder): file.read_bytes() for file in _files(name)}


def _files(name: str) -> list[Path]:
    found = [paths.ROOT / name, *(paths.ROOT / name).rglob("*")]
    return [file for file in found if file.is_file() and file.parent.name != "__pycache__"]


def bring_up_to_date(home: Path) -> None:
    """Builds the image unless it is that of this checkout. Raises LabError if that fails."""
    if not (has_image() and is_up_to_date()):
        Lab(None, home / "build.log").build()


@contextmanager
def running() -> Iterator[str]:
    """The URL of an emulator in a container, which ends with the context."""
    _configure()
    remove_left_over()
    with _container() as emulator:
        yield emulator.get_url()


def _configure() -> None:
    # Ryuk, which removes the containers of a killed session, is one more image to pull and needs
    # the Docker socket. Here the next session does it.
    testcontainers_config.ryuk_disabled = True
    # Where these tests themselves run in a container, its Docker runs there too (see `obstacle`).
    testcontainers_config.connection_mode_override = ConnectionMode.docker_host
    testcontainers_config.tc_host_override = "localhost"


def _container() -> LocalStackContainer:
    container = LocalStackContainer(IMAGE, region_name=naming.shop().region)
    container.ports[int(PORT_INSIDE)] = ("127.0.0.1",)  # any free port, of this machine only
    return container.with_kwargs(init=True, cap_drop=["ALL"], labels={LABEL: this_session()})


def this_session() -> str:
    return f"{os.getpid()} {psutil.Process().create_time():.0f}"


def remove_left_over() -> None:
    """Removes the containers of test sessions that were killed."""
    for container in DockerClient().client.containers.list(all=True, filters={"label": LABEL}):
        if not _lives(container.labels[LABEL]):
            container.remove(force=True, v=True)


def _lives(session: str) -> bool:
    pid, created = map(int, session.split())
    with suppress(psutil.NoSuchProcess):
        return abs(psutil.Process(pid).create_time() - created) < 2
    return False
