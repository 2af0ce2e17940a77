"""A saved state as data that can be handed to other people: JSON, and the contents of objects.

A pickle may call any function when it is loaded. Here it is read without that: every name in it
stands for a record, which is written as JSON. `imported.py` is the way back.
"""

from __future__ import annotations

import base64
import io
import json
import math
import pickle
import sqlite3
import tarfile
import zlib
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from localstack_host.services.logs.stored_events import COLUMNS, rows
from localstack_host.state import about
from localstack_host.state.about import ABOUT, STATE, About
from localstack_host.state.layout import BLOBS, METRICS, METRICS_JSON, STATE_JSON, TABLES
from localstack_host.state.saved_states import sync

STORED_EVENTS = ("localstack_host.services.logs.stored_events", "StoredEvents")
LOG_EVENT = ("moto.logs.models", "LogEvent")
PACKED = ("localstack_host.services.stepfunctions.ended_executions", "PackedHistory")
UNPACKED = ("localstack_host.state.executions", "SavedHistory")
ENDED = ("localstack_host.state.executions", "ended_execution")
WORKER = ("localstack_host.state.executions", "worker_with_history")
PLAIN = (str, int, bool, type(None))


class Record:
    """An object of a pickle that was not made: its class or function, arguments and contents."""

    __slots__ = ("arguments", "called", "entries", "items", "state")
    named: tuple[str, str]
    arguments: tuple[Any, ...]
    called: bool
    items: list[Any]
    entries: list[tuple[Any, Any]]
    state: Any

    def __new__(cls, *arguments: Any) -> Record:
        """The pickle creates an object without calling its class."""
        made = object.__new__(cls)
        made.arguments, made.called = arguments, False
        made.state, made.items, made.entries = None, [], []
        return made

    def __init__(self, *_arguments: Any) -> None:
        """The pickle calls a class or a function."""
        self.called = True

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def append(self, item: Any) -> None:
        """The pickle adds an item, as to a list."""
        self.items.append(item)

    def extend(self, items: Any) -> None:
        """The pickle adds items, as to a list."""
        self.items.extend(items)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.entries.append((key, value))


