"""What a step of the way is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from textwrap import shorten

LONGEST = 160


class State(StrEnum):
    """How a step stands. What waits cannot be looked at before the steps above it are done."""

    DONE = "done"
    TO_DO = "to do"
    REFUSED = "refused"
    UNKNOWN = "not known"
    WAITS = "waits"


@dataclass(frozen=True)
class Step:
    """One step: `facts` is what was found, `why` the reason if it is not done.

    `command` is what to type next; empty where there is nothing to type.
    """

    name: str
    state: State
    facts: tuple[str, ...] = ()
    why: str = ""
    command: str = ""

    @property
    def stops(self) -> bool:
        """Whether an apply would fail, or must not be tried, as things are."""
        return self.state in (State.TO_DO, State.REFUSED)


def first_line(error: Exception) -> str:
    """What AWS says, in a line; where it is long, whole words of it and a mark."""
    return shorten(str(error).splitlines()[0], LONGEST, placeholder=" …")


def done(name: str, *facts: str) -> Step:
    """A step that is done."""
    return Step(name, State.DONE, facts)


def to_do(name: str, why: str, command: str, *facts: str) -> Step:
    """A step that somebody can do now, with `command`."""
    return Step(name, State.TO_DO, facts, why, command)


def refused(name: str, why: str, command: str = "", *facts: str) -> Step:
    """A step that must not be taken as things are."""
    return Step(name, State.REFUSED, facts, why, command)


def unknown(name: str, why: str, command: str = "") -> Step:
    """A step that could not be looked at; it does not stop the others."""
    return Step(name, State.UNKNOWN, (), why, command)


def waits(name: str, for_what: str) -> Step:
    """A step that is looked at when another one is done."""
    return Step(name, State.WAITS, (), f"waits for: {for_what}")
