"""Long work ends when what it waits for has ended, and says so; Ctrl-C says what it left."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import typer
import watchfiles
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from lab.cli import app
from lab.cli.commands.interrupted import LEFT
from lab.core import error_messages, invocation, paths, preconditions, run_state, watchdog
from lab.core.errors import LabError
from lab.deploy.terraform import json_log, runner

PATIENCE_S = 20.0
Usage = namedtuple("Usage", "total used free")
NO_SPACE = "There is no space left"


@cache
def commands() -> dict[str, click.Command]:
    """Every command of `lab` by its name, those of a group with the group's name before them."""
    top = typer.main.get_command(app.app)
    assert isinstance(top, click.Group)
    found = dict[str, click.Command]()
    for name, command in top.commands.items():
        inner = command.commands if isinstance(command, click.Group) else {}
        found |= {f"{name} {part}": one for part, one in inner.items()} or {name: command}
    return found


NAMES = sorted(commands())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(watchdog, "EVERY_S", 0.02)
    yield tmp_path / "home"
    invocation.begin()


@pytest.fixture
def emulator() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is recorded as the emulator."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        created = run_state.psutil.Process(process.pid).create_time()
        at = "http://localhost:4566"
        run_state.save(run_state.Record(process.pid, created, 4566, at, "2026-11-26T10:00:00Z"))
        yield process
        process.kill()


def wait_in(command: str, monkeypatch: pytest.MonkeyPatch, wait: Callable[[], object]) -> None:
    """Lets a command wait in some way, with the emulator that is recorded."""

    def work(*_: object) -> Any:
        watchdog.emulator("http://localhost:4566")
        wait()
        raise AssertionError("the wait came to its end")

    monkeypatch.setattr("lab.cli.commands.common._answering", lambda target: target)
    monkeypatch.setattr(command, work)


def for_ever_in_a_library() -> None:
    silent, _other = socket.socketpair()
    silent.settimeout(PATIENCE_S)
    silent.recv(1)


def for_a_child() -> None:
    subprocess.run([sys.executable, "-c", f"import time; time.sleep({PATIENCE_S})"], check=True)


def for_a_thread() -> None:
    threading.Event().wait(PATIENCE_S)


def for_changes_of_files() -> None:
    for _ in watchfiles.watch(paths.home()):
        pass


def where_errors_are_caught() -> None:
    while True:
        try:
            time.sleep(PATIENCE_S)
        except Exception:  # what many a loop does
            continue


@pytest.mark.parametrize(
    "wait",
    [
        for_ever_in_a_library,
        for_a_child,
        for_a_thread,
        for_changes_of_files,
        where_errors_are_caught,
    ],
)
def test_no_wait_goes_on_when_the_emulator_has_ended(
    wait: Callable[[], object],
    emulator: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wait_in("lab.shop.orders.newest", monkeypatch, wait)
    threading.Timer(0.1, emulator.kill).start()
    threading.Thread(target=emulator.wait, daemon=True).start()
    began = time.monotonic()

    assert app.run(["orders"]) == 1

    said = capsys.readouterr().err
    assert time.monotonic() - began < PATIENCE_S / 2
    assert f"(pid {emulator.pid}) has ended" in said
    for words in ("emulator.log", "`lab up` starts it as it was"):
        assert words in said


def test_one_that_another_lab_started_is_missed_when_its_port_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        life = preconditions.Life.of(f"http://127.0.0.1:{server.getsockname()[1]}")
        assert life.ended() is None
    assert life.ended() is None  # once may be chance
    assert "has ended" in str(life.ended())


def test_what_is_not_needed_any_more_may_end(
    emulator: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_it() -> None:
        watchdog.no_emulator()
        emulator.kill()
        emulator.wait()
        time.sleep(20 * watchdog.EVERY_S)

    wait_in("lab.shop.orders.newest", monkeypatch, stop_it)

    assert app.run(["orders"]) == 1
    assert watchdog.WATCHDOG.found is None


def test_a_disk_that_fills_up_ends_the_work_with_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    free = iter([10**9, 10**9, 10**9, 10**9])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, next(free, 12_345)))

    def fill(*_: object) -> None:
        watchdog.space("a list")
        for_a_thread()

    monkeypatch.setattr("lab.cli.commands.common._answering", lambda target: target)
    monkeypatch.setattr("lab.shop.orders.newest", fill)

    assert app.run(["orders"]) == 1
    assert NO_SPACE in capsys.readouterr().err


