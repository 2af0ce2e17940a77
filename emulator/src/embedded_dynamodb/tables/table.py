"""A table: its items in the order of their keys, its indexes, its settings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from embedded_dynamodb.errors import ValidationException
from embedded_dynamodb.streams import StreamLog
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import Item, KeySchema, check_key_contents
from embedded_dynamodb.tables.ordered import SortedDict
from embedded_dynamodb.tables.pending import CREATING, DELETING, Pending, status_of
from embedded_dynamodb.tables.stored import Stored
from embedded_dynamodb.tables.undo_log import UndoLog

if TYPE_CHECKING:
    from embedded_dynamodb.consistency import History
    from embedded_dynamodb.throttling import Buckets

_INVALID = "One or more parameter values were invalid: "


@dataclass
class Table:
    """What is stored under one name in one account and region."""

    account: str
    region: str
    name: str
    arn: str
    id: str
    created: float
    schema: KeySchema
    # Types of the attributes in keys of the table and its indexes.
    attribute_types: dict[str, str]
    # What DescribeTable says beside names and keys, in the API's own words.
    settings: dict[str, Any] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    # Policies of the table and its stream by their ARNs, each with its revision.
    policies: dict[str, tuple[str, str]] = field(default_factory=dict)
    time_to_live: str | None = None
    # Kept while point-in-time recovery is on.
    undo: UndoLog | None = None
    # What is being created, updated or deleted of it.
    pending: list[Pending] = field(default_factory=list)
    entries: SortedDict[bytes, Stored] = field(default_factory=SortedDict)
    size: int = 0
    stream: StreamLog | None = None
    # Kept while reads may be stale.
    history: "History | None" = None
    # What is left of the throughput, kept while there is throttling.
    buckets: "Buckets" = field(default_factory=dict)

    def index(self, name: str) -> Index:
        """The index of that name, to be read."""
        index = self.indexes.get(name)
        status = status_of(self, name) if self.pending else ""
        if index is None or status == DELETING:
            raise ValidationException(f"The table does not have the specified index: {name}")
        if status == CREATING:
            raise ValidationException(
                f"Cannot read from backfilling global secondary index: {name}"
            )
        return index

    @property
    def status(self) -> str:
        """CREATING, UPDATING, DELETING or ACTIVE."""
        return status_of(self)

    @property
    def has_local_indexes(self) -> bool:
        """Whether there are item collections."""
        return any(not index.is_global for index in self.indexes.values())

    def replace(
        self,
        position: bytes,
        old: Stored | None,
        new: Stored | None,
        old_item: Item | None,
        new_item: Item | None,
    ) -> None:
        """Puts `new` in the place of `old`; the items are needed only if there are indexes."""
        if old is not None:
            self.size -= old.size
        if new is None:
            if old is not None:
                del self.entries[position]
        else:
            self.size += new.size
            self.entries[position] = new
        for index in self.indexes.values():
            index.replace(old_item, new_item, new)

    def add_index(self, index: Index) -> None:
        """Adds an index with the items that are there."""
        for stored in self.entries.values():
            index.replace(None, stored.item(), stored)
        self.indexes[index.name] = index

    def forget_unused_types(self) -> None:
        """Keeps the types of those attributes that are in a key."""
        schemas = (self.schema, *(index.schema for index in self.indexes.values()))
        used = {name for schema in schemas for name in schema.names}
        types = self.attribute_types
        self.attribute_types = {name: kind for name, kind in types.items() if name in used}

    def check_scalars(self, paths: Iterable[tuple[str | int, ...]]) -> None:
        """No path leads into an attribute of a key: those have no parts."""
        for name, *parts in paths:
            if parts and name in self.attribute_types:
                key = "Key" if name in self.schema.names else "IndexKey"
                raise ValidationException(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' "
                    f"are not allowed: {key}: {name}"
                )

    def check_index_types(self, types: dict[str, str]) -> None:
        """Attributes that get values of these types: AWS goes through the indexes' keys."""
        for index in self.indexes.values():
            for name, wanted in index.schema.attributes:
                kind = types.get(name, wanted)
                if kind != wanted:
                    raise _mismatch(name, wanted, kind, index.name)

    def check_index_keys(self, item: Item, *, updated: bool = False) -> None:
        """An index's key attribute has the index's type, or is missing."""
        for index in self.indexes.values():
            for name, kind in index.schema.attributes:
                value = item.get(name)
                if value is None or name in self.schema.names:
                    continue
                if kind not in value:
                    if updated:
                        raise ValidationException(
                            "The update expression attempted to update the secondary index key "
                            "to unsupported type"
                        )
                    raise _mismatch(name, kind, next(iter(value)), index.name)
                if value[kind] == "":
                    raise _empty_index_key(name, kind, index.name, updated=updated)
            if index.schema.is_in(item):
                check_key_contents(index.schema, item)


def _mismatch(name: str, wanted: str, kind: str, index: str) -> ValidationException:
    return ValidationException(
        f"{_INVALID}Type mismatch for Index Key {name} Expected: {wanted} Actual: {kind} "
        f"IndexName: {index}"
    )


def _empty_index_key(name: str, kind: str, index: str, *, updated: bool) -> ValidationException:
    word = "string" if kind == "S" else "binary"
    if updated:
        return ValidationException(
            "One or more parameter values are not valid. The update expression attempted to "
            "update a secondary index key to a value that is not supported. The AttributeValue "
            f"for a key attribute cannot contain an empty {word} value."
        )
    return ValidationException(
        "One or more parameter values are not valid. A value specified for a secondary index key "
        f"is not supported. The AttributeValue for a key attribute cannot contain an empty {word} "
        f"value. IndexName: {index}, IndexKey: {name}"
    )
