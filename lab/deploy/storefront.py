"""Uploads the shop's page to the environment's bucket, and has CloudFront forget the old one."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from lab.core import paths
from lab.core.environment_settings import settings_of
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.shop import api_key, tokens

PAGE = paths.ROOT / "storefront"
PICTURES = paths.SEED / "pictures"
CONFIG = "config.json"
INDEX = "index.html"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Not those of the machine, which differ: a browser runs no script of another type."""

VERSIONED = re.compile(r"-\d+\.\d+\.\d+\.\w+$")
FOR_A_YEAR = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


@dataclass(frozen=True)
class File:
    """A file of the page, and how it is served."""

    key: str
    body: bytes

    @property
    def content_type(self) -> str:
        """Raises LabError for a kind of file that nobody has thought of."""
        suffix = Path(self.key).suffix
        if suffix not in TYPES:
            raise LabError(
                f"The page has the file {self.key}, and {suffix or 'no suffix'} has no type.",
                "Add the type in lab/deploy/storefront.py, or take the file away.",
            )
        return TYPES[suffix]

    @property
    def cache_control(self) -> str:
        """For a year if its name changes with its content; otherwise asked for each time."""
        return FOR_A_YEAR if VERSIONED.search(self.key) else ASK_FIRST

    @property
    def etag(self) -> str:
        """What S3 calls this content."""
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


@dataclass(frozen=True)
class Uploaded:
    """How many files the page has, how many are new or changed, and how many were deleted."""

    files: int
    changed: int
    deleted: int


def upload(target: Target, on_progress: Progress = ignore) -> Uploaded | None:
    """Uploads the page if the environment has a bucket for it; None if it has none.

    The page comes after the files that it needs, and what it needs no more is deleted last.
    Raises LabError for a file without a type, before anything is uploaded.
    """
    bucket, s3 = bucket_of(target), target.client("s3")
    if not _exists(s3, bucket):
        return None
    on_progress("uploading the shop's page")
    files = sorted(_files(target), key=lambda file: file.key == INDEX)
    served = [(file, file.content_type) for file in files]
    before = _listed(s3, bucket)
    for file, content_type in served:
        s3.put_object(
            Bucket=bucket,
            Key=file.key,
            Body=file.body,
            ContentType=content_type,
            CacheControl=file.cache_control,
        )
    stale = sorted(before.keys() - {file.key for file in files})
    for key in stale:
        s3.delete_object(Bucket=bucket, Key=key)
    changed = sum(before.get(file.key) != file.etag for file in files)
    if changed or stale:
        _invalidate(target, bucket)
    return Uploaded(len(files), changed, len(stale))


def bucket_of(target: Target) -> str:
    """The name of the environment's bucket for the page, whether it exists or not."""
    account = target.client("sts").get_caller_identity()["Account"]
    return f"{target.named('storefront')}-{account}"


def _files(target: Target) -> Iterator[File]:
    for folder, prefix in ((PAGE, ""), (PICTURES, "pictures/")):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and not any(part.startswith(".") for part in name.parts):
                yield File(f"{prefix}{name.as_posix()}", path.read_bytes())
    yield File(CONFIG, json.dumps(config(target), indent=2).encode())


def config(target: Target) -> dict[str, Any]:
    """What the page must know of its environment. Nothing of it is secret: everybody reads it."""
    ssm = target.client("ssm")
    name = f"{target.settings_path}/storefront/sign-in"
    sign_in = json.loads(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    gateway = settings_of(target.environment).get("payment_gateway")
    key = api_key.read(target)
    return {
        "issuer": tokens.read_settings(target)["issuer"],
        "scope": "openid",
        "token": "access_token",
        "payment": "simulated" if gateway == "simulated" else "provider",
        **{name: value for name, value in sign_in.items() if value},
        **({"apiKey": key} if key else {}),
    }


def _exists(s3: Any, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
            return False
        raise
    return True


def _listed(s3: Any, bucket: str) -> dict[str, str]:
    """The files in the bucket, by key, with what S3 calls their content."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {row["Key"]: row["ETag"] for page in pages for row in page.get("Contents", [])}


def _invalidate(target: Target, bucket: str) -> None:
    """Has CloudFront fetch everything anew; the emulator has no CloudFront."""
    if target.endpoint is not None:
        return
    cloudfront = target.client("cloudfront")
    for distribution in _distributions_of(cloudfront, bucket):
        cloudfront.create_invalidation(
            DistributionId=distribution,
            InvalidationBatch={
                "Paths": {"Quantity": 1, "Items": ["/*"]},
                "CallerReference": str(uuid.uuid4()),
            },
        )


def _distributions_of(cloudfront: Any, bucket: str) -> Iterator[str]:
    for page in cloudfront.get_paginator("list_distributions").paginate():
        for distribution in page["DistributionList"].get("Items", []):
            origins = [origin["DomainName"] for origin in distribution["Origins"]["Items"]]
            if any(name.startswith(f"{bucket}.s3.") for name in origins):
                yield str(distribution["Id"])
