"""A list that grows at its end and is trimmed at its front."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

# Below this many removed entries the list is not worth being copied.
_COMPACTED_FROM = 1024


class TrimmedList[Entry]:
    """Like a deque, but any place is found at once and a search is by halves."""

    def __init__(self) -> None:
        self._entries: list[Any] = []
        self._start = 0

    def append(self, entry: Entry) -> None:
        """Adds an entry at the end."""
        self._entries.append(entry)

    def popleft(self) -> Entry:
        """Removes the first entry."""
        entry: Entry = self[0]
        # What is removed is released now, its place only when half of the list is such places.
        self._entries[self._start] = None
        self._start += 1
        if self._start >= _COMPACTED_FROM and self._start * 2 > len(self._entries):
            del self._entries[: self._start]
            self._start = 0
        return entry

    def find(self, key: int, of: Callable[[Entry], int]) -> int:
        """The place of the first entry whose key is at least this one."""
        return bisect_left(self._entries, key, self._start, key=of) - self._start

    def __len__(self) -> int:
        return len(self._entries) - self._start

    def __getitem__(self, place: int) -> Entry:
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        entry: Entry = self._entries[place if place < 0 else self._start + place]
        return entry

    def __iter__(self) -> Iterator[Entry]:
        for place in range(len(self)):
            yield self[place]

    def __reversed__(self) -> Iterator[Entry]:
        for place in range(len(self) - 1, -1, -1):
            yield self[place]
