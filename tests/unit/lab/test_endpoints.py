"""Where the emulator is: what is understood, and what is refused in one sentence."""

from __future__ import annotations

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lab.core import endpoints, reachability, run_state
from lab.core.errors import LabError
from tests.answering import answering, babbling, silent


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:4566",
        " http://localhost:4566/ ",
        "HTTP://LocalHost:4566",
        "http://localhost.:4566",
    ],
)
def test_one_address_is_written_in_one_way(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endpoints.VARIABLE, text)
    assert endpoints.given() == "http://localhost:4566"


@pytest.mark.parametrize(
    "text",
    [
        ":abc",
        "localhost:4566",
        "http://",
        "http://localhost:abc",
        "http://localhost:99999",
        "ftp://localhost",
        "http://localhost:4566/path",
        "http://a b",
        "http://[::1",
        "http://x:0",
        "http://dynamodb.us-east-2.amazonaws.com",
    ],
)
def test_what_is_no_emulators_address_is_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(endpoints.VARIABLE, text)
    with pytest.raises(LabError, match="AWS_ENDPOINT_URL is") as refused:
        endpoints.given()
    assert refused.value.code == 2


@pytest.mark.parametrize("text", ["0", "65536", "-1", "abc", "4566.0"])
def test_what_is_no_port_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(endpoints.PORT_VARIABLE, text)
    with pytest.raises(LabError, match="LAB_PORT"):
        endpoints.default_port()


@pytest.mark.parametrize(
    "content",
    ["[]", "null", '"x"', "", "{", "\x00", '{"endpoint": 7}', '{"endpoint": ":abc"}', "FOLDER"],
)
def test_a_damaged_record_is_as_if_there_were_none(
    content: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.setenv(endpoints.PORT_VARIABLE, "4666")
    file = tmp_path / "emulator.json"
    if content == "FOLDER":
        file.mkdir()
    else:
        file.write_text(content)
    assert run_state.load() is None
    assert run_state.endpoint() == "http://localhost:4666"


def test_whatever_answers_in_http_is_asked_further() -> None:
    with answering() as endpoint:
        assert reachability.require(endpoint) == endpoint


def test_an_emulator_that_hangs_is_told_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reachability, "READ_TIMEOUT_S", 0.2)
    with silent() as endpoint, pytest.raises(LabError, match="has not answered"):
        reachability.require(endpoint)


def test_what_speaks_another_language_is_no_emulator() -> None:
    with babbling() as endpoint, pytest.raises(LabError, match="does not speak HTTP"):
        reachability.require(endpoint)


def test_a_web_server_on_the_port_is_named(tmp_path: Path) -> None:
    serving = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), serving) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        refused = pytest.raises(LabError, match=rf"is no emulator, but .*\(pid {os.getpid()}\)")
        with refused as error:
            reachability.require(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert "lab up --port" in error.value.hint


def test_a_host_that_there_is_not_is_named() -> None:
    with pytest.raises(LabError, match=r"There is no host 'no-such-host\.invalid'"):
        reachability.require("http://no-such-host.invalid:4566")
