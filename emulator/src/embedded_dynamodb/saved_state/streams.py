"""Streams and their records as plain data."""

from dataclasses import asdict, fields

from embedded_dynamodb.saved_state.images import Data, Images, image_of
from embedded_dynamodb.streams import Change, Shard, StreamLog
from embedded_dynamodb.tables.table import Table

# What is not in the data as it is in a log.
_OTHER = ("schema", "records", "shards")
_PLAIN = tuple(field.name for field in fields(StreamLog) if field.name not in _OTHER)


def save_stream(log: StreamLog) -> Data:
    """A stream with the records of a day."""
    return {
        **{name: getattr(log, name) for name in _PLAIN},
        "schema": [dict(element) for element in log.schema],
        "shards": [asdict(shard) for shard in log.shards],
        "records": [_save_record(change) for change in log.records],
    }


def load_stream(saved: Data, table: Table, images: Images) -> StreamLog:
    """The stream of a table."""
    log = StreamLog(
        **{name: saved[name] for name in _PLAIN if name not in ("horizon", "next_sequence")},
        schema=tuple(saved["schema"]),
    )
    log.horizon, log.next_sequence = saved["horizon"], saved["next_sequence"]
    log.shards = [Shard(**shard) for shard in saved["shards"]]
    for record in saved["records"]:
        log.records.append(_load_record(record, table, images))
    return log


def _save_record(change: Change) -> list[object]:
    return [
        change.sequence,
        change.moment,
        change.keys,
        image_of(change.old),
        image_of(change.new),
        change.user_identity,
    ]


def _load_record(saved: list[object], table: Table, images: Images) -> Change:
    sequence, moment, keys, old, new, user_identity = saved
    return Change(
        table=table,
        keys=keys,  # type: ignore[arg-type]
        old=images.stored(old),  # type: ignore[arg-type]
        new=images.stored(new),  # type: ignore[arg-type]
        moment=moment,  # type: ignore[arg-type]
        sequence=sequence,  # type: ignore[arg-type]
        user_identity=user_identity,  # type: ignore[arg-type]
    )
