"""Eventually consistent reads: they show the state of a settable time ago.

AWS: "When you issue eventually consistent reads to a DynamoDB table or an index, the responses
may not reflect the results of a recently completed write operation", and reads of a global
secondary index are always eventually consistent:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html

The state of one moment is shown, so what a transaction wrote is seen whole or not at all. AWS
promises less: there a Query or a Scan may see a part of it.
"""

from collections import deque
from collections.abc import Iterator
from heapq import merge
from typing import TYPE_CHECKING

from embedded_dynamodb.tables.ordered import Entries, SortedDict
from embedded_dynamodb.tables.stored import Stored

if TYPE_CHECKING:
    from embedded_dynamodb.engine import Engine
    from embedded_dynamodb.tables.index import Index
    from embedded_dynamodb.tables.table import Table
    from embedded_dynamodb.writes import Write


class History:
    """What stood at the positions of a table or of an index before its latest writes."""

    def __init__(self) -> None:
        self._order: deque[tuple[float, bytes]] = deque()
        # The writes to each position, the oldest first; None where nothing stood.
        self.before: SortedDict[bytes, deque[tuple[float, Stored | None]]] = SortedDict()

    def note(self, moment: float, position: bytes, old: Stored | None) -> None:
        """Keeps what a write replaces."""
        self._order.append((moment, position))
        self.before.setdefault(position, deque()).append((moment, old))

    def trim(self, moment: float) -> None:
        """Forgets the writes that everybody sees who reads the state of that moment."""
        order, before = self._order, self.before
        while order and order[0][0] <= moment:
            position = order.popleft()[1]
            writes = before[position]
            writes.popleft()
            if not writes:
                del before[position]


class Past:
    """The entries of a table or of an index as they were at a moment."""

    def __init__(self, entries: SortedDict[bytes, Stored], history: History, moment: float) -> None:
        self._entries = entries
        self._before = history.before
        self._moment = moment

    def get(self, position: bytes) -> Stored | None:
        """What stood there: what the first later write replaced, or what is there still."""
        for moment, old in self._before.get(position, ()):
            if moment > self._moment:
                return old
        return self._entries.get(position)

    def __getitem__(self, position: bytes) -> Stored:
        stored = self.get(position)
        if stored is None:
            raise KeyError(position)
        return stored

    def irange(
        self,
        minimum: bytes | None = None,
        maximum: bytes | None = None,
        inclusive: tuple[bool, bool] = (True, True),
        reverse: bool = False,
    ) -> Iterator[bytes]:
        """The positions between two, in order: those that were written since, and the others."""
        unwritten = (
            position
            for position in self._entries.irange(minimum, maximum, inclusive, reverse)
            if position not in self._before
        )
        written = (
            position
            for position in self._before.irange(minimum, maximum, inclusive, reverse)
            if self.get(position) is not None
        )
        return merge(unwritten, written, reverse=reverse)


def moment_of(engine: "Engine", *, consistent: bool) -> float | None:
    """The moment whose state a read shows; None for the latest."""
    delay = engine.settings.stale_read_seconds
    return None if consistent or not delay else engine.clock() - delay


def entries_at(source: "Table | Index", moment: float | None) -> Entries:
    """The entries of a table or of an index as they were then; the caller holds the lock."""
    history = source.history
    if moment is None or history is None:
        return source.entries
    history.trim(moment)
    return Past(source.entries, history, moment)


def note(write: "Write", moment: float, delay: float) -> None:
    """Keeps what a write is about to replace, in its table and in the indexes."""
    _note(write.table, write.position, moment, delay)
    for index in write.table.indexes.values():
        items = (item for item in (write.old_item, write.new_item) if item is not None)
        for position in {index.position(item) for item in items}:
            if position is not None:
                _note(index, position, moment, delay)


def _note(source: "Table | Index", position: bytes, moment: float, delay: float) -> None:
    if source.history is None:
        source.history = History()
    source.history.trim(moment - delay)
    source.history.note(moment, position, source.entries.get(position))


def forget(engine: "Engine") -> None:
    """Drops what was kept: from now on all reads show the latest state."""
    for table in engine.store.tables():
        table.history = None
        for index in table.indexes.values():
            index.history = None
