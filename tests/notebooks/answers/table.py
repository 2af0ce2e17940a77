"""What learners write in an exercise cell, and what the check must say to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrong:
    """An answer that is wrong, as code, and a part of what the check must say to it."""

    code: str
    says: str


@dataclass(frozen=True)
class Answers:
    """The answers to one exercise. The lesson's own solution is right, and need not be here."""

    wrong: tuple[Wrong, ...]
    right: tuple[str, ...] = ()


Table = dict[str, Answers]
"""By the id of the check, such as `04.1`."""
