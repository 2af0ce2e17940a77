"""Updates the code of functions without Terraform: publishes a version, and moves `live` to it.

Terraform finds no difference: both its version and the alias's are the latest.
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

from botocore.exceptions import ClientError

from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target

ALIAS = "live"
DESCRIPTION = "Published by the lab, not by Terraform"
TIMEOUT_S = 30.0
POLL_S = 0.02


def function_names() -> tuple[str, ...]:
    """Returns the short names of all functions, such as `cart-validator`."""
    handlers = sorted(paths.FUNCTIONS.glob("*/handler.py"))
    return tuple(handler.parent.name.replace("_", "-") for handler in handlers)


def publish(target: Target, package: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Updates these functions to the code of the zip, and returns those that had another one.

    Raises LabError if an update times out.
    """
    code = Code.of(target, package)
    outdated = tuple(name for name in names if not code.is_live(name))
    if outdated:
        code.upload(package)
    with ThreadPoolExecutor() as pool:
        list(pool.map(code.deploy, outdated))
    return outdated


@dataclass(frozen=True)
class Code:
    """A zip in the environment's bucket for code; `sha256` is in base64, as in Lambda's API."""

    target: Target
    client: Any
    bucket: str
    key: str
    sha256: str

    @classmethod
    def of(cls, target: Target, package: Path) -> Code:
        """Returns the code in this zip, under the same key as in Terraform."""
        digest = hashlib.sha256(package.read_bytes())
        account = target.client("sts").get_caller_identity()["Account"]
        bucket, key = f"{target.named('code')}-{account}", f"functions/{digest.hexdigest()}.zip"
        sha256 = base64.b64encode(digest.digest()).decode()
        return cls(target, target.client("lambda"), bucket, key, sha256)

    def upload(self, package: Path) -> None:
        """Stores the zip in the bucket, unless Terraform has: its object has tags, and stays."""
        try:
            self.target.client("s3").put_object(
                Bucket=self.bucket, Key=self.key, Body=package.read_bytes(), IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise

    def is_live(self, name: str) -> bool:
        """Whether this code is live in a function."""
        return bool(self._live(self.target.named(name))["CodeSha256"] == self.sha256)

    def deploy(self, name: str) -> None:
        """Deploys the code to a function."""
        function = self.target.named(name)
        before = self._live(function)
        self.client.update_function_code(
            FunctionName=function, S3Bucket=self.bucket, S3Key=self.key
        )
        self._wait(function, "$LATEST", "LastUpdateStatus", "Successful")
        version = self._publish(function)
        self.client.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=version)
        self._delete_replaced(function, before)

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
                    f"The new code of {function} was not ready within {TIMEOUT_S:.0f} s.",
                    "Check `lab status`; `lab deploy` restores the functions.",
                )
            time.sleep(POLL_S)

    def _live(self, function: str) -> dict[str, Any]:
        """Uses the version's number: LocalStack finds no configuration by an alias."""
        alias = self.client.get_alias(FunctionName=function, Name=ALIAS)
        return self._configuration(function, alias["FunctionVersion"])

    def _configuration(self, function: str, version: str) -> dict[str, Any]:
        response = self.client.get_function_configuration(FunctionName=function, Qualifier=version)
        return dict(response)

    def _delete_replaced(self, function: str, replaced: dict[str, Any]) -> None:
        """Deletes the replaced version, unless Terraform published it."""
        if replaced.get("Description") == DESCRIPTION:
            self.client.delete_function(FunctionName=function, Qualifier=replaced["Version"])
