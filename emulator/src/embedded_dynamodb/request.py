"""A request on its way through the engine."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from embedded_dynamodb.capacity import Consumed
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.throttling import Charge, ThrottleEvent, refusal, take

if TYPE_CHECKING:
    from embedded_dynamodb.engine import Engine


class Encoded(bytes):
    """JSON of one member of an answer."""


class Request:
    """Who asks for what, and what it consumed."""

    __slots__ = (
        "account",
        "conflicts",
        "engine",
        "operation",
        "parameters",
        "reads",
        "region",
        "returned_items",
        "throttle_events",
        "writes",
    )

    def __init__(self, engine: "Engine", operation: str, account: str, region: str) -> None:
        self.engine = engine
        self.operation = operation
        self.account = account
        self.region = region
        self.parameters: dict[str, Any] = {}
        # Units by table name, for whoever observes; transactions have both.
        self.reads: dict[str, Consumed] = {}
        self.writes: dict[str, Consumed] = {}
        self.returned_items: dict[str, int] = {}
        self.throttle_events: tuple[ThrottleEvent, ...] = ()
        self.conflicts: tuple[str, ...] = ()

    def counts(self) -> bool:
        """Whether anybody wants to know what is consumed."""
        wanted = self.parameters.get("ReturnConsumedCapacity", "NONE")
        return wanted != "NONE" or bool(self.engine.on_request)

    def reads_consistently(self) -> bool:
        """Whether it asks for a strongly consistent read."""
        return self.parameters.get("ConsistentRead") is True

    def table(self, name: str) -> Table:
        """The table of that name or ARN; the caller holds the lock."""
        return self.engine.store.get(self.account, self.region, name)

    def take(self, charges: Sequence[Charge]) -> list[ThrottleEvent]:
        """Takes units, or says why there are none; the caller holds the lock."""
        events = take(charges, self.engine.settings, self.engine.clock())
        self.throttle_events += tuple(events)
        return events

    def throttle(self, charges: Sequence[Charge]) -> None:
        """Takes units, or refuses the request."""
        events = self.take(charges)
        if events:
            raise refusal(events)

    def conflicts_with(self, table: Table, position: bytes) -> bool:
        """Whether the item is in a transaction that is in progress; it is counted."""
        if not self.engine.ongoing.has(table, position):
            return False
        self.conflicts += (table.name,)
        return True

    def note_read(self, table: Table, consumed: Consumed) -> None:
        """Adds what a read consumed."""
        _note(self.reads, table.name, consumed)

    def note_write(self, table: Table, consumed: Consumed) -> None:
        """Adds what a write consumed."""
        _note(self.writes, table.name, consumed)

    def table_names(self) -> tuple[str, ...]:
        """The tables that the request names, whether they are there or not."""
        name = self.parameters.get("TableName")
        if isinstance(name, str):
            return (name,)
        items = self.parameters.get("RequestItems")
        if isinstance(items, dict):
            return tuple(items)
        actions = self.parameters.get("TransactItems")
        if isinstance(actions, list):
            return tuple(dict.fromkeys(_tables_of(actions)))
        return tuple(dict.fromkeys((*self.reads, *self.writes)))


def _tables_of(actions: list[Any]) -> Iterator[str]:
    for action in actions:
        for part in action.values() if isinstance(action, dict) else ():
            name = part.get("TableName") if isinstance(part, dict) else None
            if isinstance(name, str):
                yield name


def _note(units: dict[str, Consumed], name: str, consumed: Consumed) -> None:
    known = units.get(name)
    if known is None:
        units[name] = consumed
    else:
        known.add(consumed)
