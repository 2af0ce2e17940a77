"""The events of a log stream, all but the latest compressed.

An order leaves 35 events. As objects they are the larger part of what is saved every two seconds;
compressed they take a tenth of the memory and of the time. Reading a range of time decompresses
only what may be in it.
"""

from __future__ import annotations

import json
import math
import threading
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

PACK = 128  # so many events are compressed together, once twice as many are there
FAST = 1  # zlib's fastest level
COLUMNS = ("ingestion_time", "timestamp", "message", "event_id")
"""What moto's `LogEvent` has, all of it."""
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Pack:
    """Compressed events, and their times in milliseconds."""

    count: int
    earliest: int
    latest: int
    packed: bytes

    @classmethod
    def of(cls, events: list[Any]) -> Pack:
        """Compresses events of moto's: as JSON, because that is data wherever it is read."""
        columns = [[getattr(event, name) for event in events] for name in COLUMNS]
        packed = zlib.compress(json.dumps(columns, separators=(",", ":")).encode(), FAST)
        times = columns[COLUMNS.index("timestamp")]
        return cls(len(events), min(times), max(times), packed)


def rows(packed: bytes) -> Iterator[Row]:
    """The events of a pack, by `COLUMNS`."""
    return zip(*json.loads(zlib.decompress(packed)), strict=True)


@dataclass(frozen=True)
class _Content:
    """What there is at one moment: it is replaced as a whole, so that readers need no lock."""

    packs: tuple[Pack, ...]
    dropped: int  # of the first pack
    latest: list[Any]


class StoredEvents:
    """In the place of the list `LogStream.events`, with what moto and the emulator do with it."""

    def __init__(self, events: Iterable[Any] = ()) -> None:
        self._writing = threading.Lock()
        self._content = _Content((), 0, [])
        self += events

    def __iadd__(self, events: Iterable[Any]) -> StoredEvents:
        with self._writing:
            now = self._content
            latest, packs = [*now.latest, *events], list(now.packs)
            while len(latest) >= 2 * PACK:
                packs.append(Pack.of(latest[:PACK]))
                latest = latest[PACK:]
            self._content = _Content(tuple(packs), now.dropped, latest)
        return self

    def drop(self, count: int) -> None:
        """Removes the oldest events."""
        with self._writing:
            now = self._content
            packs, dropped = list(now.packs), now.dropped + count
            while packs and dropped >= packs[0].count:
                dropped -= packs.pop(0).count
            if packs:
                self._content = _Content(tuple(packs), dropped, now.latest)
            else:
                self._content = _Content((), 0, now.latest[dropped:])

    def __deepcopy__(self, _copied: dict[int, Any]) -> StoredEvents:
        """LocalStack copies a log group with all that it has, to describe it."""
        copied = StoredEvents()
        copied._content = self._content
        return copied

    def __len__(self) -> int:
        now = self._content
        return sum(pack.count for pack in now.packs) - now.dropped + len(now.latest)

    def __iter__(self) -> Iterator[Any]:
        return self.between(None, None)

    def between(self, start: float | None, end: float | None) -> Iterator[Any]:
        """The events, without those of packs that are all before or after these times."""
        now, first = self._content, start if start else -math.inf
        last = end if end else math.inf
        for number, pack in enumerate(now.packs):
            if pack.latest >= first and pack.earliest <= last:
                dropped = now.dropped if number == 0 else 0
                yield from map(_event, islice(rows(pack.packed), dropped, None))
        yield from now.latest

    def times(self) -> tuple[int, int] | None:
        """The earliest and the latest time, of all that were put; None without events."""
        now = self._content
        times = [time for pack in now.packs for time in (pack.earliest, pack.latest)]
        times += [event.timestamp for event in now.latest]
        return (min(times), max(times)) if times else None


def _event(row: Row) -> Any:
    from moto.logs.models import LogEvent

    event: Any = object.__new__(LogEvent)
    event.ingestion_time, event.timestamp, event.message, event.event_id = row
    return event


_replacing = threading.Lock()


def of(stream: Any) -> StoredEvents:
    """The events of a stream of moto's, which begins with a list: it is replaced once."""
    if not isinstance(stream.events, StoredEvents):
        with _replacing:
            if not isinstance(stream.events, StoredEvents):
                stream.events = StoredEvents(stream.events)
    events: StoredEvents = stream.events
    return events
