"""Backups of an environment in their bucket: what is written is written once, and checked.

ENV/BACKUP/TRY/orders/00000.jsonl.gz     a part of a table; its metadata says what follows
ENV/BACKUP/TRY/parameters.json
ENV/BACKUP/manifest.json                 last: this makes it a backup
ENV/restoring.json                       while a backup is brought back
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
DELETED_AT_ONCE = 1000  # what S3 takes in one call


@dataclass(frozen=True)
class Vault:
    """The backups of one environment. `account` owns the bucket, or S3 refuses."""

    target: Target
    bucket: str
    account: str

    @classmethod
    def of(cls, target: Target, bucket: str | None = None) -> Vault:
        """The environment's vault, or the one in `bucket`. Raises LabError if there is none."""
        account = buckets.account_of(target)
        name = bucket or buckets.name_for(target, account)
        buckets.require(target, name, account)
        return cls(target, name, account)

    @classmethod
    def existing(cls, target: Target) -> Vault | None:
        """The environment's vault if its bucket is there and ours; nothing is made."""
        account = buckets.account_of(target)
        name = buckets.name_for(target, account)
        return cls(target, name, account) if buckets.is_there(target, name, account) else None

    @cached_property
    def s3(self) -> Any:
        """The client, which is safe to use from several threads."""
        return self.target.client("s3")

    def command_to_list(self) -> str:
        """What shows the backups of this vault."""
        return f"lab backup {self.target.environment} --list{self._option('--to')}"

    def command_to_restore(self, backup: str) -> str:
        """What brings a backup of this vault back."""
        return f"lab restore {self.target.environment} {backup}{self._option('--from')}"

    def _option(self, name: str) -> str:
        """Names the bucket where it is not the environment's own."""
        own = buckets.name_for(self.target, self.account)
        return "" if self.bucket == own else f" {name} {self.bucket}"

    def _damaged(self, part: Part, how: str) -> LabError:
        return LabError(
            f"The backup is damaged: {part.key} {how}. Nothing was written.",
            f"Take another one: `{self.command_to_list()}`",
        )

    @property
    def _place(self) -> dict[str, str]:
        return {"Bucket": self.bucket, "ExpectedBucketOwner": self.account}

    def path(self, *names: str) -> str:
        """The key of something of this environment."""
        return "/".join((self.target.environment, *names))

    def put(self, key: str, body: bytes, items: int, metadata: Mapping[str, str]) -> Part:
        """Writes a part, whole or not at all. Raises LabError if somebody else wrote it."""
        digest = hashlib.sha256(body)
        said = {"items": str(items), "sha256": digest.hexdigest(), **metadata}
        try:
            answer = self._put(key, body, Metadata=said, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "412"):
                raise
            raise _somebody_else(key) from error
        return Part(key, answer["VersionId"], items, len(body), digest.hexdigest())

    def _put(self, key: str, body: bytes, **more: Any) -> Any:
        """S3 compares the digest itself: what arrives damaged is refused."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        return self.s3.put_object(Key=key, Body=body, ChecksumSHA256=digest, **more, **self._place)

    def head(self, key: str) -> tuple[Part, Mapping[str, str]]:
        """A part that an earlier run wrote, and its metadata."""
        said = self.s3.head_object(Key=key, **self._place)
        known = said["Metadata"]
        size = said["ContentLength"]
        return Part(key, said["VersionId"], int(known["items"]), size, known["sha256"]), known

    def get(self, part: Part) -> bytes:
        """The bytes of a part. Raises LabError if they are not what was written."""
        try:
            found = self.s3.get_object(Key=part.key, VersionId=part.version, **self._place)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ABSENT:
                raise
            raise self._damaged(part, "is gone") from error
        body: bytes = found["Body"].read()
        if hashlib.sha256(body).hexdigest() != part.sha256:
            raise self._damaged(part, "has another SHA-256 than its manifest says")
        return body

    def keys(self, *names: str) -> list[str]:
        """Every key below a folder, in order."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Prefix=self.path(*names) + "/", **self._place
        )
        return [found["Key"] for page in pages for found in page.get("Contents", ())]

    def folders(self) -> list[str]:
        """The id of every backup, whole or not, the oldest first."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Prefix=self.path() + "/", Delimiter="/", **self._place
        )
        found = (f["Prefix"] for page in pages for f in page.get("CommonPrefixes", ()))
        return sorted(prefix.rstrip("/").rpartition("/")[2] for prefix in found)

    def discard(self, *names: str) -> None:
        """Deletes everything below a folder; its versions stay until the bucket's rule ends."""
        keys = self.keys(*names)
        for first in range(0, len(keys), DELETED_AT_ONCE):
            chosen = [{"Key": key} for key in keys[first : first + DELETED_AT_ONCE]]
            self.s3.delete_objects(Delete={"Objects": chosen, "Quiet": True}, **self._place)

    def manifests(self) -> Iterator[Manifest]:
        """Every whole backup, the oldest first."""
        return (found for backup in self.folders() if (found := self.manifest(backup)))

    def manifest(self, backup: str) -> Manifest | None:
        """The manifest of a backup, None if the backup is not whole."""
        body = self._read(self.path(backup, MANIFEST))
        return Manifest.read(body) if body else None

    def complete(self, manifest: Manifest) -> None:
        """Makes it a backup."""
        self._put(self.path(manifest.backup, MANIFEST), manifest.as_json())

    def restoring(self) -> str | None:
        """The backup that somebody began to bring back and did not finish."""
        body = self._read(self.path(MARKER))
        return str(json.loads(body)["backup"]) if body else None

    def mark_restoring(self, backup: str) -> None:
        """From now on a run that is interrupted can be told from an environment in use."""
        self._put(self.path(MARKER), json.dumps({"backup": backup}).encode())

    def mark_restored(self) -> None:
        """The environment is what the backup says."""
        self.s3.delete_object(Key=self.path(MARKER), **self._place)

    def _read(self, key: str) -> bytes | None:
        try:
            body: bytes = self.s3.get_object(Key=key, **self._place)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return body


def _somebody_else(key: str) -> LabError:
    return LabError(
        f"Another backup is at work: it wrote {key} before us.", "Let it end, or run this again."
    )
