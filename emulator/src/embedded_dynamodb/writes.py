"""A write that was planned: everything that is needed to apply it, nothing applied yet."""

from typing import Any

from embedded_dynamodb.tables.keys import Item
from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.values import equal


class Write:
    """`new` takes the place of `old`; either may be None."""

    __slots__ = ("new", "new_item", "old", "old_item", "position", "table")

    def __init__(
        self,
        table: Table,
        position: bytes,
        old: Stored | None,
        old_item: Item | None,
        new_item: Item | None,
        *,
        new: Stored | None = None,
    ) -> None:
        self.table = table
        self.position = position
        self.old = old
        self.new = new
        # The old item is read only if somebody needs it.
        if old_item is None and old is not None and table.indexes:
            old_item = old.item()
        self.old_item = old_item
        self.new_item = new_item

    def changes(self) -> bool:
        """Whether anything will be different: else there is no record of it."""
        old, new = self.old, self.new
        if old is None or new is None:
            return old is not new
        if old.data == new.data:
            return False
        if old.size != new.size or self.new_item is None:
            return True
        before, now = self.old_item or old.item(), self.new_item
        if before.keys() != now.keys():
            return True
        return any(
            before[name] != value and not equal(before[name], value) for name, value in now.items()
        )

    def keys(self) -> Item:
        """The key, as a stream record shows it."""
        item: dict[str, Any] | None = self.new_item or self.old_item
        if item is None:
            assert self.old is not None  # noqa: S101 - a write has an item or had one
            item = self.old.item()
        return self.table.schema.of(item)
