"""Makes a saved state of an exported file, whoever made that: no code runs that the file names."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import pickle
import re
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from localstack_host.state import about, allowed, saved_states
from localstack_host.state.about import ABOUT, STATE, About
from localstack_host.state.allowed import NotAllowed
from localstack_host.state.layout import BLOBS, METRICS, METRICS_JSON, STATE_JSON, TABLES

UNREADABLE = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    ValueError,
    RecursionError,
)
MIB = 1 << 20
MOST_BYTES = 4096 * MIB  # of everything, unpacked
MOST_JSON = 512 * MIB
MOST_MEMBERS = 200_000
BLOB = re.compile(rf"{BLOBS}/([0-9a-f]{{64}})")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
COLUMN = re.compile(r"[a-z_]{1,40}")


def new_object(kind: type, *arguments: Any) -> Any:
    """Makes an object without calling its class; called when the state is loaded."""
    return kind.__new__(kind, *arguments)


class Node:
    """An object of the file: what makes it, and what it contains."""

    __slots__ = ("arguments", "call", "entries", "items", "state")
    call: Any
    arguments: tuple[Any, ...]
    items: list[Any]
    entries: list[tuple[Any, Any]]
    state: Any


class NodePickler(pickle.Pickler):
    """Writes nodes as the objects that they stand for, which are not made here."""

    def reducer_override(self, obj: Any) -> Any:
        """What is written for a node."""
        if type(obj) is not Node:
            return NotImplemented
        items = iter(obj.items) if obj.items else None
        entries = iter(obj.entries) if obj.entries else None
        return obj.call, obj.arguments, obj.state, items, entries


class Decoder:
    """Reads the list of objects, and refuses what is not allowed."""

    def __init__(self, objects: list[Any]) -> None:
        self._objects = objects
        self._made: list[Any] = [self._empty(one) for one in objects]

    def root(self) -> Any:
        """The state, as a tree of nodes."""
        for described, made in zip(self._objects, self._made, strict=True):
            self._complete(described, made)
        return self._made[0]

    def _empty(self, described: Any) -> Any:
        kind = described[0]
        empty: dict[str, Any] = {"list": list, "set": set, "dict": dict}
        if kind in empty:
            return empty[kind]()
        if kind in ("object", "call"):
            return Node()
        raise NotAllowed(f"it has an object of the kind {kind!r:.50}")

    def _complete(self, described: Any, made: Any) -> None:
        if isinstance(made, list):
            made += self._values(described[1])
        elif isinstance(made, set):
            made |= set(self._values(described[1]))
        elif isinstance(made, dict):
            made |= {self.value(key): self.value(value) for key, value in described[1]}
        else:
            self._complete_node(made, *described)

    def _complete_node(
        self,
        node: Node,
        how: str,
        module: str,
        name: str,
        arguments: Any,
        state: Any,
        items: Any,
        entries: Any,
    ) -> None:
        values = tuple(self._values(arguments))
        if how == "object":
            kind = allowed.made(module, name)
            node.call, node.arguments = new_object, (kind, *values)
            takes_objects = False
        else:
            found = allowed.called(module, name)
            kind, takes_objects = type(None), found.takes_objects
            node.call, node.arguments = found.found, values
        if not takes_objects and not all(map(_is_plain, values)):
            raise NotAllowed(f"it makes {module}.{name} of other objects")
        node.state = self._state(state, module, name, kind, how)
        node.items = self._values(items)
        node.entries = [(self.value(key), self.value(value)) for key, value in entries]

    def _state(self, encoded: Any, module: str, name: str, kind: type, how: str) -> Any:
        """The attributes. Those in a dictionary of the list are checked when it is complete."""
        state = self.value(encoded)
        if state is None:
            return None
        if how == "call" and (module, name) not in WITH_STATE:
            raise NotAllowed(f"it sets attributes of {module}.{name}")
        allowed.check_state(module, name, kind, self._filled(encoded, state))
        return state

    def _filled(self, encoded: Any, state: Any) -> Any:
        """The dictionary of a state with its contents, which may come later in the list."""
        if isinstance(state, tuple):
            return tuple(
                self._filled(one, value) for one, value in zip(encoded[1], state, strict=True)
            )
        if isinstance(state, dict) and not state and encoded[0] == "at":
            pairs = self._objects[encoded[1]][1]
            return {self.value(key): self.value(value) for key, value in pairs}
        return state

    def _values(self, encoded: list[Any]) -> list[Any]:
        return [self.value(one) for one in encoded]

    def value(self, encoded: Any) -> Any:
        """A value of the file. Raises NotAllowed for a name that cannot be one."""
        if not isinstance(encoded, list):
            return encoded
        kind, *rest = encoded
        if kind == "at":
            return self._made[rest[0]]
        if kind == "name":
            return allowed.value(*rest)
        if kind in SEQUENCES:
            return SEQUENCES[kind](self._values(rest[0]))
        if kind in SCALARS:
            return SCALARS[kind](rest[0])
        raise NotAllowed(f"it has a value of the kind {kind!r:.50}")


SEQUENCES: dict[str, Any] = {"tuple": tuple, "frozenset": frozenset}
SCALARS: dict[str, Any] = {
    "bytes": base64.b64decode,
    "bytearray": lambda text: bytearray(base64.b64decode(text)),
    "float": float,
}
WITH_STATE = {("localstack_host.state.managed_policies", "managed_policy")}


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, str | int | float | bytes | None)


def import_file(file: Path, folder: Path) -> About:
    """Makes a saved state of a file: complete, or not at all. Raises NotAllowed and Unusable."""
    if folder.exists() or folder.is_symlink():
        raise FileExistsError(f"{folder} exists already")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f"{folder.name}{saved_states.DRAFT}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700)
        described = _unpack(file, draft)
        saved_states.sync_all(draft)
        draft.rename(folder)
        saved_states.sync(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return described


def _unpack(file: Path, draft: Path) -> About:
    (draft / BLOBS).mkdir()
    try:
        with gzip.open(file) as unpacked:
            bounded: Any = Bounded(unpacked)
            with tarfile.open(fileobj=bounded, mode="r|") as tar:
                for name, content in _members(tar):
                    _store(name, content, draft)
            while bounded.read(MIB):  # the checksum comes at the end
                pass
    except UNREADABLE as error:
        raise NotAllowed(f"it cannot be read: {error}") from error
    described = about.read(draft)
    about.require_same_versions(described)
    _make_state(draft)
    if (draft / METRICS_JSON).exists():
        _make_metrics(draft)
    again = replace(About.of(draft, described.services), saved_at=_moment(described.saved_at))
    again.write(draft)
    return again


def _moment(saved_at: Any) -> str:
    """When the state was saved, which is not when it is imported. Raises NotAllowed."""
    if not isinstance(saved_at, str) or not MOMENT.fullmatch(saved_at):
        raise NotAllowed(f"it was saved at {saved_at!r:.50}, which is no time")
    return saved_at


class Bounded:
    """A file that ends with an error when too much has been read of it."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file
        self._left = MOST_BYTES

    def read(self, size: int) -> bytes:
        """Reads at most so many bytes."""
        data = self._file.read(min(size, MIB * 16))
        self._left -= len(data)
        if self._left < 0:
            raise NotAllowed(f"it has more than {MOST_BYTES // MIB} MiB")
        return data


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    """The files of an archive. Raises NotAllowed for any that an export does not have."""
    for number, member in enumerate(tar):
        known = member.name in (ABOUT, STATE_JSON, METRICS_JSON) or BLOB.fullmatch(member.name)
        if not known or not member.isreg():
            raise NotAllowed(f"it contains {member.name!r:.200}, which no export has")
        if number >= MOST_MEMBERS:
            raise NotAllowed(f"it contains more than {MOST_MEMBERS} files")
        if not BLOB.fullmatch(member.name) and member.size > MOST_JSON:
            raise NotAllowed(f"{member.name} has more than {MOST_JSON // MIB} MiB")
        content = tar.extractfile(member)
        if content is not None:
            yield member.name, content


