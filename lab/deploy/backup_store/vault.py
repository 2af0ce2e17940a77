"""Backups of an environment in their bucket: objects are written once, and verified.

ENV/BACKUP/TRY/orders/00000.jsonl.gz     a part of a table; its metadata says what follows
ENV/BACKUP/TRY/parameters.json
ENV/BACKUP/manifest.json                 last: this makes it a backup
ENV/restoring.json                       while a backup is restored
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.backup_store import bucket as buckets
from lab.deploy.backup_store.manifest import Manifest, Part

MANIFEST = "manifest.json"
MARKER = "restoring.json"
ABSENT = frozenset({"NoSuchKey", "404", "NoSuchVersion"})
DELETED_AT_ONCE = 1000  # the limit of DeleteObjects


@dataclass(frozen=True)
class Vault:
    """The backups of one environment. `account` owns the bucket, or S3 refuses."""

    target: Target
    bucket: str
    account: str

    @classmethod
    def of(cls, target: Target, bucket: str | None = None) -> Vault:
        """Returns the vault of the environment or in `bucket`. Raises LabError if there is none."""
        account = buckets.account_of(target)
        name = bucket or buckets.name_for(target, account)
        buckets.require(target, name, account)
        return cls(target, name, account)

    @classmethod
    def existing(cls, target: Target) -> Vault | None:
        """Returns the environment's vault if its bucket exists and is ours; creates nothing."""
        account = buckets.account_of(target)
        name = buckets.name_for(target, account)
        return cls(target, name, account) if buckets.exists(target, name, account) else None

    @cached_property
    def s3(self) -> Any:
        """The client, which is safe to use from several threads."""
        return self.target.client("s3")

    def command_to_list(self) -> str:
        """Returns the command that lists the backups of this vault."""
        return f"lab backup {self.target.environment} --list{self._option('--to')}"

    def command_to_restore(self, backup: str) -> str:
        """Returns the command that restores a backup of this vault."""
        return f"lab restore {self.target.environment} {backup}{self._option('--from')}"

    def _option(self, name: str) -> str:
        """Returns the option for the bucket, unless it is the environment's own."""
        own = buckets.name_for(self.target, self.account)
        return "" if self.bucket == own else f" {name} {self.bucket}"

    def _damaged(self, part: Part, damage: str) -> LabError:
        return LabError(
            f"The backup is damaged: {part.key} {damage}. Nothing was written.",
            f"Take another one: `{self.command_to_list()}`",
        )

    @property
    def _place(self) -> dict[str, str]:
        return {"Bucket": self.bucket, "ExpectedBucketOwner": self.account}

    def path(self, *names: str) -> str:
        """Returns the key of an object of this environment."""
        return "/".join((self.target.environment, *names))

    def put(self, key: str, body: bytes, items: int, metadata: Mapping[str, str]) -> Part:
        """Writes a part, whole or not at all. Raises LabError if another run wrote it."""
        digest = hashlib.sha256(body)
        object_metadata = {"items": str(items), "sha256": digest.hexdigest(), **metadata}
        try:
            response = self._put(key, body, Metadata=object_metadata, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "412"):
                raise
            raise _concurrent_backup(key) from error
        return Part(key, response["VersionId"], items, len(body), digest.hexdigest())

    def _put(self, key: str, body: bytes, **more: Any) -> Any:
        """Writes an object. S3 verifies the digest, and refuses a damaged body."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        return self.s3.put_object(Key=key, Body=body, ChecksumSHA256=digest, **more, **self._place)

    def head(self, key: str) -> tuple[Part, Mapping[str, str]]:
        """Returns a part that an earlier run wrote, and its metadata."""
        response = self.s3.head_object(Key=key, **self._place)
        metadata = response["Metadata"]
        size = response["ContentLength"]
        return Part(
            key, response["VersionId"], int(metadata["items"]), size, metadata["sha256"]
        ), metadata

    def get(self, part: Part) -> bytes:
        """Returns the bytes of a part. Raises LabError if they are not those that were written."""
        try:
            response = self.s3.get_object(Key=part.key, VersionId=part.version, **self._place)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ABSENT:
                raise
            raise self._damaged(part, "is gone") from error
        body: bytes = response["Body"].read()
        if hashlib.sha256(body).hexdigest() != part.sha256:
            raise self._damaged(part, "has another SHA-256 than in its manifest")
        return body

    def keys(self, *names: str) -> list[str]:
        """Returns every key below a folder, in order."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Prefix=self.path(*names) + "/", **self._place
        )
        return [item["Key"] for page in pages for item in page.get("Contents", ())]

    def folders(self) -> list[str]:
        """Returns the id of every backup, complete or not, the oldest first."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Prefix=self.path() + "/", Delimiter="/", **self._place
        )
        prefixes = (f["Prefix"] for page in pages for f in page.get("CommonPrefixes", ()))
        return sorted(prefix.rstrip("/").rpartition("/")[2] for prefix in prefixes)

    def discard(self, *names: str) -> None:
        """Deletes everything below a folder; versions remain until the bucket expires them."""
        keys = self.keys(*names)
        for first in range(0, len(keys), DELETED_AT_ONCE):
            chosen = [{"Key": key} for key in keys[first : first + DELETED_AT_ONCE]]
            self.s3.delete_objects(Delete={"Objects": chosen, "Quiet": True}, **self._place)

    def manifests(self) -> Iterator[Manifest]:
        """Yields every complete backup, the oldest first."""
        return (manifest for backup in self.folders() if (manifest := self.manifest(backup)))

    def manifest(self, backup: str) -> Manifest | None:
        """Returns the manifest of a backup, or None if the backup is incomplete."""
        body = self._read(self.path(backup, MANIFEST))
        return Manifest.read(body) if body else None

    def complete(self, manifest: Manifest) -> None:
        """Stores the manifest, which completes the backup."""
        self._put(self.path(manifest.backup, MANIFEST), manifest.as_json())

    def restoring(self) -> str | None:
        """Returns the backup whose restore was started and has not finished, if any."""
        body = self._read(self.path(MARKER))
        return str(json.loads(body)["backup"]) if body else None

    def mark_restoring(self, backup: str) -> None:
        """Stores that a restore is running, so that an interrupted one can be recognized."""
        self._put(self.path(MARKER), json.dumps({"backup": backup}).encode())

    def mark_restored(self) -> None:
        """Stores that the restore has finished."""
        self.s3.delete_object(Key=self.path(MARKER), **self._place)

    def _read(self, key: str) -> bytes | None:
        try:
            body: bytes = self.s3.get_object(Key=key, **self._place)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return body


def _concurrent_backup(key: str) -> LabError:
    return LabError(
        f"Another backup is running: it has already written {key}.",
        "Wait for it, or run this again.",
    )
