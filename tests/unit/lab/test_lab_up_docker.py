"""`lab up --docker`, with a program in Docker's place that does as it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.cli import app
from lab.emulator import process

DOCKER = """#!/bin/sh
cd "{state}"
echo "$*" >> calls
case "$*" in
    version*) [ -e engine ] ;;
    "compose version") [ -e plugin ] ;;
    *" up "*) [ ! -e broken ] || {{ echo "no space left on device"; exit 17; }}; touch up ;;
    *" down") rm -f up ;;
    *" ps "*) [ ! -e up ] || echo 0123456789abcdef ;;
    *" port "*) echo 127.0.0.1:4999 ;;
    inspect*Running*) [ -e up ] && echo true ;;
    inspect*) echo the-project ;;
esac
"""


@dataclass(frozen=True)
class Docker:
    """The stand-in: what it has (`engine`, `plugin`, `up`, `broken`) are files in its folder."""

    state: Path

    def has(self, *things: str) -> None:
        for thing in things:
            (self.state / thing).touch()

    def lacks(self, thing: str) -> None:
        (self.state / thing).unlink()

    @property
    def calls(self) -> str:
        return (self.state / "calls").read_text()


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER.format(state=tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    docker = Docker(tmp_path)
    docker.has("engine", "plugin")
    return docker


@pytest.fixture
def healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "is_healthy", lambda _: True)


def test_it_is_recorded_where_every_other_command_looks(
    docker: Docker, healthy: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(("up", "--docker", "--port", "4999")) == 0
    assert "http://localhost:4999 (container 0123456789ab" in capsys.readouterr().out
    assert "--project-name checkout-lab-4999" in docker.calls
    status = process.status()
    assert (status.running, status.endpoint, status.pid) == (True, "http://localhost:4999", None)
    assert app.run(("up", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["already_running"]


def test_lab_down_takes_the_whole_compose_project_down(docker: Docker, healthy: None) -> None:
    app.run(("up", "--docker"))
    assert app.run(("down",)) == 0
    assert "compose --project-name the-project --profile * down" in docker.calls
    assert not process.status().running
    assert not process.stop()


def test_a_running_container_without_the_services_that_are_asked_for_is_said(
    docker: Docker,
    healthy: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LAB_SERVICES", "swf")
    assert app.run(("up", "--docker")) == 0
    assert app.run(("up", "--docker")) == 0
    monkeypatch.setenv("LAB_SERVICES", "kinesis")
    assert app.run(("up", "--docker")) == 1
    error = " ".join(capsys.readouterr().err.split())
    assert "already running, without kinesis" in error
    assert "LAB_SERVICES=kinesis,swf lab up" in error


def test_a_container_that_ended_by_itself_is_not_running(docker: Docker, healthy: None) -> None:
    app.run(("up", "--docker"))
    docker.lacks("up")
    assert not process.status().running


@pytest.mark.parametrize(
    ("missing", "said"),
    [("engine", "Docker does not answer"), ("plugin", "Docker has no Compose plugin")],
)
def test_what_is_missing_is_said_with_the_way_that_needs_no_docker(
    docker: Docker, missing: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    docker.lacks(missing)
    assert app.run(("up", "--docker")) == 1
    error = capsys.readouterr().err
    assert said in error
    assert "lab up --host" in error


def test_no_docker_at_all_is_said(
    docker: Docker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert app.run(("up", "--docker")) == 1
    assert "Docker is not installed" in capsys.readouterr().err


def test_a_failed_start_shows_what_compose_said_and_leaves_nothing(
    docker: Docker, capsys: pytest.CaptureFixture[str]
) -> None:
    docker.has("broken")
    assert app.run(("up", "--docker")) == 1
    assert "no space left on device" in capsys.readouterr().err
    assert docker.calls.splitlines()[-1].endswith(" down")
    assert not process.status().running
