"""What changed: one record for each applied change, in a log for each table with a stream.

The operations of the DynamoDB Streams API read these logs; they are not here.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embedded_dynamodb.tables.stored import Stored
    from embedded_dynamodb.tables.table import Table

RETENTION = 24 * 60 * 60.0
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
        return str(_FIRST_SEQUENCE + self.sequence)


class Sequences:
    """Numbers for changes: each is one more than the last."""

    def __init__(self) -> None:
        self._numbers = count()

    def next(self) -> int:
        """The next number."""
        return next(self._numbers)


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
    records: deque[Change] = field(default_factory=deque)
    # How many records are gone from the front, because they were older than a day.
    trimmed: int = 0

    def append(self, change: Change) -> None:
        """Adds a change and drops those that are older than a day."""
        self.trim(change.moment)
        self.records.append(change)

    def trim(self, now: float) -> None:
        """Drops what is older than a day."""
        records = self.records
        while records and records[0].moment < now - RETENTION:
            records.popleft()
            self.trimmed += 1
