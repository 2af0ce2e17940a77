"""The emulator of the test session: `--emulator` chooses it, and the header says which and why."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from lab.core import ports
from lab.core.target import configured_endpoint
from lab.emulator import process
from tests.emulator import container
from tests.emulator.choice import CONTAINER, HOST, Choice, choose

VARIABLE = "AWS_ENDPOINT_URL"
CHOICE = pytest.StashKey[Choice]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--emulator",
        default="auto",
        metavar="auto|container|host|URL",
        help="what the tests run on. auto: AWS_ENDPOINT_URL if it is set, else a container where"
        " Docker runs and has the image of this checkout, else a process of this machine",
    )


def pytest_configure(config: pytest.Config) -> None:
    wanted = config.getoption("--emulator")
    try:
        choice = choose(wanted, configured_endpoint(), container.obstacle)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    if choice.way == CONTAINER and (missing := container.no_docker()):
        raise pytest.UsageError(f"--emulator=container: {missing}")
    config.stash[CHOICE] = choice


def pytest_report_header(config: pytest.Config) -> str:
    choice = config.stash[CHOICE]
    return f"emulator: {choice.way} ({choice.why})"


@pytest.fixture(scope="session")
def endpoint(pytestconfig: pytest.Config) -> Iterator[str]:
    """The emulator's URL; programs that the tests start find it in their environment too."""
    with pytest.MonkeyPatch.context() as patch, _running(pytestconfig.stash[CHOICE].way) as url:
        patch.setenv(VARIABLE, url)
        yield url


def _running(way: str) -> AbstractContextManager[str]:
    """The emulator's URL, with an emulator behind it for as long as the context lasts."""
    started = {HOST: _own_process, CONTAINER: _own_container}.get(way)
    return started() if started else nullcontext(way)


@contextmanager
def _own_process() -> Iterator[str]:
    with _home():
        try:
            # It ends with this session, even if that is killed.
            emulator = process.start(ports.any_free(), owner=os.getpid(), fresh=True)
            yield emulator.endpoint
        finally:
            process.stop()


@contextmanager
def _own_container() -> Iterator[str]:
    with _home() as home:
        container.bring_up_to_date(home)
        with container.running() as url:
            yield url


@contextmanager
def _home() -> Iterator[Path]:
    """A folder of its own for what the lab writes while the tests run."""
    home = Path(tempfile.mkdtemp(prefix="lab-tests-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_HOME", str(home))
        patch.delenv(VARIABLE, raising=False)
        yield home
    shutil.rmtree(home)
