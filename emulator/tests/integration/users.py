"""A user with an access key, whose permissions a test changes."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud, document
from tests.integration.roles import ACCOUNT, REGION

Keys = dict[str, Any]
GET = {"TableName": "none", "Key": {"id": {"S": "1"}}}
MISSING = "ResourceNotFoundException"  # of a request that is allowed, for a table that is not there


class User:
    """A user with a key of its own; it may do what the statements say."""

    def __init__(self, cloud: Cloud, *statements: dict[str, Any], **settings: Any) -> None:
        self.cloud, self.iam = cloud, cloud.client("iam")
        self.name = f"user-{uuid.uuid4().hex[:8]}"
        created = self.iam.create_user(UserName=self.name, **settings)["User"]
        self.arn, self.id = created["Arn"], created["UserId"]
        self.key: Keys = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        if statements:
            self.may(*statements)

    def client(self, service: str) -> Any:
        return client_of(self.cloud, self.key, service)

    def may(self, *statements: dict[str, Any]) -> None:
        """Puts these statements in the place of what the user might until now."""
        self.iam.put_user_policy(
            UserName=self.name, PolicyName="permissions", PolicyDocument=document(*statements)
        )

    def may_nothing(self) -> None:
        self.iam.delete_user_policy(UserName=self.name, PolicyName="permissions")

    def group(self, *statements: dict[str, Any]) -> str:
        """Adds the user to a new group with these statements, and returns the group's name."""
        name = f"group-{self.name}"
        self.iam.create_group(GroupName=name)
        self.iam.put_group_policy(
            GroupName=name, PolicyName="permissions", PolicyDocument=document(*statements)
        )
        self.iam.add_user_to_group(GroupName=name, UserName=self.name)
        return name

    def managed(self, *statements: dict[str, Any]) -> str:
        """The ARN of a new managed policy with these statements, which is attached to nobody."""
        name = f"policy-{uuid.uuid4().hex[:8]}"
        created = self.iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))
        return str(created["Policy"]["Arn"])


def client_of(cloud: Cloud, keys: Keys, service: str) -> Any:
    """A client with keys as IAM or STS returns them."""
    session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken"), region_name=REGION
    )
    config = Config(retries={"total_max_attempts": 1})
    return session.client(service, endpoint_url=cloud.endpoint, config=config)  # type: ignore[call-overload]


def table(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def code(call: Any, **parameters: Any) -> str:
    """The code of the error; empty if there is none."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
