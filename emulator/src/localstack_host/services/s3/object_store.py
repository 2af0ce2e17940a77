"""LocalStack's store of objects, with keys that are the same in every process.

The original uses Python's `hash()` of the name, which is random for each process, and may be equal
for two names.
"""

from __future__ import annotations

from localstack.services.s3.models import S3Object
from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore


class NamedObjectStore(EphemeralS3ObjectStore):
    """Stores the content of an object under its key and version."""

    @staticmethod
    def _key_from_s3_object(s3_object: S3Object) -> str:
        return f"{s3_object.key}?{s3_object.version_id or 'null'}"
