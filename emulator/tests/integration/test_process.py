"""Starting and stopping the emulator, and what is left afterwards: nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from localstack_host.host import environment, ports, process, run_state
from localstack_host.host.errors import HostError
from localstack_host.host.process import Emulator
from localstack_host.host.run_state import Record
from tests.integration.conftest import Cloud
from tests.integration.test_lambda_failures import START_A_CHILD
from tests.integration.waiting import is_alive, wait_for, wait_until_gone

# It has 171 then. The descriptions of all services were 320 more, EC2's machines 50.
MOST_MB = 205.0


def _record_of(pid: int, created: float) -> Record:
    return Record(pid, created, 4999, "http://localhost:4999", "2026-01-01T00:00:00+00:00", "moto")


def _busy_family(emulator: Emulator) -> list[int]:
    """The emulator's processes while a function, and what it started, is running."""
    cloud = Cloud(emulator.endpoint)
    name = cloud.function(START_A_CHILD)
    cloud.invoke(name)
    function_pids = cloud.processes(name)
    children = psutil.Process(emulator.pid).children(recursive=True)
    family = {emulator.pid, *function_pids, *(child.pid for child in children)}
    assert all(map(is_alive, family))
    return sorted(family)


def test_it_starts_once_and_its_status_says_where(own: Emulator) -> None:
    again = process.start()
    assert not own.already_running
    assert again.already_running
    assert (again.pid, again.port) == (own.pid, own.port)
    status = process.status()
    assert status.running
    assert status.healthy
    assert (status.pid, status.endpoint) == (own.pid, own.endpoint)
    assert status.memory_mb is not None
    assert status.memory_mb > 50
    with pytest.raises(HostError, match=f"already running on port {own.port}"):
        process.start(own.port + 1)


@pytest.mark.exhaustive
def test_in_a_new_home_it_reads_nothing_that_it_does_not_need(own: Emulator) -> None:
    """It makes the index of all services then, and with Systems Manager comes moto's EC2."""
    Cloud(own.endpoint).client("ssm").describe_parameters()
    memory_mb = process.status().memory_mb
    assert memory_mb is not None
    assert memory_mb < MOST_MB


def test_stopping_leaves_no_process_and_no_state(own: Emulator, home: Path) -> None:
    family = _busy_family(own)
    assert process.stop()
    assert not any(map(is_alive, family))
    assert not environment.state_folder().exists()
    assert not (home / "emulator.json").exists()
    assert not process.stop()
    assert not process.status().running


def test_killing_the_emulator_leaves_no_process(own: Emulator) -> None:
    family = _busy_family(own)
    os.kill(own.pid, signal.SIGKILL)
    wait_until_gone(family)
    assert not process.status().running


@pytest.mark.exhaustive
def test_a_start_after_a_kill_works_on_the_same_port(own: Emulator) -> None:
    os.kill(own.pid, signal.SIGKILL)
    wait_until_gone([own.pid])
    again = process.start(own.port)
    assert not again.already_running
    assert process.status().healthy


def test_a_pid_that_ended_long_ago_is_not_the_emulator(home: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    created = psutil.Process(ended.pid).create_time()
    ended.wait()
    run_state.save(_record_of(ended.pid, created))
    assert not process.status().running
    assert not process.stop()


def test_a_pid_that_another_process_has_now_is_left_alone(home: Path) -> None:
    other = subprocess.Popen(["sleep", "60"])
    try:
        run_state.save(_record_of(other.pid, created=1.0))
        assert not process.status().running
        assert not process.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_damaged_record_is_no_record(home: Path) -> None:
    (home / "emulator.json").write_text('{"pid": 1')
    assert not process.status().running
    assert not process.stop()


DAMAGES = (None, "", "{", "[]", '{"pid": 1}', "FOLDER", "ANOTHER PROCESS")


@pytest.mark.exhaustive
def test_an_emulator_whose_record_is_lost_or_damaged_is_found_again(
    own: Emulator, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in DAMAGES:
        damage(home / "emulator.json", content)
        assert process.status().healthy, content
        damage(home / "emulator.json", content)
        again = process.start()
        assert again.already_running
        assert (again.pid, again.port) == (own.pid, own.port)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("LOCALSTACK_HOST_HOME", str(home / "another"))
        assert not process.stop()  # another home's is left alone
    damage(home / "emulator.json", "FOLDER")
    assert process.stop()
    assert not is_alive(own.pid)
    assert not process.status().running


def damage(file: Path, content: str | None) -> None:
    """Does to the record what a half written file, a careless hand or a clean-up does."""
    run_state.clear()
    if content == "FOLDER":
        file.mkdir()
    elif content == "ANOTHER PROCESS":
        run_state.save(_record_of(os.getpid(), created=1.0))
    elif content is not None:
        file.write_text(content)


def test_a_taken_port_is_said_with_who_has_it_and_what_to_do(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind((ports.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(HostError) as caught:
            process.start(port)
    assert f"Port {port} is taken by" in caught.value.message
    assert f"(pid {os.getpid()})" in caught.value.message
    assert "localstack-host start --port" in caught.value.hint
    assert not (home / "emulator.json").exists()


def test_a_crash_while_starting_shows_the_end_of_the_log(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {"GATEWAY_LISTEN": "nowhere:x", "HOME": str(home)}
    monkeypatch.setattr(environment, "variables", lambda *_: broken)
    with pytest.raises(HostError, match="ended while starting, with exit code 1") as caught:
        process.start(ports.any_free())
    assert "specified port x not a number" in caught.value.message
    assert str(process.log_path()) in caught.value.hint
    assert not (home / "emulator.json").exists()


def test_a_start_that_takes_too_long_is_given_up(home: Path) -> None:
    port = ports.any_free()
    with pytest.raises(HostError, match="did not answer within 0 s"):
        process.start(port, timeout_s=0)
    assert not process.status().running
    wait_for(lambda: ports.is_free(port), "something listens")


def test_control_c_while_starting_leaves_nothing(home: Path) -> None:
    port = ports.any_free()
    program = f"from localstack_host.host import process; process.start({port})"
    starting = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE)
    wait_for(run_state.load, "it did not begin")
    emulator = run_state.load()
    starting.send_signal(signal.SIGINT)
    _, said = starting.communicate(timeout=20)
    assert emulator is not None
    assert b"KeyboardInterrupt" in said
    assert not is_alive(emulator.pid)
    assert run_state.load() is None