class RecordUnpickler(pickle.Unpickler):
    """Reads a pickle, and makes records only."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._kinds: dict[tuple[str, str], type[Record]] = {}

    def find_class(self, module_name: str, global_name: str) -> Any:
        """A class of records for a name; nothing is imported."""
        name = (module_name, global_name)
        if name not in self._kinds:
            self._kinds[name] = type(global_name, (Record,), {"named": name, "__slots__": ()})
        return self._kinds[name]


def _unpacked(packed: Record) -> Record:
    """The history of an execution, which is a pickle in the pickle, as its list of events."""
    history: Record = _kind(UNPACKED).__new__(_kind(UNPACKED))
    history.state = {"events": _loaded(zlib.decompress(packed.state["packed"]))}
    return history


def _execution(ended: Record) -> Record:
    """An execution that has ended: its attributes are one pickle in the pickle, its history one."""
    kind, packed, history, state_machine, activities = ended.arguments
    execution: Record = kind.__new__(kind)
    execution.state = _loaded(packed) | {
        "exec_worker": _kind(WORKER)(_loaded(zlib.decompress(history))),
        "state_machine": state_machine,
        "_activity_store": activities,
        "_cloud_watch_logging_session": None,
    }
    return execution


def _loaded(pickled: bytes) -> Any:
    return RecordUnpickler(io.BytesIO(pickled)).load()


def _kind(name: tuple[str, str]) -> type[Record]:
    kind: type[Record] = RecordUnpickler(io.BytesIO()).find_class(*name)
    return kind


def _events(stored: Record) -> list[Any]:
    """The events of a log stream, as the list that moto has."""
    kind = _kind(LOG_EVENT)
    content = stored.state["_content"].state
    packed = chain.from_iterable(rows(pack.state["packed"]) for pack in content["packs"])
    events: list[Any] = []
    for row in islice(packed, content["dropped"], None):
        events.append(kind.__new__(kind))
        events[-1].state = dict(zip(COLUMNS, row, strict=True))
    return [*events, *content["latest"]]


class Encoder:
    """Writes a tree of records as a flat list, in which they refer to each other by number."""

    def __init__(self) -> None:
        self.objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._waiting: list[tuple[int, Any]] = []
        self._kept: list[Any] = []  # so that no identity is used again

    def encode_all(self, root: Any) -> list[Any]:
        """The list of objects; the first one is the root."""
        self._reference(root)
        while self._waiting:
            number, value = self._waiting.pop()
            self.objects[number] = self._content(value)
        return self.objects

    def value(self, value: Any) -> Any:
        """A value: as it is in JSON, or a list whose first item says what it is."""
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is float:
            return value if math.isfinite(value) else ["float", repr(value)]
        if kind in (bytes, bytearray):
            return [kind.__name__, base64.b64encode(value).decode()]
        if kind in (tuple, frozenset):
            return [kind.__name__, [self.value(item) for item in value]]
        if isinstance(value, type) and issubclass(value, Record):
            return ["name", *value.named]
        return ["at", self._reference(value)]

    def _reference(self, value: Any) -> int:
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self.objects)
            self.objects.append(None)
            self._kept.append(value)
            self._waiting.append((number, value))
        return number

    def _content(self, value: Any) -> Any:
        if isinstance(value, Record) and value.named == STORED_EVENTS:
            value = _events(value)
        kind = type(value)
        if kind in (list, set):
            return [kind.__name__, [self.value(item) for item in value]]
        if kind is dict:
            return ["dict", [[self.value(k), self.value(v)] for k, v in value.items()]]
        if isinstance(value, Record):
            return self._record(value)
        raise TypeError(f"A saved state has an object of {kind.__name__}, which is no data")

    def _record(self, record: Record) -> Any:
        if record.named == PACKED:
            record = _unpacked(record)
        elif record.named == ENDED:
            record = _execution(record)
        return [
            "call" if record.called else "object",
            *record.named,
            [self.value(argument) for argument in record.arguments],
            self.value(_attributes(record.state)),
            [self.value(item) for item in record.items],
            [[self.value(key), self.value(value)] for key, value in record.entries],
        ]


def _attributes(state: Any) -> Any:
    """The attributes of an object, which LocalStack may keep in a dictionary of its own class.

    Loading a pickle, too, puts them into a plain one.
    """
    return dict(state.entries) if isinstance(state, Record) else state


def export(folder: Path, file: Path) -> About:
    """Writes a saved state to a new `.tar.gz`: complete, or not at all."""
    if file.exists():
        raise FileExistsError(f"{file} exists already")
    described = about.check(folder)
    draft = file.with_name(f"{file.name}.draft")
    try:
        with tarfile.open(draft, "w:gz", compresslevel=6) as archive:
            _add(archive, ABOUT, (folder / ABOUT).read_bytes())
            _add(archive, STATE_JSON, _state(folder))
            if (folder / METRICS).exists():
                _add(archive, METRICS_JSON, _metrics(folder / METRICS))
            for blob in sorted((folder / BLOBS).glob("*")):
                archive.add(blob, f"{BLOBS}/{blob.name}", filter=_without_owner)
        sync(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return described


def _state(folder: Path) -> bytes:
    with (folder / STATE).open("rb") as file:
        root = RecordUnpickler(file).load()
    return json.dumps(Encoder().encode_all(root), separators=(",", ":")).encode()


def _metrics(database: Path) -> bytes:
    """The rows of the tables of data points."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        tables = {}
        for table in TABLES:
            cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - a fixed name
            columns = [column[0] for column in cursor.description]
            tables[table] = {"columns": columns, "rows": cursor.fetchall()}
        return json.dumps(tables, separators=(",", ":")).encode()
    finally:
        connection.close()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leaves out who made the file, and when."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member
