"""What was there before each write: by it a table goes back to any moment of its window."""

from typing import NamedTuple

from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.trimmed_list import TrimmedList

# Beyond this much the oldest is dropped, and the window begins later.
MAX_SIZE = 64 * 1024 * 1024
_ENTRY_SIZE = 200
DAY = 24 * 60 * 60.0


class Undo(NamedTuple):
    """What stood at a position until a moment; None if nothing did."""

    moment: float
    position: bytes
    old: Stored | None

    @property
    def size(self) -> int:
        """About how much memory it takes."""
        return _ENTRY_SIZE + len(self.position) + (0 if self.old is None else len(self.old.data))


class UndoLog:
    """The writes of a table since point-in-time recovery was switched on."""

    def __init__(self, since: float, days: int) -> None:
        # The earliest moment that can be restored, before the window is applied.
        self.since = since
        self.days = days
        self.size = 0
        self.entries: TrimmedList[Undo] = TrimmedList()

    def note(self, moment: float, position: bytes, old: Stored | None) -> None:
        """Keeps what a write replaces; drops what is too old, or too much."""
        self.add(Undo(moment, position, old))
        self.trim(moment)

    def add(self, undo: Undo) -> None:
        """Adds an entry after the others."""
        self.entries.append(undo)
        self.size += undo.size

    def trim(self, now: float) -> None:
        """Drops what lies before the window, and the oldest if it is too much."""
        oldest = now - self.days * DAY
        entries = self.entries
        while entries and (self.size > MAX_SIZE or entries[0].moment < oldest):
            undo = entries.popleft()
            self.size -= undo.size
            self.since = max(self.since, undo.moment)

    def earliest(self, now: float) -> float:
        """The earliest moment that can be restored."""
        return max(self.since, now - self.days * DAY)

    def latest(self, now: float, delay: float) -> float:
        """The latest moment that can be restored, so long before now."""
        return max(self.earliest(now), now - delay)

    def restored(self, entries: dict[bytes, Stored], moment: float) -> dict[bytes, Stored]:
        """The entries as they were at a moment: what came after is undone, the last first."""
        before = dict(entries)
        for undo in reversed(self.entries):
            if undo.moment <= moment:
                break
            if undo.old is None:
                before.pop(undo.position, None)
            else:
                before[undo.position] = undo.old
        return before
