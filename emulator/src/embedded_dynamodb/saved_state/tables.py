"""Tables and backups as plain data."""

from dataclasses import fields

from embedded_dynamodb.saved_state.images import Data, Images, entries_of, image_of
from embedded_dynamodb.tables.backup import Backup, Snapshot
from embedded_dynamodb.tables.index import Index
from embedded_dynamodb.tables.keys import KeyAttribute, KeySchema
from embedded_dynamodb.tables.ordered import SortedDict
from embedded_dynamodb.tables.table import Table
from embedded_dynamodb.tables.undo_log import Undo, UndoLog

# What stands in a table as it is in the data.
PLAIN = (
    "account",
    "region",
    "name",
    "arn",
    "id",
    "created",
    "attribute_types",
    "settings",
    "tags",
    "policies",
    "time_to_live",
    "pending",
    "size",
)
PLAIN_IN_BACKUPS = tuple(field.name for field in fields(Backup) if field.name != "snapshot")


def save_table(table: Table) -> Data:
    """A table without the records of its stream, which are saved with the stream."""
    return {
        **{name: getattr(table, name) for name in PLAIN},
        "schema": save_schema(table.schema),
        "indexes": [save_index(index) for index in table.indexes.values()],
        "undo": None if table.undo is None else _save_undo(table.undo),
        "stream": None if table.stream is None else table.stream.arn,
        "entries": entries_of(table.entries),
    }


def load_table(saved: Data, images: Images) -> Table:
    """The table, without its stream."""
    table = Table(
        **{name: saved[name] for name in PLAIN},
        schema=load_schema(saved["schema"]),
        undo=None if saved["undo"] is None else _load_undo(saved["undo"], images),
        entries=SortedDict(images.entries(saved["entries"])),
    )
    indexes = [load_index(one) for one in saved["indexes"]]
    _fill(table, indexes)
    table.indexes = {index.name: index for index in indexes}
    return table


def _fill(table: Table, indexes: list[Index]) -> None:
    """Adds the table's items to its indexes."""
    if not indexes:
        return
    for stored in table.entries.values():
        item = stored.item()
        for index in indexes:
            index.replace(None, item, stored)


def save_schema(schema: KeySchema) -> Data:
    """The attributes of a key."""
    return {
        "hash": [list(one) for one in schema.hash],
        "range": [list(one) for one in schema.range],
    }


def load_schema(saved: Data) -> KeySchema:
    """The same, as it is used."""
    return KeySchema(
        tuple(KeyAttribute(*one) for one in saved["hash"]),
        tuple(KeyAttribute(*one) for one in saved["range"]),
    )


def save_index(index: Index) -> Data:
    """The definition of an index."""
    return {
        "name": index.name,
        "schema": save_schema(index.schema),
        "table_schema": save_schema(index.table_schema),
        "projection_type": index.projection_type,
        "extra_attributes": list(index.extra_attributes),
        "is_global": index.is_global,
        "settings": index.settings,
    }


def load_index(saved: Data) -> Index:
    """An index without entries."""
    schemas = {name: load_schema(saved[name]) for name in ("schema", "table_schema")}
    return Index(**{**saved, **schemas, "extra_attributes": tuple(saved["extra_attributes"])})


def save_backup(backup: Backup) -> Data:
    """A backup with its items."""
    snapshot = backup.snapshot
    return {
        **{name: getattr(backup, name) for name in PLAIN_IN_BACKUPS},
        "snapshot": {
            "table_arn": snapshot.table_arn,
            "schema": save_schema(snapshot.schema),
            "attribute_types": snapshot.attribute_types,
            "settings": snapshot.settings,
            "indexes": [save_index(index) for index in snapshot.indexes],
            "entries": entries_of(snapshot.entries),
        },
    }


def load_backup(saved: Data, images: Images) -> Backup:
    """The same backup."""
    snapshot = saved["snapshot"]
    return Backup(
        **{name: saved[name] for name in PLAIN_IN_BACKUPS},
        snapshot=Snapshot(
            snapshot["table_arn"],
            load_schema(snapshot["schema"]),
            snapshot["attribute_types"],
            snapshot["settings"],
            tuple(load_index(index) for index in snapshot["indexes"]),
            dict(images.entries(snapshot["entries"])),
        ),
    )


def _save_undo(log: UndoLog) -> Data:
    return {
        "since": log.since,
        "days": log.days,
        "entries": [[one.moment, one.position, image_of(one.old)] for one in log.entries],
    }


def _load_undo(saved: Data, images: Images) -> UndoLog:
    log = UndoLog(saved["since"], saved["days"])
    for moment, position, old in saved["entries"]:
        log.add(Undo(moment, position, images.stored(old)))
    return log


def placeholder(account: str, region: str, stream: Data) -> Table:
    """In the place of a deleted table, of which a stream can still be read."""
    names = [KeyAttribute(element["AttributeName"], "S") for element in stream["schema"]]
    schema = KeySchema(tuple(names[:1]), tuple(names[1:]))
    arn = stream["arn"].partition("/stream/")[0]
    return Table(account, region, stream["table_name"], arn, "", stream["created"], schema, {})
