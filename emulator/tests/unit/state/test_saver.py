"""Saving in this process and by a child, and what happens when it fails."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.stepfunctions.ended_executions import PackedHistory
from localstack_host.state import contents, pickling, saver
from localstack_host.state.about import STATE
from localstack_host.state.gate import Gate
from localstack_host.state.saved_states import CURRENT, SavedStates
from localstack_host.state.saver import Saver


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the emulator holds, in place of its services."""
    state: dict[str, Any] = {"text": "first", "error": None, "taking": lambda: None}

    def take() -> contents.Taken:
        state["taking"]()
        if state["error"]:
            raise state["error"]
        return contents.Taken((), [f"{state['text']} by ".encode(), f"{os.getpid()}".encode()])

    monkeypatch.setattr(contents, "loaded_services", list)
    monkeypatch.setattr(contents, "take", take)
    monkeypatch.setattr(saver, "_locks", lambda: iter(()))
    monkeypatch.setattr(saver, "ALONE_S", 10.0)  # however busy the machine is
    return state


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was saved is too large to be taken here."""
    monkeypatch.setattr(saver, "TAKEN_HERE_BYTES", -1)


def written(states: SavedStates) -> str:
    folder = states.folder(CURRENT)
    return (folder / STATE).read_text() if folder else ""


def saved_by(states: SavedStates) -> int:
    return int(written(states).partition(" by ")[2])


def test_a_small_state_is_taken_here(held: dict[str, Any], tmp_path: Path) -> None:
    states = SavedStates(tmp_path / "state")
    saving = Saver(states, Gate())
    for _ in range(2):
        assert saving.save() == ""
        assert written(states) == f"first by {os.getpid()}"


@pytest.mark.parametrize("fork", [True, False])
def test_a_large_state_is_taken_by_a_child_if_it_may_fork(
    held: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fork: bool
) -> None:
    states = SavedStates(tmp_path / "state")
    saving = Saver(states, Gate(), fork=fork)
    monkeypatch.setattr(saver, "TAKEN_HERE_BYTES", 100)
    by_here = []
    for text in ("first", 100 * "long", "short", "short"):
        held["text"] = text
        assert saving.save() == ""
        assert written(states).startswith(text)
        by_here.append(saved_by(states) == os.getpid())
    assert by_here == ([True, True, False, True] if fork else [True] * 4)


def test_what_cannot_be_taken_here_is_taken_by_a_child(
    held: dict[str, Any], tmp_path: Path
) -> None:
    parent = os.getpid()

    def change() -> None:
        if os.getpid() == parent:
            raise RuntimeError("dictionary changed size during iteration")

    states = SavedStates(tmp_path / "state")
    held["taking"] = change
    assert Saver(states, Gate()).save() == ""
    assert saved_by(states) != parent
    assert "changed size" in Saver(states, Gate(), fork=False).save()


def test_what_took_too_long_to_be_taken_here_is_taken_by_a_child(
    held: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saver, "ALONE_S", 0.02)
    held["taking"] = lambda: time.sleep(0.03)  # others run meanwhile
    states = SavedStates(tmp_path / "state")
    assert Saver(states, Gate()).save() == ""
    assert saved_by(states) != os.getpid()
    assert Saver(states, Gate(), fork=False).save() == ""
    assert saved_by(states) == os.getpid()


def test_beside_an_operation_that_goes_on_a_child_takes_the_state(
    held: dict[str, Any], tmp_path: Path
) -> None:
    states, gate = SavedStates(tmp_path / "state"), Gate()
    with gate.passing():
        assert Saver(states, gate).save() == ""
    assert saved_by(states) != os.getpid()
    assert Saver(states, gate).save() == ""
    assert saved_by(states) == os.getpid()


def test_no_other_thread_changes_what_is_taken(held: dict[str, Any], tmp_path: Path) -> None:
    counted, ended = [0], threading.Event()

    def count() -> None:
        while not ended.is_set():
            counted[0] += 1
            time.sleep(0)  # lets another thread run, as whatever waits for something does

    def watch() -> None:
        before, until = counted[0], time.monotonic() + 0.1
        while time.monotonic() < until:
            assert counted[0] == before

    held["taking"] = watch
    thread = threading.Thread(target=count)
    thread.start()
    try:
        interval_s = sys.getswitchinterval()
        assert Saver(SavedStates(tmp_path / "state"), Gate(), fork=False).save() == ""
        assert sys.getswitchinterval() == interval_s
    finally:
        ended.set()
        thread.join()


def test_no_other_thread_runs_while_objects_are_pickled() -> None:
    counted, ended = [0], threading.Event()

    def count() -> None:
        while not ended.is_set():
            counted[0] += 1

    histories = [PackedHistory.of([{"id": number}]) for number in range(200)]
    named = {f"{number}": SimpleNamespace(lock=threading.RLock()) for number in range(10_000)}
    thread = threading.Thread(target=count)
    thread.start()
    try:
        with saver._alone():
            before = counted[0]
            pickling.dump({"executions": histories, "stores": named, "blob": b"0" * 2**20})
            assert counted[0] == before
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize("by_child", [True, False])
def test_a_full_disk_is_told_once_and_tried_again(
    held: dict[str, Any],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    by_child: bool,
) -> None:
    if by_child:
        monkeypatch.setattr(saver, "TAKEN_HERE_BYTES", -1)
    states, gate = SavedStates(tmp_path / "state"), Gate()
    saving = Saver(states, gate)
    saving.save()
    held |= {"text": "second", "error": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))}
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            gate.written.clear()
            assert "No space left" in saving.save()
            assert gate.written.is_set()  # so that it is tried again
    assert len(caplog.records) == 1
    assert written(states).startswith("first")
    assert saving.problem
    since = datetime.fromisoformat(saving.problem["since"])
    assert timedelta(0) <= datetime.now(UTC) - since < timedelta(minutes=5)
    assert "No space left" in saving.problem["why"]
    held["error"] = None
    assert saving.save() == ""
    assert saving.problem is None
    assert written(states).startswith("second")
    assert (saved_by(states) != os.getpid()) is by_child


def test_a_child_that_dies_is_told(held: dict[str, Any], large: None, tmp_path: Path) -> None:
    class Killed(BaseException):
        """Ends the child at once."""

        def __str__(self) -> str:
            os.kill(os.getpid(), 9)
            return ""

    states = SavedStates(tmp_path / "state")
    held["error"] = Killed()
    assert "ended with -9" in Saver(states, Gate()).save()
    assert states.folder(CURRENT) is None


def test_a_child_whose_emulator_is_gone_changes_nothing(
    held: dict[str, Any], large: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = SavedStates(tmp_path / "state")
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert Saver(states, Gate()).save() == ""
    assert states.folder(CURRENT) is None
    assert not [path for path in states.root.iterdir() if path.is_dir()]


def test_nothing_written_is_not_saved_at_the_end(held: dict[str, Any], tmp_path: Path) -> None:
    states, gate = SavedStates(tmp_path / "state"), Gate()
    Saver(states, gate).stop()
    assert states.folder(CURRENT) is None
    gate.written.set()
    Saver(states, gate).stop()
    assert written(states).startswith("first")


@pytest.mark.parametrize(("took_s", "pause_s"), [(0.1, 1.6), (0.5, 1.2), (1.5, 0.75), (9, 0.75)])
def test_saves_are_so_close_that_two_seconds_are_lost_at_most(
    tmp_path: Path, took_s: float, pause_s: float
) -> None:
    saving = Saver(SavedStates(tmp_path), Gate())
    assert saving._pause_s(took_s) == pytest.approx(pause_s)
    assert Saver(SavedStates(tmp_path), Gate(), fork=False)._pause_s(took_s) == 60
