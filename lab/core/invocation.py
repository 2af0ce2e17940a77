"""The running `lab` command: its name, its environment, and what an interruption leaves.

A process runs one command, or none if the lab is used as a library; then messages are unchanged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_ENVIRONMENT = "dev"
TAKE_AN_ENVIRONMENT = frozenset(
    {"deploy", "destroy", "seed", "url", "token", "watch", "checkout", "orders", "status", "alarms"}
    | {"dashboard", "logs", "mail", "audit", "cost", "iam", "redrive", "backup", "restore", "drill"}
)
"""Commands in messages that take an environment."""

ADVISED = re.compile(r"`lab (?P<name>[a-z]+)(?P<rest>[^`]*)`")


@dataclass
class Invocation:
    """A command as it was typed.

    `options` are those before its name, such as `--profile shop`; `environment` is empty until it
    is known. `leaves` is a sentence about what an interruption would leave now.
    """

    name: str = ""
    options: str = ""
    environment: str = ""
    leaves: str = ""


_running = Invocation()


def begin(name: str = "", options: str = "") -> None:
    """Sets the running command, and resets everything else."""
    _running.name, _running.options = name, options
    _running.environment = _running.leaves = ""


def running() -> Invocation:
    """The running command; without a name if there is none."""
    return _running


def works_in(environment: str) -> None:
    """Sets the environment of the running command."""
    _running.environment = environment


def leaves(what: str) -> None:
    """Sets the sentence about what an interruption leaves from now on, and what to do then."""
    _running.leaves = what


def advice(text: str) -> str:
    """Adds options and environment to the commands in a text, such as `lab deploy --env staging`.

    Leaves commands that already name the environment unchanged.
    """
    return ADVISED.sub(_with_environment, text)


def _with_environment(match: re.Match[str]) -> str:
    name, rest = match["name"], match["rest"]
    options = f"{_running.options} " if _running.options else ""
    environment = _running.environment
    if name not in TAKE_AN_ENVIRONMENT or not environment:
        return match[0]
    if environment in rest.split() or environment == DEFAULT_ENVIRONMENT:
        return f"`lab {options}{name}{rest}`"
    return f"`lab {options}{name}{rest} --env {environment}`"
