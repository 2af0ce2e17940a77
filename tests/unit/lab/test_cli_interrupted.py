"""Ctrl-C is not lost where Python drops exceptions, and never ends in a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import weakref

import pytest

from lab.__main__ import INTERRUPTED, interrupt_again

PATIENCE_S = 10
PRESSED_WHILE_READING = """
import signal, sys
from lab.__main__ import main

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "lab.cli.app":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Pressed())
main()
"""


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
