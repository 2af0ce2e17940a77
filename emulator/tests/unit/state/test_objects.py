"""The contents of S3's objects in a saved state."""

from __future__ import annotations

import hashlib
import io
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from localstack_host.state import objects


def _file(content: bytes, modified: int = 1) -> Any:
    return SimpleNamespace(
        _file=io.BytesIO(content),
        internal_last_modified=modified,
        position_lock=threading.Lock(),
        flush=lambda: None,
    )


def _store(**files: Any) -> Any:
    return SimpleNamespace(_filesystem={"bucket": {"keys": files, "multiparts": {}}})


def _contents(blobs: Path) -> list[bytes]:
    for file in blobs.iterdir():
        assert file.name == hashlib.sha256(file.read_bytes()).hexdigest()
    return sorted(file.read_bytes() for file in blobs.iterdir())


def test_before_the_pause_only_contents_with_a_hash_are_written(tmp_path: Path) -> None:
    store = _store(old=_file(b"old"), changing=_file(b"half"))
    objects.prepare(store)
    store._filesystem["bucket"]["keys"]["changing"].internal_last_modified = 2
    store._filesystem["bucket"]["keys"]["new"] = _file(b"new")
    objects.write(store, tmp_path / "blobs", None, prepared=True)
    assert _contents(tmp_path / "blobs") == [b"old"]
    objects.write(store, tmp_path / "blobs", None)
    assert _contents(tmp_path / "blobs") == [b"half", b"new", b"old"]


def test_a_content_that_changes_while_it_is_written_gets_no_wrong_name(tmp_path: Path) -> None:
    file = _file(b"before")
    store = _store(file=file)
    objects.prepare(store)
    file._file = io.BytesIO(b"after")  # its time follows
    objects.write(store, tmp_path / "blobs", None, prepared=True)
    assert _contents(tmp_path / "blobs") == [b"after"]
    file.internal_last_modified = 2
    objects.write(store, tmp_path / "blobs", None)
    assert (
        objects.index(store)["bucket"]["keys"]["file"].sha256
        == hashlib.sha256(b"after").hexdigest()
    )


def test_a_content_that_the_state_before_has_is_linked(tmp_path: Path) -> None:
    store = _store(one=_file(b"one"))
    objects.write(store, tmp_path / "first", None)
    store._filesystem["bucket"]["keys"]["two"] = _file(b"two")
    objects.write(store, tmp_path / "second", tmp_path / "first")
    assert _contents(tmp_path / "second") == [b"one", b"two"]
    name = hashlib.sha256(b"one").hexdigest()
    assert (tmp_path / "first" / name).samefile(tmp_path / "second" / name)
