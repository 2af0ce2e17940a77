"""Time to live: items whose moment has passed are deleted by a sweep, some time later.

Until the sweep comes an expired item can be read and changed, as on AWS.
"""

from itertools import islice
from typing import TYPE_CHECKING

from embedded_dynamodb.streams import TIME_TO_LIVE
from embedded_dynamodb.tables.keys import Item
from embedded_dynamodb.tables.stored import dump
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.writes import Write

if TYPE_CHECKING:
    from embedded_dynamodb.engine import Engine

# What is older than five years is taken for a mistake and stays.
OLDEST = 5 * 365 * 24 * 60 * 60.0
# The lock is released after each so many items.
_CHUNK = 1000


def is_expired(item: Item, attribute: str, now: float) -> bool:
    """Whether the attribute is a number of seconds that has passed; other types never expire."""
    number = item.get(attribute, {}).get("N")
    return number is not None and now - OLDEST < float(number) < now


def sweep(engine: "Engine", now: float) -> int:
    """Deletes what has expired in all tables, and says how many items it was."""
    with engine.lock:
        tables = [
            table
            for space in engine.store.spaces.values()
            for table in space.tables.values()
            if table.time_to_live is not None
        ]
    return sum(_sweep_table(engine, table, now) for table in tables)


def _sweep_table(engine: "Engine", table: Table, now: float) -> int:
    deleted = 0
    position: bytes | None = None
    while True:
        with engine.lock:
            after = table.entries.irange(position, inclusive=(False, True))
            chunk = list(islice(after, _CHUNK))
            writes = _expired(table, chunk, now)
            engine.apply(writes, user_identity=TIME_TO_LIVE)
        deleted += len(writes)
        if len(chunk) < _CHUNK:
            return deleted
        position = chunk[-1]


def _expired(table: Table, positions: list[bytes], now: float) -> list[Write]:
    """The deletions; the caller holds the lock, and the switch may be off by now."""
    attribute = table.time_to_live
    if attribute is None:
        return []
    # Most items need not be decoded to see that they have no such number.
    mark = dump(attribute) + b':{"N":'
    writes = []
    for position in positions:
        stored = table.entries[position]
        if mark in stored.data:
            item = stored.item()
            if is_expired(item, attribute, now):
                writes.append(Write(table, position, stored, item, None))
    return writes
