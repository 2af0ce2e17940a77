"""Puts code into functions that run, past Terraform: publishes a version, and moves `live` to it.

Terraform finds no difference: the version that it reads back is the latest, and so is the alias's.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target

ALIAS = "live"
DESCRIPTION = "Put here by the lab, not by Terraform"
TIMEOUT_S = 30.0
POLL_S = 0.02


def function_names() -> tuple[str, ...]:
    """The short names of all functions, such as `cart-validator`."""
    handlers = sorted(paths.FUNCTIONS.glob("*/handler.py"))
    return tuple(handler.parent.name.replace("_", "-") for handler in handlers)


def publish(target: Target, package: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Gives these functions the code of the zip, and returns those that had another one.

    Raises LabError if one does not take it in time.
    """
    code = Code.of(target, package)
    outdated = tuple(name for name in names if not code.is_live(name))
    if outdated:
        code.upload(package)
    with ThreadPoolExecutor() as pool:
        list(pool.map(code.put, outdated))
    return outdated


@dataclass(frozen=True)
class Code:
    """A zip in the bucket of the environment's code; `sha256` in base64, as Lambda has it."""

    target: Target
    client: Any
    bucket: str
    key: str
    sha256: str

    @classmethod
    def of(cls, target: Target, package: Path) -> Code:
        """The code in this zip, under the name that Terraform would give it."""
        digest = hashlib.sha256(package.read_bytes())
        account = target.client("sts").get_caller_identity()["Account"]
        bucket, key = f"{target.named('code')}-{account}", f"functions/{digest.hexdigest()}.zip"
        sha256 = base64.b64encode(digest.digest()).decode()
        return cls(target, target.client("lambda"), bucket, key, sha256)

    def upload(self, package: Path) -> None:
        """Stores the zip in the bucket."""
        self.target.client("s3").put_object(
            Bucket=self.bucket, Key=self.key, Body=package.read_bytes()
        )

    def is_live(self, name: str) -> bool:
        """Whether a function's callers get this code."""
        return bool(self._live(self.target.named(name))["CodeSha256"] == self.sha256)

    def put(self, name: str) -> None:
        """Makes it the code of a function."""
        function = self.target.named(name)
        before = self._live(function)
        self.client.update_function_code(
            FunctionName=function, S3Bucket=self.bucket, S3Key=self.key
        )
        self._wait(function, "$LATEST", "LastUpdateStatus", "Successful")
        version = self._publish(function)
        self.client.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=version)
        self._clear_away(function, before)

    def _publish(self, function: str) -> str:
        published = self.client.publish_version(
            FunctionName=function, CodeSha256=self.sha256, Description=DESCRIPTION
        )
        self._wait(function, published["Version"], "State", "Active")
        return str(published["Version"])

    def _wait(self, function: str, version: str, field: str, value: str) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while self._configuration(function, version)[field] != value:
            if time.monotonic() > deadline:
                raise LabError(
                    f"{function} did not take its new code within {TIMEOUT_S:.0f} s.",
                    "Look at `lab status`; `lab deploy` puts everything right.",
                )
            time.sleep(POLL_S)

    def _live(self, function: str) -> dict[str, Any]:
        """By the version's number: LocalStack does not find a configuration by an alias."""
        alias = self.client.get_alias(FunctionName=function, Name=ALIAS)
        return self._configuration(function, alias["FunctionVersion"])

    def _configuration(self, function: str, version: str) -> dict[str, Any]:
        answer = self.client.get_function_configuration(FunctionName=function, Qualifier=version)
        return dict(answer)

    def _clear_away(self, function: str, replaced: dict[str, Any]) -> None:
        """Of the versions that nobody can reach any more only Terraform's own are kept."""
        if replaced.get("Description") == DESCRIPTION:
            self.client.delete_function(FunctionName=function, Qualifier=replaced["Version"])
