"""A role whose permissions a test changes, and statements for it."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from tests.integration.conftest import Cloud, document

REGION, ACCOUNT = "us-east-2", "000000000000"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


class Role:
    """A role with a session of its own."""

    def __init__(self, cloud: Cloud, *statements: dict[str, Any]) -> None:
        self.cloud = cloud
        self.arn = cloud.role(*(statements or [nothing()]), AWS=ROOT)
        self.name = self.arn.rpartition("/")[2]
        self.iam, sts = cloud.client("iam"), cloud.client("sts")
        self.keys = sts.assume_role(RoleArn=self.arn, RoleSessionName="test")["Credentials"]
        self.session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.name}/test"

    def client(self, service: str, agent: str = "boto") -> Any:
        session = boto3.Session(
            self.keys["AccessKeyId"],
            self.keys["SecretAccessKey"],
            self.keys["SessionToken"],
            region_name=REGION,
        )
        config = Config(retries={"total_max_attempts": 1}, user_agent=agent)
        return session.client(service, endpoint_url=self.cloud.endpoint, config=config)  # type: ignore[call-overload]

    def may(self, *statements: dict[str, Any]) -> None:
        """Puts these statements in the place of what the role might until now."""
        self.iam.put_role_policy(
            RoleName=self.name,
            PolicyName="permissions",
            PolicyDocument=document(*(statements or [nothing()])),
        )


def allow(action: str | list[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def nothing() -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "none:Nothing", "Resource": "*"}
