"""Every mistake that a user can make gives one clear message and exit code 1 or 2."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from lab.cli import app
from lab.core import run_state
from lab.core.errors import LabError
from lab.emulator import dynamodb_settings
from lab.shop.shop_client import CheckoutApi
from tests.answering import answering


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Lab = Callable[..., Result]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


@pytest.fixture
def lab(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    free_port: int,
) -> Lab:
    """Runs `lab` in a home of its own, with no emulator to reach."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port}")

    def run(*arguments: str) -> Result:
        code = app.run(arguments)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def assert_clear(result: Result, code: int, *words: str) -> None:
    assert result.code == code
    assert "Traceback" not in result.err
    assert result.out == ""
    for word in words:
        assert word in result.err


@pytest.mark.parametrize(
    "command",
    [
        ("deploy",),
        ("destroy", "--yes"),
        ("seed",),
        ("url",),
        ("token", "--customer", "ada"),
        ("checkout",),
        ("orders",),
        ("logs", "cart-validator"),
        ("mail",),
        ("status",),
        ("audit",),
    ],
    ids=lambda command: command[0],
)
def test_without_an_emulator_every_command_says_how_to_start_it(
    lab: Lab, command: tuple[str, ...], free_port: int
) -> None:
    result = lab(*command)

    assert_clear(result, 1, f"127.0.0.1:{free_port}", "the emulator is not running", "lab up")


@pytest.mark.parametrize("command", [("deploy",), ("orders",), ("audit",)], ids=lambda c: c[0])
def test_an_emulator_that_was_killed_is_told_from_one_that_was_never_started(
    lab: Lab, command: tuple[str, ...], free_port: int
) -> None:
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    endpoint = f"http://127.0.0.1:{free_port}"
    run_state.save(run_state.Record(killed.pid, 0.0, free_port, endpoint, "2026-11-22T10:00:00Z"))

    result = lab(*command)

    assert_clear(result, 1, f"pid {killed.pid}", "has died", "lab up", "lab deploy", "emulator.log")


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, ("no space left", "/data/x.zip", "LAB_HOME")),
        (errno.EROFS, ("/data/x.zip cannot be written: Read-only file system", "LAB_HOME")),
        (errno.EACCES, ("/data/x.zip cannot be written: Permission denied", "LAB_HOME")),
    ],
    ids=["full disk", "read-only", "not allowed"],
)
def test_a_file_that_cannot_be_written_is_named_with_a_way_out(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, number: int, words: tuple[str, ...]
) -> None:
    failure = OSError(number, os.strerror(number), "/data/x.zip")
    monkeypatch.setattr("lab.shop.orders.newest", _raising(failure))

    assert_clear(lab("orders"), 1, *words)


@pytest.mark.usefixtures("reachable")
def test_a_bug_is_told_even_where_the_lab_cannot_write(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("lab.shop.orders.newest", _raising(ZeroDivisionError("surprise")))

    result = lab("orders")

    (told,) = tmp_path.glob("lab-last-error-*.txt")
    assert_clear(result, 1, "ZeroDivisionError: surprise", str(told))
    assert "Traceback" in told.read_text()
    assert told.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_a_wrong_environment_is_named_and_the_known_ones_are_listed(lab: Lab, command: str) -> None:
    assert_clear(lab(command, "moon"), 2, "'moon'", "dev")


def test_a_wrong_environment_as_an_option_is_named_too(lab: Lab) -> None:
    assert_clear(lab("orders", "--env", "moon"), 2, "'moon'", "dev")


def test_a_taken_port_is_named_with_a_free_one_to_use_instead(lab: Lab, taken_port: int) -> None:
    result = lab("up", "--port", str(taken_port))

    assert_clear(result, 1, f"Port {taken_port} is taken", "lab up --port")


def test_a_port_that_cannot_exist_is_a_usage_error(lab: Lab) -> None:
    assert_clear(lab("up", "--port", "70000"), 2, "70000")


def test_host_and_docker_exclude_each_other(lab: Lab) -> None:
    assert_clear(lab("up", "--host", "--docker"), 2, "exclude")


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ("no file",)),
        ('{"items": [\n  {"sku" "TEA"}]}', ("not JSON", "line 2, column 10")),
        ("[]", ("not a cart", "items")),
        ('{"item": []}', ("not a cart", "items")),
        ('{"request": {"items": []}, "expect": {"state": "X"}}', ("state",)),
    ],
    ids=["missing", "bad JSON", "a list", "no items", "unknown promise"],
)
def test_a_cart_that_cannot_be_read_says_where_and_why(
    lab: Lab, tmp_path: Path, content: str | None, words: tuple[str, ...]
) -> None:
    path = tmp_path / "cart.json"
    if content is not None:
        path.write_text(content)

    assert_clear(lab("checkout", str(path)), 2, str(path), *words)


