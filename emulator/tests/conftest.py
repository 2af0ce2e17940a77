"""The emulator of the test session, and what LocalStack does to the process that imports it."""

from __future__ import annotations

import functools
import gc
import os
import signal
from typing import Any

import botocore.loaders
import botocore.session
import pytest
from hypothesis import settings
from localstack import config
from localstack.aws import spec

from localstack_host.performance import service_index

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

# The same examples every time, as long as the machine takes.
settings.register_profile("unit", max_examples=40, deadline=None, derandomize=True)
settings.load_profile("unit")


def pytest_sessionstart() -> None:
    """Reads the index of services as the emulator does, which made it at its first start.

    A process of tests makes it anew otherwise, when it imports the first of LocalStack's modules.
    """
    index = service_index.cached_at(spec._get_catalog_filename())
    if index.is_file():
        config.dirs.static_libs = str(index.parent)


def pytest_configure() -> None:
    """A shell that runs us in the background ignores Ctrl-C, and so would all that tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Collects garbage less often, and not among what the collection of tests has made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """LocalStack adds an address to no_proxy when a test imports it, which httpx cannot read."""
    for name in ("no_proxy", "NO_PROXY"):
        if name in os.environ:
            os.environ[name] = os.environ[name].replace(UNREADABLE, "")


@pytest.fixture(scope="session")
def endpoint(localstack: str) -> str:
    """The emulator's URL."""
    return localstack
