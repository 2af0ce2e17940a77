"""What changed: one record for each applied change, in a log for each table with a stream.

The operations of the DynamoDB Streams API, in `streams_api`, read these logs.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zlib import crc32

from embedded_dynamodb.trimmed_list import TrimmedList

if TYPE_CHECKING:
    from embedded_dynamodb.tables.stored import Stored
    from embedded_dynamodb.tables.table import Table

RETENTION = 24 * 60 * 60.0
# AWS closes a shard after about four hours and goes on with a child of it.
SHARD_LIFETIME = 4 * 60 * 60.0
# AWS's sequence numbers have 21 to 40 digits.
_FIRST_SEQUENCE = 100_000_000_000_000_000_001
# The service's own deletions carry this identity.
TIME_TO_LIVE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}

Item = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was applied: `old` is None for an insertion, `new` for a removal."""

    table: "Table"
    keys: Item
    old: "Stored | None"
    new: "Stored | None"
    moment: float
    # Rises with every change of the engine, whatever the table.
    sequence: int
    user_identity: dict[str, str] | None = None

    @property
    def event_name(self) -> str:
        """INSERT, MODIFY or REMOVE."""
        if self.old is None:
            return "INSERT"
        return "REMOVE" if self.new is None else "MODIFY"

    @property
    def sequence_number(self) -> str:
        """The sequence as the API shows it."""
        return shown_sequence(self.sequence)


def shown_sequence(sequence: int) -> str:
    """A sequence as the API shows it."""
    return str(_FIRST_SEQUENCE + sequence)


def read_sequence(text: str) -> int:
    """The sequence that the API shows as this text."""
    return int(text) - _FIRST_SEQUENCE


class Sequences:
    """Numbers for changes: each is one more than the last."""

    def __init__(self) -> None:
        self.following = 0

    def next(self) -> int:
        """The next number; the caller holds the engine's lock."""
        number = self.following
        self.following = number + 1
        return number


@dataclass
class Shard:
    """A part of a stream: the changes of about four hours, in order."""

    id: str
    # The first sequence that can be in it, and the last one when it is closed.
    starting: int
    created: float
    parent: str | None = None
    ending: int | None = None
    closed: float | None = None

    def holds(self, sequence: int) -> bool:
        """Whether a change of that sequence would be in this shard."""
        return self.starting <= sequence and (self.ending is None or sequence <= self.ending)

    def close(self, ending: int, moment: float) -> None:
        """Nothing is added any more."""
        self.ending, self.closed = ending, moment


@dataclass
class StreamLog:
    """The changes of a table since its stream was switched on, for a day."""

    arn: str
    label: str
    view_type: str
    table_name: str
    created: float
    schema: tuple[dict[str, str], ...] = ()
    starting_sequence: int = 0
    # When the stream was switched off or its table deleted; it can be read for a day after.
    closed: float | None = None
    ending_sequence: int | None = None
    records: TrimmedList[Change] = field(default_factory=TrimmedList)
    # How many records are gone from the front, because they were older than a day.
    trimmed: int = 0
    # Changes before this sequence are gone.
    horizon: int = 0
    # The sequence after the last change.
    next_sequence: int = 0
    shards: list[Shard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.horizon = self.next_sequence = self.starting_sequence
        self._open_shard(self.starting_sequence, self.created, None)

    def append(self, change: Change) -> None:
        """Adds a change and drops those that are older than a day."""
        self.trim(change.moment)
        last = self.shards[-1]
        if change.moment >= last.created + SHARD_LIFETIME:
            last.close(change.sequence - 1, change.moment)
            self._open_shard(change.sequence, change.moment, last.id)
        self.records.append(change)
        self.next_sequence = change.sequence + 1

    def close(self, ending: int, moment: float) -> None:
        """The stream was switched off, or its table deleted."""
        self.closed, self.ending_sequence = moment, ending
        self.shards[-1].close(ending, moment)

    def trim(self, now: float) -> None:
        """Drops what is older than a day."""
        oldest = now - RETENTION
        records = self.records
        while records and records[0].moment < oldest:
            self.horizon = records.popleft().sequence + 1
            self.trimmed += 1
        shards = self.shards
        while len(shards) > 1 and shards[0].closed is not None and shards[0].closed < oldest:
            del shards[0]

    def is_gone(self, now: float) -> bool:
        """Whether it was closed more than a day ago: then nobody can read it."""
        return self.closed is not None and self.closed < now - RETENTION

    def _open_shard(self, starting: int, moment: float, parent: str | None) -> None:
        mark = crc32(f"{self.arn} {starting}".encode())
        name = f"shardId-{int(moment * 1000):020d}-{mark:08x}"
        self.shards.append(Shard(name, starting, moment, parent))
