"""The portable mode hides Linux's features, and the emulator's own code does without them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from localstack_host.host import linux_features

START = """
import os, select, signal, socket
from pathlib import Path
from localstack_host.host import linux_features, reaper
from localstack_host.services.lambda_ import memory
attempts = []
linux_features.hide(attempts.append)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is nothing to hide")


def run(program: str, module: str = "somebody") -> str:
    """Runs the program as a module of this name, in portable mode. Returns what it prints."""
    source = START + f"__name__ = {module!r}\n" + textwrap.dedent(program)
    variables = os.environ | {linux_features.SWITCH: "1"}
    ended = subprocess.run(
        [sys.executable, "-c", source], env=variables, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@pytest.mark.parametrize(
    "use",
    [
        "os.fork()",
        "os.forkpty()",
        "os.pidfd_open(os.getpid())",
        "os.unshare(0)",
        "signal.pidfd_send_signal(0, 0)",
        "select.epoll()",
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)",
        "open('/proc/self/status')",
        "open(b'/proc/self/status')",
        "Path('/proc/self/status').read_text()",
        "os.open('/proc/self/status', os.O_RDONLY)",
        "os.listdir('/proc')",
        "os.scandir('/proc/self/fd')",
    ],
)
def test_a_feature_of_linux_is_missing(use: str) -> None:
    program = f"""
    try:
        {use}
    except (OSError, AttributeError) as error:
        print(type(error).__name__)
    """
    assert run(program) in {"OSError", "AttributeError", "FileNotFoundError"}


def test_an_attempt_of_our_own_code_is_reported_also_if_it_is_suppressed() -> None:
    program = """
    try:
        open("/proc/self/status")
    except OSError:
        print(len(attempts), "localstack_host has used open" in attempts[0])
    """
    assert run(program, "localstack_host.somewhere") == "1 True"


def test_memory_and_descendants_are_still_found() -> None:
    program = """
    import subprocess
    child = subprocess.Popen(["sleep", "60"])
    assert child.pid in reaper.descendants(os.getpid())
    measured = memory.Memory(os.getpid(), above=0).measure()
    reaper.kill_descendants(os.getpid())
    print(measured > 2**20, child.wait(), attempts)
    """
    assert run(program) == "True -9 []"


def test_a_sequenced_packet_socket_is_all_that_sockets_lose() -> None:
    assert run("print(len(socket.socketpair()))") == "2"


def test_without_the_switch_linux_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(linux_features.SWITCH, raising=False)
    assert linux_features.available()
    monkeypatch.setenv(linux_features.SWITCH, "1")
    assert not linux_features.available()