def test_a_program_whose_work_cannot_end_is_stopped_at_once(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(2, signal.SIG_IGN); time.sleep(60)"
    with (tmp_path / "lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "CHECK_INTERVAL_S", 0.1)
        patch.setattr(runner, "ABORT_TIMEOUT_S", 0.1)
        place = runner.Place(tmp_path, dict(os.environ), tmp_path / "log", (lock.fileno(),))
        began = time.monotonic()
        with pytest.raises(LabError, match="gone"):
            runner.run(
                [sys.executable, "-c", deaf], place, print, find_failure=lambda: LabError("gone")
            )
    assert time.monotonic() - began < PATIENCE_S


@pytest.mark.parametrize(
    ("code", "failure", "raised"),
    [(1, LabError("the disk is full"), True), (1, None, False), (0, LabError("unasked"), False)],
)
def test_a_program_that_failed_without_a_word_is_explained(
    code: int, failure: LabError | None, raised: bool, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", f"raise SystemExit({code})"]
    with (tmp_path / "lock").open("w") as lock:
        place = runner.Place(tmp_path, dict(os.environ), tmp_path / "log", (lock.fileno(),))
        with pytest.raises(LabError, match="the disk is full") if raised else nullcontext():
            assert runner.run(command, place, print, find_failure=lambda: failure).code == code


@pytest.mark.parametrize("command", [["up"], ["deploy"], ["backup"], ["restore"], ["demo"]])
def test_work_is_not_begun_without_room_for_it(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lab.cli.commands.common._answering", lambda target: target)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 12_600_000))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    assert app.run(command) == 1

    said = capsys.readouterr().err
    assert "not enough space" in said
    assert "12.6 MB are free" in said


def s3_refuses() -> Exception:
    said = {"Code": "InternalError", "Message": "exception: [Errno 28] No space left on device"}
    return ClientError({"Error": said}, "PutObject")


def sqlite_is_full() -> Exception:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize(
    "error",
    [s3_refuses(), sqlite_is_full(), OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x", "f")],
    ids=["S3", "SQLite", "a file", "a quota"],
)
def test_a_full_disk_is_named_whoever_met_it(error: Exception) -> None:
    assert error_messages.explain(error).message.startswith(NO_SPACE)


def test_a_full_disk_is_named_when_terraform_met_it() -> None:
    said = json_log.failed("apply", [], ["Failed to save state: no space left on device"])
    assert said.message.startswith(NO_SPACE)
    assert "continues where it stopped" not in said.hint


FAILURES: list[Exception] = [
    httpx.ReadTimeout("slow"),
    ReadTimeoutError(endpoint_url="http://localhost:4566/"),
    ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "x"}}, "Scan"),
    ClientError({"Error": {"Code": "InternalError", "Message": "x"}}, "Scan"),
    EndpointConnectionError(endpoint_url="http://localhost:4566/"),
    httpx.ConnectError("refused"),
    ZeroDivisionError("surprise"),
    OSError(errno.ENOSPC, "x"),
]


@pytest.mark.parametrize("name", NAMES)
def test_no_advice_is_the_command_that_failed(name: str) -> None:
    invocation.begin(name)
    for failure in FAILURES:
        said = error_messages.explain(failure)
        assert said.hint
        if name != "up":  # it does not ask an emulator, so it never finds that there is none
            assert f"`lab {name}" not in said.hint, failure


@pytest.mark.parametrize("name", NAMES)
def test_ctrl_c_says_what_each_command_left(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(typer.core.TyperCommand, "invoke", press, raising=False)
    filled = {"release rollback": ["dev", "x"], "terraform": ["dev", "plan"]}
    filled |= {"save": ["x"], "load": ["x"]}
    filled |= {"snapshots describe": ["x"], "snapshots remove": ["x"]}
    filled |= {"snapshots export": ["x", "y"], "snapshots import": [__file__]}
    more = filled.get(name, {"logs": ["x"], "trace": ["ord_1"], "promote": ["dev"]}.get(name, []))
    more = ["--customer", "ada"] if name == "token" else more

    assert app.run([*name.split(), *more]) == 130

    said = capsys.readouterr()
    assert (said.out, said.err.splitlines()[-2:]) == (
        "",
        ["✘ Stopped.", f"  → {LEFT[name]}"],
    )


def test_ctrl_c_after_a_start_says_that_the_emulator_runs(
    emulator: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def press(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lab.emulator.process.start", press)

    assert app.run(["up"]) == 130
    assert "runs at http://localhost:4566: `lab down`" in capsys.readouterr().err
    emulator.kill()
    emulator.wait()
    assert app.run(["up"]) == 130
    assert LEFT["up"] in capsys.readouterr().err


def test_ctrl_c_says_what_the_work_had_come_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press(*_: object) -> None:
        invocation.leaves("staging is half restored: `lab restore staging x`")
        raise KeyboardInterrupt

    monkeypatch.setattr("lab.cli.commands.common._answering", lambda target: target)
    monkeypatch.setattr("lab.shop.orders.newest", press)

    assert app.run(["orders", "--env", "staging"]) == 130
    assert "half restored: `lab restore staging x`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "options", "text", "told"),
    [
        ("staging", "", "Use `lab deploy`.", "Use `lab deploy --env staging`."),
        ("staging", "", "Use `lab deploy staging`.", "Use `lab deploy staging`."),
        ("dev", "", "`lab up`, `lab deploy`", "`lab up`, `lab deploy`"),
        ("prod", "--aws", "`lab logs sweeper`", "`lab --aws logs sweeper --env prod`"),
        ("", "", "`lab deploy`", "`lab deploy`"),
    ],
)
def test_advice_is_for_the_environment_in_which_the_command_works(
    environment: str, options: str, text: str, told: str
) -> None:
    invocation.begin("orders", options)
    invocation.works_in(environment)

    assert invocation.advice(text) == told
