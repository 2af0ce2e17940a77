"""Stopping an emulator, whatever the disk is like."""

from __future__ import annotations

import errno
from typing import Any

import psutil
import pytest

from localstack_host.host import process, process_tree, run_state
from localstack_host.host.run_state import Record


@pytest.mark.parametrize("full", [False, True])
def test_an_emulator_is_marked_before_it_is_ended_and_ends_on_a_full_disk_too(
    monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    done: list[Any] = []
    this = psutil.Process()
    record = Record(
        this.pid, this.create_time(), 4566, "http://localhost:4566", "2026-11-29T10:00Z"
    )

    def save(marked: Record) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        done.append(marked.stopping)

    monkeypatch.setattr(run_state, "running", lambda: record)
    monkeypatch.setattr(run_state, "save", save)
    monkeypatch.setattr(process, "keeps_state", lambda: False)
    monkeypatch.setattr(process, "_clean_up", lambda: done.append("cleaned up"))
    monkeypatch.setattr(process_tree, "end", lambda ended: done.append(ended.pid))

    assert process._stop().stopped
    assert done == [*([] if full else [True]), this.pid, "cleaned up"]
