"""What newcomers met and one look answers: which mails there are, who is asked, which address."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from lab.cli import demo, doctor, reports
from lab.core import child_processes, endpoints
from lab.core.errors import LabError

SIX = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0))]
FOUR = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
ELSEWHERE = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.1.1", 0))]


def test_no_mail_about_an_order_is_not_no_mail_at_all() -> None:
    about_none, none = reports.mail_list([], "ord_x", 32), reports.mail_list([])
    assert str(about_none) == "No mail is about ord_x. There are 32 about other orders."
    assert isinstance(none, Text)
    assert none.plain.startswith("There is no mail yet")


@pytest.mark.parametrize("module", ["reports", "function_check", "commands.shopping"])
def test_what_shows_a_list_does_not_load_the_bench_or_terraform(module: str) -> None:
    """They take half a second, which every `lab orders` would wait for."""
    listed = f"import lab.cli.{module}, sys; print(*sys.modules)"
    words = [sys.executable, "-c", listed]
    loaded = child_processes.output(words, child_processes.as_the_user_has_it(), 60)

    assert f"lab.cli.{module}" in loaded.split()
    assert [n for n in loaded.split() if n.startswith(("lab.measure", "lab.deploy.terraf"))] == []


def test_terraform_never_asks_hashicorp_for_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts it: on the emulator, in an account, in no account, by doctor, by a shell."""
    monkeypatch.delenv("CHECKPOINT_DISABLE", raising=False)
    asked: list[dict[str, str]] = []
    monkeypatch.setattr(
        child_processes, "output", lambda _command, env, _s: asked.append(env) or ""
    )
    doctor._output("terraform", "version")
    asked += [
        child_processes.on_emulator("http://localhost:4566", "test", "us-east-2"),
        child_processes.in_no_account("http://127.0.0.1:1", "us-east-2"),
        child_processes.in_account(),
        child_processes.in_account("somebody"),
        child_processes.in_a_shell("http://localhost:4566", "test", "us-east-2"),
    ]
    assert [env.get("CHECKPOINT_DISABLE") for env in asked] == ["1"] * 6


@pytest.mark.parametrize("named", ["", "missing", "a" * 90, "of mine"])
def test_terraforms_provider_gets_a_folder_in_which_a_socket_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    for name in ("a" * 90, "of mine"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", named)

    given = child_processes.on_emulator("http://localhost:4566", "test", "us-east-2")["TMPDIR"]

    assert given == (str(tmp_path / named) if named == "of mine" else "/tmp")


def test_the_demo_ticks_nothing_at_an_address_where_nobody_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(demo, "configured_endpoint", lambda: "https://localhost:1")
    with pytest.raises(LabError, match="https://localhost:1"):
        demo._emulator(lambda _said: None, None)


@pytest.mark.parametrize(
    ("known", "host"),
    [(FOUR, "localhost"), (ELSEWHERE, "127.0.0.1"), ([*ELSEWHERE, *FOUR], "localhost")],
)
def test_an_emulator_is_named_localhost_where_that_is_its_address(
    monkeypatch: pytest.MonkeyPatch, known: list[Any], host: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: known)
    assert endpoints.of_port(4566) == f"http://{host}:4566"


def test_where_localhost_is_ipv6_only_the_number_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_six(host: str, port: object, family: int = 0, kind: int = 0) -> list[Any]:
        if family == socket.AF_INET:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return SIX

    monkeypatch.setattr(socket, "getaddrinfo", only_six)
    assert endpoints.of_port(4566) == "http://127.0.0.1:4566"


@pytest.mark.parametrize("host", ["[::1]", "[0:0:0:0:0:0:0:1]"])
def test_the_loopback_of_ipv6_is_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endpoints.VARIABLE, f"http://{host}:4566")
    given = endpoints.given()
    assert given == f"http://{host}:4566"
    assert endpoints.same(given, "http://localhost:4566")


def test_ipv6_is_written_with_brackets_everywhere() -> None:
    assert endpoints.by_number("http://[::1]:4566") == "http://[::1]:4566"
    assert endpoints.by_number("http://localhost:4566") == "http://127.0.0.1:4566"
