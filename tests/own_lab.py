"""A lab of its own, for tests that start, stop and kill it as a user does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.core.target import Target
from tests.waiting import wait_for

INTERRUPTED = 130
PATIENCE_S = 240


@dataclass(frozen=True)
class Lab:
    """A lab of its own: a folder and a port, and `lab` as a user starts it."""

    home: Path
    port: int

    @property
    def target(self) -> Target:
        return Target("dev", f"http://localhost:{self.port}")

    @property
    def variables(self) -> dict[str, str]:
        """The environment of its commands."""
        own = {k: v for k, v in os.environ.items() if k != "AWS_ENDPOINT_URL"}
        return own | {"LAB_HOME": str(self.home)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `lab` in a process group of its own, as a terminal does."""
        return subprocess.Popen(
            [sys.executable, "-m", "lab", *arguments],
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> str:
        """Runs `lab` to its end, which must be a good one; returns what it said."""
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, said
        return said

    def answer(self, *arguments: str) -> Any:
        """Runs `lab` with --json to its end, which must be a good one; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "lab", *arguments, "--json"],
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def interrupt(self, *arguments: str, when: Callable[[], object]) -> str:
        """Runs `lab`, and presses Ctrl-C when something is so; returns what it said."""
        process = self.start(*arguments)
        wait_for(lambda: process.poll() is not None or when(), "it never came so far", PATIENCE_S)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == INTERRUPTED, f"{process.returncode}: {said}"
        assert "Stopped." in said
        assert "Traceback" not in said
        return said
