"""Capacity units: what reads and writes consume, and how an answer shows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import Item
from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.values import item_size

READ_UNIT = 4096
WRITE_UNIT = 1024
# What a partition gives in a second.
PARTITION_READ_UNITS = 3_000
PARTITION_WRITE_UNITS = 1_000


@dataclass(slots=True)
class Consumed:
    """Units of one table: of itself and of each index by name."""

    table: float = 0.0
    local: dict[str, float] = field(default_factory=dict)
    global_: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """All of them."""
        if not self.local and not self.global_:
            return self.table
        return self.table + sum(self.local.values()) + sum(self.global_.values())

    def add(self, other: "Consumed") -> None:
        """Adds what another request consumed of the same table."""
        self.table += other.table
        for mine, theirs in ((self.local, other.local), (self.global_, other.global_)):
            for name, units in theirs.items():
                mine[name] = mine.get(name, 0.0) + units


def has_one_partition(settings: dict[str, Any]) -> bool:
    """Whether a table's provisioned throughput is no more than what one partition gives."""
    if settings["BillingMode"] != "PROVISIONED":
        return False
    units = settings["ProvisionedThroughput"]
    reads = units["ReadCapacityUnits"] / PARTITION_READ_UNITS
    writes = units["WriteCapacityUnits"] / PARTITION_WRITE_UNITS
    return bool(reads + writes <= 1)


def read_units(size: int, *, consistent: bool) -> float:
    """A half for each started 4 KB, the double for a consistent read."""
    units = max(1, -(-size // READ_UNIT))
    return float(units) if consistent else units / 2


def of_read(stored: Stored | None, *, consistent: bool) -> float:
    """What the read of one item consumes, or of none."""
    return read_units(0 if stored is None else stored.size, consistent=consistent)


def write_units(size: int) -> float:
    """One for each started kilobyte."""
    return float(max(1, -(-size // WRITE_UNIT)))


def of_write(
    table: Table,
    old: Stored | None,
    new: Stored | None,
    old_item: Item | None,
    new_item: Item | None,
    *,
    transactional: bool = False,
) -> Consumed:
    """What a write consumes: the larger item's units, and those of each index that changes."""
    size = max(0 if old is None else old.size, 0 if new is None else new.size)
    units = write_units(size)
    consumed = Consumed(units * 2 if transactional else units)
    for index in table.indexes.values():
        if writes := index_writes(index, old, new, old_item, new_item):
            by_name = consumed.global_ if index.is_global else consumed.local
            by_name[index.name] = sum(units for _, units in writes)
    return consumed


def index_writes(
    index: Index,
    old: Stored | None,
    new: Stored | None,
    old_item: Item | None,
    new_item: Item | None,
) -> list[tuple[bytes, float]]:
    """One write for an entry that comes, goes or changes; two for one that moves.

    Each is a position and the units that it takes.
    """
    before = None if old_item is None else index.position(old_item)
    now = None if new_item is None else index.position(new_item)
    old_view = index.view(old_item) if before is not None and old_item is not None else None
    new_view = index.view(new_item) if now is not None and new_item is not None else None
    if before == now:
        if old_view == new_view or old_view is None or new_view is None:
            return []
        assert now is not None  # noqa: S101 - the entry is there
        return [(now, max(_units_of(index, old, old_view), _units_of(index, new, new_view)))]
    return [
        (position, _units_of(index, stored, view))
        for position, stored, view in ((before, old, old_view), (now, new, new_view))
        if position is not None and view is not None
    ]


def _units_of(index: Index, stored: Stored | None, view: Item) -> float:
    """What an entry takes: an index with all attributes has the item itself."""
    if index.projects_all and stored is not None:
        return write_units(stored.size)
    return write_units(item_size(view))


def shown(name: str, consumed: Consumed, wanted: str, *, kind: str | None = None) -> dict[str, Any]:
    """ConsumedCapacity of one table; `kind` is Read or Write where AWS tells them apart."""
    answer = {"TableName": name, **_units(consumed.total, kind)}
    if wanted != "INDEXES":
        return answer
    answer["Table"] = _units(consumed.table, kind)
    for member, indexes in (
        ("LocalSecondaryIndexes", consumed.local),
        ("GlobalSecondaryIndexes", consumed.global_),
    ):
        if indexes:
            answer[member] = {index: _units(units, kind) for index, units in indexes.items()}
    return answer


def _units(units: float, kind: str | None) -> dict[str, Any]:
    both: dict[str, Any] = {"CapacityUnits": units}
    if kind is not None:
        both[f"{kind}CapacityUnits"] = units
    return both


def shown_all(
    consumed: Iterable[tuple[str, Consumed]], wanted: str | None, *, kind: str | None = None
) -> list[dict[str, Any]] | None:
    """ConsumedCapacity of several tables, or None if it is not wanted."""
    if wanted not in ("TOTAL", "INDEXES"):
        return None
    return [shown(name, units, wanted, kind=kind) for name, units in consumed]
