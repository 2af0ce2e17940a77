"""Arguments are checked before the work, and an environment is taken as ENV and as --env."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import click
import pytest

from lab.cli import app
from lab.core import invocation
from tests.unit.lab.test_long_work import commands

FILLED = {
    "logs": ["notifier"],
    "trace": ["ord_1"],
    "token": ["--customer", "ada"],
    "terraform": ["plan"],
    "release rollback": ["before.json"],
}
"""What a command needs besides its environment."""

TAKING = sorted(
    name
    for name, command in commands().items()
    if any(one.name == "environment" and not getattr(one, "multiple", 0) for one in command.params)
)


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks for an emulator, or for AWS, has begun with the work."""

    def connect(*_: Any, **__: Any) -> None:
        raise AssertionError("the work has begun")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "create_connection", connect)


def test_every_command_that_works_somewhere_is_tried() -> None:
    assert {"deploy", "seed", "logs", "checkout", "release smoke", "terraform"} <= set(TAKING)


@pytest.mark.parametrize("name", TAKING)
def test_an_environment_is_taken_as_an_argument_and_as_an_option(
    name: str,
) -> None:
    command = commands()[name]
    more = FILLED.get(name, [])
    leading = isinstance(next(p for p in command.params if p.name == "environment"), click.Argument)
    positional = ["staging", *more] if leading else [*more, "staging"]
    ways = [
        positional,
        [*more, "--env", "staging"],
        ["-e", "staging", *more],
        ["--env=staging", *more],
    ]

    for way in ways:
        assert command.make_context(name, list(way)).params["environment"] == "staging", way
    assert invocation.running().environment == "staging"
    with pytest.raises(click.UsageError, match="twice"):
        command.make_context(name, [*positional, "--env", "prod"])


@pytest.mark.parametrize("way", ["argument", "option"])
@pytest.mark.parametrize("name", TAKING)
def test_an_environment_that_there_is_not_is_refused_before_anything_is_done(
    name: str, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    more = FILLED.get(name, [])
    leading = name in ("terraform", "release rollback")
    argument = ["moon", *more] if leading else [*more, "moon"]
    if name == "checkout" and way == "argument":
        argument = ["seed/carts/01-first-order.json", "moon"]

    assert (
        app.run([*name.split(), *(argument if way == "argument" else [*more, "--env", "moon"])])
        == 2
    )
    assert "'moon'" in capsys.readouterr().err


WRONG = [
    ("cost --count-in moon", "'moon'"),
    ("backend --env moon", "'moon'"),
    ("backend --suffix Shop_1", "'Shop_1'"),
    ("backend --github shop", "'shop'"),
    ("terraform dev fly", "'fly'"),
    ("terraform dev plan --saved nowhere/plan", "nowhere"),
    ("terraform dev plan --saved .", "folder"),
    ("terraform dev apply --saved nowhere/plan", "nowhere/plan"),
    ("terraform dev destroy --saved plan", "destroy"),
    ("terraform dev apply --local --saved plan", "--local"),
    ("promote moon", "'moon'"),
    ("release rollback dev nowhere.json", "nowhere.json"),
    ("release watch --minutes nan", "nan"),
    ("release watch --minutes inf", "inf"),
    ("release watch --minutes -1", "-1"),
    ("orders --status lost", "'lost'"),
    ("orders --limit 0", "0"),
    ("checkout nowhere.json", "nowhere.json"),
    ("seed --products 0", "0"),
    ("seed --products 9999999999", "9999999999"),
    ("dashboard --minutes 0", "0"),
    ("drill --orders 0", "0"),
    ("bench --checkouts 0", "0"),
    ("up --port 0", "0"),
    ("mail --show 0", "0"),
    ("logs notifier --lines 0", "0"),
    ("cost --orders-per-month 0", "0"),
]


@pytest.mark.parametrize(("typed", "named"), WRONG, ids=[typed for typed, _ in WRONG])
def test_a_wrong_argument_is_named_before_anything_is_done(
    typed: str,
    named: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrote = lambda *_: pytest.fail("a file was written")  # noqa: E731
    monkeypatch.setattr(Path, "write_text", wrote)

    assert app.run(typed.split()) == 2
    assert named in capsys.readouterr().err


def test_what_is_kept_can_be_written_or_nothing_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)

    assert app.run(["cost", "--keep"]) == 2
    assert "counted.json cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["restore", "dev", ""], "An argument"),
        (["restore", "dev", "--from", ""], "--from"),
        (["restore", "--from=", "--replace", "--yes"], "--from"),
        (["backup", "--to", ""], "--to"),
        (["orders", "--customer="], "--customer"),
        (["checkout", ""], "An argument"),
        (["release", "rollback", ""], "An argument"),
        (["--profile", "", "audit"], "--profile"),
        (["--profile=", "restore"], "--profile"),
    ],
    ids=" ".join,
)
def test_an_empty_value_is_no_choice(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a variable that is not set: `lab restore dev "$BACKUP"`."""
    assert app.run(arguments) == 2
    assert f"{named} is empty" in capsys.readouterr().err


def test_what_is_for_another_program_may_be_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.lessons.copies.bring_up_to_date", _stop)
    with pytest.raises(Reached):
        commands()["notebooks"].main(["--", "--token="], standalone_mode=False)


class Reached(Exception):
    pass


def _stop(*_: Any) -> None:
    raise Reached