@pytest.mark.usefixtures("reachable")
def test_a_folder_instead_of_a_cart_is_refused(lab: Lab, tmp_path: Path) -> None:
    assert_clear(lab("checkout", str(tmp_path)), 2, "cannot be read")


@pytest.mark.usefixtures("reachable")
def test_an_unknown_function_lists_the_known_ones(lab: Lab) -> None:
    assert_clear(lab("logs", "toaster"), 2, "'toaster'", "cart-validator", "payment-processor")


@pytest.mark.usefixtures("reachable")
def test_an_unknown_order_status_lists_the_known_ones(lab: Lab) -> None:
    assert_clear(lab("orders", "--status", "lost"), 2, "'lost'", "CONFIRMED")


def test_an_unknown_command_is_a_usage_error(lab: Lab) -> None:
    assert_clear(lab("chekout"), 2, "chekout")


def test_a_token_needs_a_customer(lab: Lab) -> None:
    assert_clear(lab("token"), 2, "--customer")


@pytest.mark.usefixtures("reachable")
def test_what_is_not_deployed_is_told_with_the_command_that_deploys_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {"Error": {"Code": "ResourceNotFoundException", "Message": "no table"}}
    monkeypatch.setattr("lab.shop.orders.newest", _raising(ClientError(missing, "Scan")))

    assert_clear(lab("orders"), 1, "not deployed", "lab deploy")


@pytest.mark.usefixtures("reachable")
def test_a_bug_is_a_short_message_and_a_file_with_the_traceback(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("lab.shop.orders.newest", _raising(ZeroDivisionError("surprise")))

    result = lab("orders")

    file = tmp_path / "home" / "last-error.txt"
    assert_clear(result, 1, "ZeroDivisionError: surprise", str(file))
    assert "Traceback" in file.read_text()


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize("command", [("deploy",), ("destroy", "--yes")], ids=lambda c: c[0])
def test_without_terraform_one_is_told_where_to_get_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(
        "lab.deploy.terraform.emulator_overrides.endpoint", lambda target: target.endpoint
    )

    assert_clear(lab(*command), 1, "Terraform is not installed", "https://")


@pytest.mark.usefixtures("reachable")
def test_destroy_asks_first_and_no_means_nothing_happens(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda _question: False)
    monkeypatch.setattr("lab.deploy.terraform.destroy", _raising(AssertionError("destroyed")))

    assert_clear(lab("destroy"), 1, "Nothing was destroyed")


@pytest.mark.usefixtures("reachable")
def test_destroy_in_a_script_wants_to_be_told_yes(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)

    assert_clear(lab("destroy"), 2, "--yes")


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch, lab: Lab) -> Iterator[None]:
    """Something answers where the emulator would: the mistake is elsewhere."""
    with answering() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        yield


def _raising(error: BaseException) -> Callable[..., None]:
    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("where", ["file", "file/lab"])
def test_a_file_in_the_place_of_the_labs_folder_is_named(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAB_HOME", str(tmp_path / where))

    assert_clear(lab("up"), 1, str(tmp_path / "file"), "in the way", "LAB_HOME")


def test_a_folder_in_the_place_of_the_record_is_named(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "home" / "emulator.json" / "mine").mkdir(parents=True)

    assert_clear(lab("down"), 1, "emulator.json", "in the way")


@pytest.mark.parametrize(
    "command",
    [
        ("orders", "--limit", "9" * 20),
        ("logs", "checkout-api", "--lines", "9" * 20),
        ("mail", "--show", "9" * 20),
    ],
)
def test_a_number_that_no_list_has_is_a_mistake(lab: Lab, command: tuple[str, ...]) -> None:
    assert_clear(lab(*command), 2, "not in the range")


@pytest.mark.parametrize("value", ["1e400", "-1e400", "Infinity", "NaN", ""])
def test_a_setting_that_is_no_number_is_a_mistake(value: str) -> None:
    with pytest.raises(LabError, match="is no setting") as refused:
        dynamodb_settings.parsed([f"stale_read_seconds={value}"])
    assert refused.value.code == 2


@pytest.mark.parametrize("key", ["é", "order\n1", "\x7f"])
def test_a_key_that_no_header_can_have_is_a_mistake(key: str) -> None:
    with pytest.raises(LabError, match="is no idempotency key") as refused:
        CheckoutApi.at("http://localhost:1").checkout({}, key)
    assert refused.value.code == 2


@pytest.mark.parametrize("command", ["status --help", "cache show", "cache show --json"])
@pytest.mark.parametrize("is_closed", [False, True])
def test_output_that_nobody_reads_is_no_failure(
    tmp_path: Path, command: str, is_closed: bool
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m lab {command} {'>&-' if is_closed else ''}"],
        env=os.environ | {"LAB_HOME": str(tmp_path)},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert (ended.returncode, ended.stderr) == (0, "")
