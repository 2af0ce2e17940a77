"""The steps of a promotion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from textwrap import shorten

MAX_LENGTH = 160


class State(StrEnum):
    """The state of a step. A step that waits cannot be checked before the steps above it."""

    DONE = "done"
    TO_DO = "to do"
    REFUSED = "refused"
    UNKNOWN = "not known"
    WAITS = "waits"


@dataclass(frozen=True)
class Step:
    """One step: `facts` are its results, `why` is the reason if it is not done.

    `command` is the next command to type; empty if there is none.
    """

    name: str
    state: State
    facts: tuple[str, ...] = ()
    why: str = ""
    command: str = ""

    @property
    def stops(self) -> bool:
        """Whether an apply would fail or must not be tried."""
        return self.state in (State.TO_DO, State.REFUSED)


def first_line(error: Exception) -> str:
    """The first line of an error, shortened at a word if it is long."""
    return shorten(str(error).splitlines()[0], MAX_LENGTH, placeholder=" …")


def done(name: str, *facts: str) -> Step:
    """A step that is done."""
    return Step(name, State.DONE, facts)


def to_do(name: str, why: str, command: str, *facts: str) -> Step:
    """A step that can be done now with `command`."""
    return Step(name, State.TO_DO, facts, why, command)


def refused(name: str, why: str, command: str = "", *facts: str) -> Step:
    """A step that forbids an apply."""
    return Step(name, State.REFUSED, facts, why, command)


def unknown(name: str, why: str, command: str = "") -> Step:
    """A step that could not be checked; it does not stop the others."""
    return Step(name, State.UNKNOWN, (), why, command)


def waits(name: str, dependency: str) -> Step:
    """A step that is checked when another one is done."""
    return Step(name, State.WAITS, (), f"waits for: {dependency}")
