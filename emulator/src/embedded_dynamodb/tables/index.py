"""Local and global secondary indexes: another order of the table's items, and a part of each."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from embedded_dynamodb.tables.keys import Item, KeySchema
from embedded_dynamodb.tables.ordered import SortedDict
from embedded_dynamodb.tables.stored import Stored

if TYPE_CHECKING:
    from embedded_dynamodb.consistency import History

# What an entry costs beside its attributes, in the index's size.
ENTRY_OVERHEAD = 100


@dataclass
class Index:
    """An index: its entries are ordered by its own key and then by the table's.

    An entry is the table's own item if the index projects all, else a copy of its part.
    """

    name: str
    schema: KeySchema
    table_schema: KeySchema
    projection_type: str
    extra_attributes: tuple[str, ...]
    is_global: bool
    # What DescribeTable says beside keys and projection: throughput and the like.
    settings: dict[str, Any] = field(default_factory=dict)
    entries: SortedDict[bytes, Stored] = field(default_factory=SortedDict)
    size: int = 0
    # Kept while reads may be stale.
    history: "History | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.projects_all = self.projection_type == "ALL"
        keys = dict.fromkeys(self.table_schema.names + self.schema.names)
        self.key_names = tuple(keys)
        self.projected = frozenset((*keys, *self.extra_attributes))

    def empty(self) -> "Index":
        """The same index without entries."""
        return replace(self, settings=dict(self.settings), entries=SortedDict(), size=0)

    def position(self, item: Item) -> bytes | None:
        """Where the item stands, or None: an index holds only items that have its key."""
        if not self.schema.is_in(item):
            return None
        return self.schema.position(item) + self.table_schema.position(item)

    def view(self, item: Item) -> Item:
        """The part of an item that the index has."""
        if self.projects_all:
            return item
        projected = self.projected
        return {name: value for name, value in item.items() if name in projected}

    def key_of(self, item: Item) -> Item:
        """What LastEvaluatedKey says of an item: the table's key and the index's."""
        return {name: item[name] for name in self.key_names}

    def replace(self, old_item: Item | None, new_item: Item | None, new: Stored | None) -> None:
        """Follows a write to the table."""
        before = None if old_item is None else self.position(old_item)
        now = None if new_item is None else self.position(new_item)
        if before is not None:
            self.size -= self.entries[before].size + ENTRY_OVERHEAD
            if before != now:
                del self.entries[before]
        if now is not None and new_item is not None and new is not None:
            entry = new if self.projects_all else Stored.of(self.view(new_item))
            self.entries[now] = entry
            self.size += entry.size + ENTRY_OVERHEAD
