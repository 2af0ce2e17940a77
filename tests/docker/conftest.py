"""The whole lab in containers, as `docker compose up` starts it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.core import paths, ports
from lab.core.target import Target
from lab.shop import shop_client
from tests.deployed_shop import DeployedShop
from tests.emulator import container

TOKEN = "a-token-of-the-tests"
PATIENCE_S = 580


@dataclass(frozen=True)
class Stack:
    """A Compose project of the tests' own, on ports of its own."""

    project: str
    variables: dict[str, str]

    def compose(
        self, *arguments: str, file: str = "docker-compose.yml"
    ) -> subprocess.CompletedProcess[str]:
        """Runs `docker compose`; its output holds what containers and Compose itself said."""
        return subprocess.run(
            ["docker", "compose", "--file", str(paths.ROOT / file), *arguments],
            env=os.environ | self.variables | {"COMPOSE_PROJECT_NAME": self.project},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
        )

    def remove(self) -> None:
        """Takes everything down, and whatever was stored with it."""
        self.compose("down", "--volumes", "--remove-orphans")

    def inside(self, service: str, *command: str) -> str:
        """What a command prints in a running container; it must succeed."""
        done = self.compose("exec", "-T", service, *command)
        assert done.returncode == 0, done.stdout
        return done.stdout.strip()

    def left(self, kind: str) -> list[str]:
        """The containers, volumes or networks of the project, by the command that lists them."""
        every = ["--all"] if kind == "ps" else []
        mine = ["--quiet", "--filter", f"label=com.docker.compose.project={self.project}"]
        command = ["docker", *kind.split(), *every, *mine]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    def url(self, variable: str) -> str:
        return f"http://localhost:{self.variables[variable]}"

    @property
    def shop(self) -> DeployedShop:
        """The checkout as a customer on the host sees it."""
        target = Target("dev", self.url("LOCALSTACK_PORT"))
        return DeployedShop(target, shop_client.base_url(target))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Nothing runs yet; whatever there is at the end is removed."""
    if missing := container.obstacle():
        pytest.skip(missing)
    stack = Stack("checkout-lab-test", _variables(tmp_path_factory.mktemp("lab")))
    stack.remove()  # what a killed session has left
    yield stack
    stack.remove()


def _variables(folder: Path) -> dict[str, str]:
    return {
        "LOCALSTACK_PORT": str(ports.any_free()),
        "NOTEBOOKS_PORT": str(ports.any_free()),
        "SHOP_PORT": str(ports.any_free()),
        "JUPYTER_TOKEN": TOKEN,
        "LAB_HOME": str(folder),
    }


@pytest.fixture(scope="session")
def everything(stack: Stack) -> Stack:
    """The stack after `docker compose up`."""
    done = stack.compose("up", "--detach")
    assert done.returncode == 0, done.stdout + stack.compose("logs", "deploy").stdout
    return stack
