"""Terraform's state in the emulator's own S3."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lab.core import naming, paths
from lab.core.target import Target
from lab.deploy.terraform.locks import Lock

BUCKET = "tf-test-state"
"""The bucket that tflocal creates for a backend that names none."""

GONE = frozenset({"NoSuchBucket", "NoSuchKey", "404", "ResourceNotFoundException"})


@dataclass(frozen=True)
class State:
    """The state of one environment: its key is from `backend.tf`, the lock table from the shop."""

    target: Target
    bucket: str
    key: str
    lock_table: str

    @classmethod
    def of(cls, target: Target) -> State:
        """Returns the state of the target's environment."""
        file = paths.TERRAFORM / "environments" / target.environment / "backend.tf"
        values = dict(re.findall(r'^\s*(\w+)\s*=\s*"([^"]*)"', file.read_text(), re.MULTILINE))
        return cls(target, BUCKET, values["key"], naming.shop().lock_table)

    def resources(self) -> list[str]:
        """Returns the managed resources as `type.name`, without data sources."""
        return [f"{r['type']}.{r['name']}" for r in self._managed()]

    def count(self) -> int:
        """The number of managed resources, each instance of one counted."""
        return sum(len(resource["instances"]) for resource in self._managed())

    def instances(self, kind: str) -> list[dict[str, Any]]:
        """Returns the attributes of every managed resource of a type such as `aws_sqs_queue`."""
        return [instance["attributes"] for instance in self._instances(kind)]

    def intact(self, kind: str) -> list[dict[str, Any]]:
        """The same without those whose creation was cut off, which Terraform replaces."""
        whole = (one for one in self._instances(kind) if one.get("status") != "tainted")
        return [instance["attributes"] for instance in whole]

    def version(self) -> str:
        """A hash of the stored state; empty if there is none."""
        try:
            head = self.target.client("s3").head_object(Bucket=self.bucket, Key=self.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return ""
            raise
        return str(head["ETag"])

    def lock(self) -> Lock | None:
        """The lock of a run that goes on, or was killed; None if there is none."""
        key = {"LockID": {"S": f"{self.bucket}/{self.key}"}}
        found = self.target.client("dynamodb").get_item(
            TableName=self.lock_table, Key=key, ConsistentRead=True
        )
        if "Item" not in found:
            return None
        info = json.loads(found["Item"]["Info"]["S"])
        return Lock(info["ID"], info["Who"], info["Created"])

    def create_lock_table(self) -> None:
        """Creates the lock table unless it exists."""
        dynamodb = self.target.client("dynamodb")
        with suppress(dynamodb.exceptions.ResourceInUseException):
            dynamodb.create_table(
                TableName=self.lock_table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            )

    def remove(self) -> None:
        """Deletes the state; with the last state also the bucket and the lock table."""
        s3, dynamodb = self.target.client("s3"), self.target.client("dynamodb")
        digest = {"LockID": {"S": f"{self.bucket}/{self.key}-md5"}}
        try:
            s3.delete_object(Bucket=self.bucket, Key=self.key)
            dynamodb.delete_item(TableName=self.lock_table, Key=digest)
            if not s3.list_objects_v2(Bucket=self.bucket).get("KeyCount"):
                s3.delete_bucket(Bucket=self.bucket)
                dynamodb.delete_table(TableName=self.lock_table)
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise

    def _instances(self, kind: str) -> list[dict[str, Any]]:
        lists = (r["instances"] for r in self._managed() if r["type"] == kind)
        return [instance for instances in lists for instance in instances]

    def _managed(self) -> list[dict[str, Any]]:
        return [r for r in self._read().get("resources", []) if r["mode"] == "managed"]

    def _read(self) -> dict[str, Any]:
        try:
            body = self.target.client("s3").get_object(Bucket=self.bucket, Key=self.key)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return {}
            raise
        state: dict[str, Any] = json.loads(body.read())
        return state
