"""How long work reports its progress: a callback that is called with each message."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def ignore(message: str) -> None:
    """A callback that does nothing."""
