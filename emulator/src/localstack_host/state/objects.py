"""The contents of S3's objects: files named by their SHA-256, which saved states share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class Blob(NamedTuple):
    """The SHA-256 of a content, and when it was written (in nanoseconds)."""

    sha256: str
    modified: int


def prepare(store: Any) -> None:
    """Computes the hashes of new contents. No lock is needed to read them after that."""
    for file in _files(store):
        if _known(file) is None:
            with file.position_lock:
                file.flush()
                _hashed(file)


def index(store: Any) -> dict[str, Any]:
    """What has which content: objects by bucket, key and version, and parts of uploads."""
    return {
        bucket: {
            "keys": {key: _hashed(file) for key, file in list(content["keys"].items())},
            "parts": {
                upload: {number: _hashed(file) for number, file in list(one.parts.items())}
                for upload, one in list(content["multiparts"].items())
            },
        }
        for bucket, content in list(store._filesystem.items())
    }


def write(store: Any, blobs: Path, before: Path | None, *, prepared: bool = False) -> None:
    """Writes or links every content that is not there. `before` are those of the state before.

    With `prepared` leaves out what has no hash yet: it may be changing. Each content is named by
    what was read, as it may have changed since, too.
    """
    blobs.mkdir(exist_ok=True)
    for file in _files(store):
        blob = _known(file) if prepared else _hashed(file)
        if blob is None or (blobs / blob.sha256).exists():
            continue
        if before is None or not _linked(before / blob.sha256, blobs / blob.sha256):
            content = _content(file)
            (blobs / hashlib.sha256(content).hexdigest()).write_bytes(content)


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def _files(store: Any) -> Iterator[Any]:
    for content in list(store._filesystem.values()):
        yield from list(content["keys"].values())
        for upload in list(content["multiparts"].values()):
            yield from list(upload.parts.values())


def _hashed(file: Any) -> Blob:
    """The hash of a file's content, computed once for each content."""
    known = _known(file)
    if known is None:
        known = Blob(hashlib.sha256(_content(file)).hexdigest(), file.internal_last_modified)
        file.saved_as = known
    return known


def _known(file: Any) -> Blob | None:
    """The hash of a file's content, if it was computed since the content changed."""
    known: Blob | None = getattr(file, "saved_as", None)
    return known if known and known.modified == file.internal_last_modified else None


def _content(file: Any) -> bytes:
    """The content, without moving the position: a child process shares it with its parent."""
    inner = file._file
    if hasattr(inner, "getvalue"):
        return bytes(inner.getvalue())
    return os.pread(inner.fileno(), os.fstat(inner.fileno()).st_size, 0)


def load(store: Any, saved: dict[str, Any], blobs: Path, buckets: dict[str, Any]) -> None:
    """Creates the files of a saved index. `buckets` are the S3 buckets by name."""
    for name, content in saved.items():
        store.create_bucket(name)
        for key, blob in content["keys"].items():
            store._filesystem[name]["keys"][key] = _file(store, name, blob, blobs)
        for upload, parts in content["parts"].items():
            multipart = buckets[name].multiparts.get(upload)
            if multipart is not None:
                files = store.get_multipart(name, multipart).parts
                files |= {number: _file(store, name, blob, blobs) for number, blob in parts.items()}


def _file(store: Any, bucket: str, blob: Any, blobs: Path) -> Any:
    from localstack.services.s3.storage import ephemeral

    files: Any = ephemeral
    folder = os.path.join(store.root_directory, bucket)  # noqa: PTH118 - LocalStack's are strings
    most = files.S3_MAX_FILE_SIZE_BYTES
    file = files.LockedSpooledTemporaryFile(dir=folder, max_size=most)
    file.write((blobs / blob[0]).read_bytes())
    file.seek(0)
    file.internal_last_modified = blob[1]
    file.saved_as = Blob(*blob)
    return file
