"""The program that ends children when their parent is gone."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator

import pytest

from localstack_host.host.reaper import Reaper
from tests.integration.waiting import wait_until_gone


@pytest.fixture
def children() -> Iterator[list[subprocess.Popen[bytes]]]:
    started = [subprocess.Popen(["sleep", "60"], start_new_session=True) for _ in range(2)]
    yield started
    for child in started:
        child.kill()
        child.wait()


def _end_of_the_parent(reaper: Reaper) -> None:
    """All that the program sees of its parent's end."""
    assert reaper._program is not None
    assert reaper._program.stdin is not None
    reaper._program.stdin.close()
    reaper._program.wait(timeout=10)


def test_adopted_groups_end_with_the_parent_and_released_ones_do_not(
    children: list[subprocess.Popen[bytes]],
) -> None:
    reaper = Reaper()
    for child in children:
        reaper.adopt(child.pid)
    reaper.release(children[1].pid)
    _end_of_the_parent(reaper)
    assert children[0].wait(timeout=10) == -signal.SIGKILL
    assert children[1].poll() is None


def test_a_reaper_that_was_killed_is_replaced_by_one_that_knows_as_much(
    children: list[subprocess.Popen[bytes]],
) -> None:
    reaper = Reaper()
    reaper.adopt(children[0].pid)
    assert reaper._program is not None
    reaper._program.kill()
    wait_until_gone([reaper._program.pid])
    reaper.adopt(children[1].pid)
    _end_of_the_parent(reaper)
    assert [child.wait(timeout=10) for child in children] == [-signal.SIGKILL] * 2
