"""Saving in this process and by a child, and what happens when it fails."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from localstack_host.state import contents, saver
from localstack_host.state.about import STATE, About
from localstack_host.state.gate import Gate
from localstack_host.state.saved_states import CURRENT, SavedStates
from localstack_host.state.saver import Saver


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the emulator holds, in place of its services."""
    state: dict[str, Any] = {"text": "first", "error": None}

    def write(folder: Path, _before: Path | None, collected: Any, _metrics: Any) -> None:
        if state["error"]:
            raise state["error"]
        (folder / STATE).write_text(f"{collected} by {os.getpid()}")
        About.of(folder, ()).write(folder)

    monkeypatch.setattr(contents, "loaded_services", list)
    monkeypatch.setattr(contents, "collect", lambda: state["text"])
    monkeypatch.setattr(contents, "write", write)
    monkeypatch.setattr(saver, "_locks", lambda: iter(()))
    return state


def written(states: SavedStates) -> str:
    folder = states.folder(CURRENT)
    return (folder / STATE).read_text() if folder else ""


@pytest.mark.parametrize("fork", [True, False])
def test_a_save_is_by_a_child_if_it_may_fork(
    held: dict[str, Any], tmp_path: Path, fork: bool
) -> None:
    states = SavedStates(tmp_path / "state")
    assert Saver(states, Gate(), fork=fork).save() == ""
    text, _, pid = written(states).partition(" by ")
    assert text == "first"
    assert (int(pid) == os.getpid()) is not fork


@pytest.mark.parametrize("fork", [True, False])
def test_a_full_disk_is_told_once_and_tried_again(
    held: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture, fork: bool
) -> None:
    states, gate = SavedStates(tmp_path / "state"), Gate()
    saving = Saver(states, gate, fork=fork)
    saving.save()
    held |= {"text": "second", "error": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))}
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            gate.written.clear()
            assert "No space left" in saving.save()
            assert gate.written.is_set()  # so that it is tried again
    assert len(caplog.records) == 1
    assert written(states).startswith("first")
    held["error"] = None
    assert saving.save() == ""
    assert written(states).startswith("second")


def test_a_child_that_dies_is_told(held: dict[str, Any], tmp_path: Path) -> None:
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
    held: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
