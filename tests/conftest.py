"""What a test session has one of: an emulator (in a plugin), and the checkout deployed there."""

from __future__ import annotations

import fcntl
import functools
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Powertools reads these when a logger is made, which is when the first of the suites is imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "unit")
os.environ.setdefault("POWERTOOLS_TRACE_DISABLED", "true")

import botocore.loaders
import botocore.session
import pytest

from lab import seed
from lab.core.target import Target
from lab.deploy import terraform
from lab.shop import shop_client
from tests import in_an_account, plain_apply
from tests.deployed_shop import DeployedShop

pytest_plugins = ["tests.emulator.plugin", "tests.exhaustive", "tests.lanes"]
UNREADABLE = ",[::1]"
ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000


class Once(list[str]):
    """A list that takes nothing twice."""

    def append(self, path: str) -> None:
        if path not in self:
            super().append(path)


@functools.cache
def shared_loader(search_path: str | None = None) -> Any:
    """What reads the descriptions of services, for all sessions of boto3.

    Each reads them anew otherwise, which was a third of the processor time of tests that make a
    session each, and tells its loader where boto3's own are.
    """
    loader: Any = botocore.loaders.create_loader(search_path)
    loader._search_paths = Once(loader.search_paths)
    return loader


botocore.session.create_loader = shared_loader


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--plain",
        action="store_true",
        help="deploy with plain `terraform apply`, in another account of the emulator",
    )
    parser.addoption(
        "--record-permissions",
        action="store_true",
        help="write what the pipelines' roles were asked for into lab/go_live/needed_permissions",
    )
    in_an_account.add_options(parser)


CACHE = pytest.StashKey[str]()
ENVIRONMENT = pytest.StashKey[str]()
"""Of `--aws`."""


def pytest_configure(config: pytest.Config) -> None:
    """Tests share a cache of deployments, and leave that of the user alone.

    A shell that runs us in the background ignores Ctrl-C, and so would all that tests start.
    """
    if environment := in_an_account.environment_of(config):
        config.stash[ENVIRONMENT] = environment
    if not hasattr(config, "workerinput"):  # workers have the variable from the first process
        config.stash[CACHE] = tempfile.mkdtemp(prefix="lab-tests-cache-")
        os.environ["LAB_CACHE"] = config.stash[CACHE]
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    if cache := config.stash.get(CACHE, ""):
        shutil.rmtree(cache, ignore_errors=True)


def pytest_collection_finish() -> None:
    """Collects garbage less often, and not among what the collection of tests has made.

    That took a quarter of the processor time of unit tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS)


def pytest_report_header(config: pytest.Config) -> str | None:
    environment = config.stash.get(ENVIRONMENT, "")
    return in_an_account.announcement(environment) if environment else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--aws` only what is bounded and cleans up after itself may run."""
    if config.stash.get(ENVIRONMENT, ""):
        bounded = [item for item in items if item.get_closest_marker("in_account")]
        config.hook.pytest_deselected(items=[item for item in items if item not in bounded])
        items[:] = bounded


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """LocalStack adds an address to no_proxy when a test imports it, which httpx cannot read."""
    for name in ("no_proxy", "NO_PROXY"):
        if name in os.environ:
            os.environ[name] = os.environ[name].replace(UNREADABLE, "")


@pytest.fixture(scope="session")
def shop(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[DeployedShop]:
    """The environment dev, deployed and stocked here; with `--aws` the one that is there."""
    environment = pytestconfig.stash.get(ENVIRONMENT, "")
    if environment:
        profile = pytestconfig.getoption("--profile-of")
        target = in_an_account.target_in_account(environment, profile)
        yield DeployedShop(target, shop_client.base_url(target))
    else:
        yield request.getfixturevalue("shop_here")


@pytest.fixture(scope="session")
def shop_here(
    endpoint: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeployedShop]:
    """The environment dev, deployed and stocked: by `lab deploy`, or plainly with `--plain`."""
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is not installed: the checkout cannot be deployed")
    if pytestconfig.getoption("--plain"):
        with plain_apply.somebody(endpoint, tmp_path_factory.mktemp("plain")) as identity:
            yield _stocked(plain_apply.apply(identity))
    else:
        target = Target("dev", endpoint)
        with _one_at_a_time():
            terraform.deploy(target, print, options=terraform.Options(cache=True))
        yield _stocked(target)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The first process of a session deploys with Terraform, the others what it has kept."""
    with (Path(os.environ["LAB_CACHE"]) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _stocked(target: Target) -> DeployedShop:
    seed.load(target)
    return DeployedShop(target, shop_client.base_url(target))
