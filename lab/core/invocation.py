"""The `lab` command that is running: its name, where it works, and what an interruption leaves.

There is one command in a process. Whoever uses the lab as a library has none, and nothing here
changes what is said to them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_ENVIRONMENT = "dev"
TAKE_AN_ENVIRONMENT = frozenset(
    {"deploy", "destroy", "seed", "url", "token", "watch", "checkout", "orders", "status", "alarms"}
    | {"dashboard", "logs", "mail", "audit", "cost", "iam", "redrive", "backup", "restore", "drill"}
)
"""The commands that a message may advise, and that work in an environment."""

ADVISED = re.compile(r"`lab (?P<name>[a-z]+)(?P<rest>[^`]*)`")


@dataclass
class Invocation:
    """A command as it was typed.

    `options` are those before its name, such as `--profile shop`; `environment` is empty until it
    is known. `leaves` is what an interruption leaves from now on, in a sentence.
    """

    name: str = ""
    options: str = ""
    environment: str = ""
    leaves: str = ""


_running = Invocation()


def begin(name: str = "", options: str = "") -> None:
    """A command begins, and whatever was known of an earlier one is forgotten."""
    _running.name, _running.options = name, options
    _running.environment = _running.leaves = ""


def running() -> Invocation:
    """The command that is running; one without a name where none is."""
    return _running


def works_in(environment: str) -> None:
    """The command works in this environment."""
    _running.environment = environment


def leaves(what: str) -> None:
    """From now on an interruption leaves this behind: a sentence, with what to do about it."""
    _running.leaves = what


def advice(text: str) -> str:
    """The same advice, for where the command works: `lab deploy` becomes `lab deploy staging`.

    What names an environment already stays as it is.
    """
    return ADVISED.sub(_advised, text)


def _advised(found: re.Match[str]) -> str:
    name, rest = found["name"], found["rest"]
    options = f"{_running.options} " if _running.options else ""
    environment = _running.environment
    if name not in TAKE_AN_ENVIRONMENT or not environment:
        return found[0]
    if environment in rest.split() or environment == DEFAULT_ENVIRONMENT:
        return f"`lab {options}{name}{rest}`"
    return f"`lab {options}{name}{rest} --env {environment}`"
