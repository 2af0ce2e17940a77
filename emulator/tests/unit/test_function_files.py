"""What is read after each invocation: the memory of a function, and its output."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localstack_host.host import linux_features
from localstack_host.services.lambda_.memory import Memory
from localstack_host.services.lambda_.monitoring.output import TRUNCATE_AT_BYTES, Output

MIB = 2**20
ONLY_LINUX = pytest.mark.skipif(not linux_features.available(), reason="reads /proc")
# Does what it is told, line by line, and answers when it is done.
FUNCTION = f"""
import subprocess, sys, threading
child = "held = b'.' * 64 * {MIB}; print(1, flush=True); input()"
started = []
def start():
    started.append(subprocess.Popen([sys.executable, "-c", child], stdin=-1, stdout=-1))
    started[-1].stdout.readline()
def start_and_stay():
    start()
    begun.set()
    threading.Event().wait()
def in_a_thread():
    threading.Thread(target=start_and_stay, daemon=True).start()
    begun.wait()
begun = threading.Event()
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""


@contextmanager
def running(above: int = 0) -> Iterator[subprocess.Popen[str]]:
    """The function; `above` shells wait for its end."""
    command = [sys.executable, "-c", FUNCTION]
    for _ in range(above):
        command = ["sh", "-c", '"$@"; exit $?', "sh", *command]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        try:
            yield process
        finally:
            process.communicate("[each.kill() for each in started]\n")


def opened() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"


@pytest.mark.parametrize("above", [0, 1])
@pytest.mark.parametrize("way", ["start()", "in_a_thread()"])
def test_programs_that_a_function_starts_count(above: int, way: str) -> None:
    with running(above) as process:
        tell(process, "pass")
        memory = Memory(process.pid, above)
        before = memory.measure()
        assert 2 * MIB < before < 60 * MIB
        assert memory.measure() == pytest.approx(before, rel=0.2)
        tell(process, way)
        assert memory.measure() > before + 64 * MIB


@ONLY_LINUX
def test_the_peak_counts_and_stays_when_the_function_has_ended() -> None:
    with running() as process:
        memory = Memory(process.pid, above=0)
        before = memory.measure()
        tell(process, f"held = b'.' * 64 * {MIB}; del held")
        peak = memory.measure()
        assert peak > before + 64 * MIB
    assert memory.measure() == peak


@ONLY_LINUX
def test_files_are_closed_with_what_has_opened_them(tmp_path: Path) -> None:
    before = opened()
    with running() as process:
        memory, output = Memory(process.pid, above=0), Output(tmp_path / "output")
        memory.measure()
        output.take()
    del memory, output
    assert opened() == before


def test_output_is_read_in_parts_that_end_with_a_line(tmp_path: Path) -> None:
    output = Output(tmp_path / "folder" / "output")
    assert output.take() == ""
    with output.path.open("ab", buffering=0) as written:
        written.write(b"one\ntw")
        assert output.take() == "one\ntw\n"
        written.write(b"o\n" + "ü".encode())
        assert output.take() == "o\nü\n"
        assert output.take() == ""


def test_a_long_output_is_read_whole_and_its_file_emptied(tmp_path: Path) -> None:
    output = Output(tmp_path / "output")
    text = b"0123456789abcde\n" * (TRUNCATE_AT_BYTES // 16 + 1)
    with output.path.open("ab", buffering=0) as written:
        written.write(text)
        assert output.take() == text.decode()
        assert output.path.stat().st_size == 0
        written.write(b"more\n")
        assert output.take() == "more\n"
    output.remove()
    assert not output.path.exists()
