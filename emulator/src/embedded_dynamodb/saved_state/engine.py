"""An engine as plain data."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embedded_dynamodb.saved_state.images import Data, Images
from embedded_dynamodb.saved_state.streams import load_stream, save_stream
from embedded_dynamodb.saved_state.tables import (
    load_backup,
    load_table,
    placeholder,
    save_backup,
    save_table,
)
from embedded_dynamodb.settings import Settings
from embedded_dynamodb.tables.store import Space
from embedded_dynamodb.transactions.tokens import Used

if TYPE_CHECKING:
    from embedded_dynamodb.engine import Engine

FORMAT = 1


def save(engine: "Engine") -> Data:
    """Everything that the engine holds; the caller holds the lock.

    Lists and dictionaries may be the engine's own: whoever keeps the data must copy it, as by
    writing it. A transaction in progress has been applied; what its caller still waits for, and
    what has been used of throughput, is not saved.
    """
    spaces = engine.store.spaces.items()
    return {
        "format": FORMAT,
        "sequence": engine.sequences.following,
        "settings": engine.settings.as_dict(),
        "tokens": [
            (*key, used.request, used.done, used.sizes) for key, used in engine.tokens.used.items()
        ],
        "spaces": [_save_space(account, region, space) for (account, region), space in spaces],
    }


def load(engine: "Engine", saved: Data) -> None:
    """Fills a new engine; the caller holds the lock."""
    if saved["format"] != FORMAT:
        raise ValueError(f"The saved format is {saved['format']!r}, and not {FORMAT}.")
    spaces = {(one["account"], one["region"]): _load_space(one) for one in saved["spaces"]}
    engine.sequences.following = saved["sequence"]
    engine.settings = replace(Settings(), **saved["settings"])
    engine.simulates = engine.settings.is_on
    for account, region, token, request, done, sizes in saved["tokens"]:
        used = Used(request, done, tuple(map(tuple, sizes)))
        engine.tokens.note((account, region, token), used)
    engine.store.spaces.update(spaces)


def _save_space(account: str, region: str, space: Space) -> Data:
    return {
        "account": account,
        "region": region,
        "tables": [save_table(table) for table in space.tables.values()],
        "streams": [save_stream(log) for log in space.streams.values()],
        "backups": [save_backup(backup) for backup in space.backups.values()],
    }


def _load_space(saved: dict[str, Any]) -> Space:
    images, space = Images(), Space()
    by_stream = {}
    for one in saved["tables"]:
        table = load_table(one, images)
        space.tables[table.name] = table
        by_stream[one["stream"]] = table
    for one in saved["streams"]:
        _load_stream(one, saved, space, by_stream.get(one["arn"]), images)
    for one in saved["backups"]:
        space.backups[one["arn"]] = load_backup(one, images)
    return space


def _load_stream(one: Data, saved: Data, space: Space, table: Any, images: Images) -> None:
    owner = table or placeholder(saved["account"], saved["region"], one)
    log = load_stream(one, owner, images)
    space.streams[log.arn] = log
    if table is not None:
        table.stream = log
