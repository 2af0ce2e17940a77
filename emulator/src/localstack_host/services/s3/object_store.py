"""LocalStack's store of objects, with keys that are the same in every process, and whole writes.

The original uses Python's `hash()` of the name, which is random for each process, and may be equal
for two names. It also writes over the object that there is: a request that is refused after that,
for a wrong checksum, destroyed it, and nobody could read it any more.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html: an object is added in full.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from localstack.services.s3.models import S3Object
from localstack.services.s3.storage.ephemeral import (
    S3_MAX_FILE_SIZE_BYTES,
    EphemeralS3ObjectStore,
    EphemeralS3StoredObject,
    LockedSpooledTemporaryFile,
)


class NamedObjectStore(EphemeralS3ObjectStore):
    """Stores the content of an object under its key and version."""

    def open(
        self, bucket: str, s3_object: S3Object, mode: Literal["r", "w"] = "r"
    ) -> EphemeralS3StoredObject:
        """Opens an object. What is written replaces it, unless an exception ends the `with`."""
        if mode == "r":
            return super().open(bucket, s3_object, mode)
        folder = Path(self.root_directory) / bucket
        return Written(self._filesystem[bucket]["keys"], folder, s3_object)

    @staticmethod
    def _key_from_s3_object(s3_object: S3Object) -> str:
        return f"{s3_object.key}?{s3_object.version_id or 'null'}"


class Written(EphemeralS3StoredObject):
    """The new content of an object. Who reads the old one reads on."""

    def __init__(self, files: dict[str, Any], folder: Path, s3_object: S3Object) -> None:
        new: Any = LockedSpooledTemporaryFile
        file = new(dir=folder, max_size=S3_MAX_FILE_SIZE_BYTES)
        super().__init__(s3_object, file, "w")
        self._files = files
        self._key = NamedObjectStore._key_from_s3_object(s3_object)
        self._replaced = files.get(self._key)
        files[self._key] = file

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """Ends the write; the object is as it was before if there is an exception."""
        super().__exit__(kind, error, trace)  # type: ignore[no-untyped-call]
        if kind is None:
            return
        if self._replaced is None:
            self._files.pop(self._key, None)
        else:
            self._files[self._key] = self._replaced