def _store(name: str, content: IO[bytes], draft: Path) -> None:
    """Writes a file; the name of a content is its checksum."""
    total = hashlib.sha256()
    with (draft / name).open("xb") as target:
        while data := content.read(MIB):
            total.update(data)
            target.write(data)
    found = BLOB.fullmatch(name)
    if found and total.hexdigest() != found[1]:
        raise NotAllowed(f"{name} has another content than its name says")


def _make_state(draft: Path) -> None:
    source = draft / STATE_JSON
    try:
        objects = json.loads(source.read_bytes())
        root = Decoder(objects).root()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise NotAllowed(f"{STATE_JSON} is not as an export writes it: {error!r:.200}") from error
    _check_root(root, draft)
    with (draft / STATE).open("wb") as file:
        NodePickler(file, protocol=5).dump(root)
    source.unlink()


def _check_root(root: Any, draft: Path) -> None:
    """Raises NotAllowed if contents of objects are missing, or their names are no names."""
    parts = {"services", "stores", "members", "moment"}
    if not isinstance(root, dict) or root.keys() != parts:
        raise NotAllowed(f"{STATE_JSON} has not these parts: {', '.join(sorted(parts))}")
    for bucket, content in root["members"].get("s3 objects", {}).items():
        files = [*content["keys"].values()]
        for upload, numbered in content["parts"].items():
            files += numbered.values()
            _require_name(upload, allowed.KEY)
        _require_name(bucket, allowed.NAME)
        for blob in files:
            sha256 = blob.arguments[1]
            if not BLOB.fullmatch(f"{BLOBS}/{sha256}") or not (draft / BLOBS / sha256).exists():
                raise NotAllowed(f"the content {sha256!r:.80} is missing")
    for mail in root["members"].get("ses mails", {}):
        _require_name(mail, allowed.NAME)


def _require_name(text: Any, pattern: re.Pattern[str]) -> None:
    if not allowed.is_name(text, pattern):
        raise NotAllowed(f"{text!r:.100} is no name")


def _make_metrics(draft: Path) -> None:
    try:
        _make_database(draft)
    except (ValueError, TypeError, LookupError, AttributeError, sqlite3.Error) as error:
        message = f"{METRICS_JSON} is not as an export writes it: {error!r:.200}"
        raise NotAllowed(message) from error
    (draft / METRICS_JSON).unlink()


def _make_database(draft: Path) -> None:
    tables = json.loads((draft / METRICS_JSON).read_bytes())
    connection = sqlite3.connect(draft / METRICS)
    try:
        for table in TABLES:
            columns, rows = tables[table]["columns"], tables[table]["rows"]
            if not all(COLUMN.fullmatch(column) for column in columns):
                raise NotAllowed(f"{METRICS_JSON} has a column that no table has")
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)}, PRIMARY KEY (id))")
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        connection.commit()
    finally:
        connection.close()
