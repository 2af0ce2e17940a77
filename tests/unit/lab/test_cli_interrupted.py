"""Ctrl-C is not lost where Python drops exceptions, and never ends in a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import pytest

from lab.__main__ import INTERRUPTED, interrupt_again

PATIENCE_S = 10
PRESSED = """
import signal, sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "lab.cli.app":
            {0}

sys.meta_path.insert(0, Pressed())
"""
PRESS = "signal.raise_signal(signal.SIGINT)"
PRESSED_WHILE_READING = PRESSED.format(PRESS) + "from lab.__main__ import main; main()"
PRESSED_WHILE_EXECUTING = PRESSED.format(f"exec({PRESS!r})")


class Thing:
    """Something to be forgotten."""


def test_a_dropped_ctrl_c_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "unraisablehook", interrupt_again)
    thing = Thing()
    seen = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    assert seen() is None  # the callback ran, and Python dropped what it raised
    with pytest.raises(KeyboardInterrupt):
        time.sleep(PATIENCE_S)


def test_other_dropped_exceptions_are_told_as_ever(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "unraisablehook", interrupt_again)
    thing = Thing()
    seen = weakref.ref(thing, lambda _: {}.pop(1))
    del thing
    assert seen() is None
    assert "KeyError" in capsys.readouterr().err


def test_while_the_commands_are_read_ctrl_c_ends_without_a_traceback() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PRESSED_WHILE_READING], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (INTERRUPTED, "", "")


def test_a_ctrl_c_while_a_dataclass_is_made_exits_as_any_other(tmp_path: Path) -> None:
    """Python would end `python -m` by the signal, after it was handled."""
    (tmp_path / "sitecustomize.py").write_text(PRESSED_WHILE_EXECUTING)
    ended = subprocess.run(
        [sys.executable, "-m", "lab", "orders"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (INTERRUPTED, "", "")
