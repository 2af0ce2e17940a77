"""The one spawner of an emulator, which starts the one zygote process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from localstack_host.services.lambda_ import launching, variables

CALLERS = 8


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What was made in place of zygote processes, each taking its time."""
    zygotes: list[object] = []

    def make(_folder: object) -> Any:
        time.sleep(0.05)
        zygotes.append(object())
        return zygotes[-1]

    monkeypatch.setattr(launching, "Zygotes", make)
    monkeypatch.setattr(launching, "_runtime_folder", lambda: None)
    monkeypatch.setattr(launching, "fork_is_safe", lambda: True)
    launching._spawner.cache_clear()
    yield zygotes
    launching._spawner.cache_clear()


def test_functions_that_are_created_at_once_share_one_zygote(made: list[object]) -> None:
    ready = threading.Barrier(CALLERS)

    def create() -> object:
        ready.wait()
        return launching.spawner()

    with ThreadPoolExecutor(CALLERS) as pool:
        spawners = {id(s) for s in pool.map(lambda _: create(), range(CALLERS))}
    assert (len(spawners), len(made)) == (1, 1)


def test_an_interpreter_of_a_store_does_not_get_the_systems_c_library() -> None:
    usual = variables.search_paths("/usr/local")["LD_LIBRARY_PATH"]
    assert usual.startswith("/var/lang/lib:/lib64:/usr/lib64:/var/runtime:")
    of_a_store = variables.search_paths("/nix/store/0123-python3-3.13.1")["LD_LIBRARY_PATH"]
    assert of_a_store.startswith("/var/lang/lib:/var/runtime:")
