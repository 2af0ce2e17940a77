"""A role that the learner assumes, to try policies in milliseconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from lab.core import clients
from lab.core.target import Target
from lab.lessons.lesson import Lesson

NAME = "lesson-visitor"
ADMIN = "lesson-administrator"
INLINE = "visitor"
Call = Callable[[], object]


@dataclass(frozen=True)
class Visitor:
    """A session with the permissions of one policy."""

    target: Target
    session: clients.Session

    def table(self, name: str) -> Any:
        """A boto3 table: `orders` is orders-dev."""
        resource = self.session.resource(
            "dynamodb", endpoint_url=self.target.endpoint, config=clients.to_emulator()
        )
        return resource.Table(self.target.table(name))


def administrator(lesson: Lesson) -> clients.Session:
    """Creates a user with all permissions, who is deleted after the lesson.

    The root user cannot assume roles, so that a user is needed to assume one.
    """
    target = lesson.target
    iam = target.client("iam")
    remove_administrator(target)
    lesson.later(lambda: remove_administrator(target))
    iam.create_user(UserName=ADMIN)
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_user_policy(UserName=ADMIN, PolicyName=INLINE, PolicyDocument=document)
    key = iam.create_access_key(UserName=ADMIN)["AccessKey"]
    keys = clients.Keys(key["AccessKeyId"], key["SecretAccessKey"])
    return clients.emulator_session(keys, target.region)


def admit(lesson: Lesson, policy: Mapping[str, Any]) -> Visitor:
    """A visitor with this policy. The role is deleted after the lesson."""
    target = lesson.target
    remove(target)
    lesson.later(lambda: remove(target))
    account = target.client("sts").get_caller_identity()["Account"]
    iam = target.client("iam")
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(_trust(account)))
    iam.put_role_policy(RoleName=NAME, PolicyName=INLINE, PolicyDocument=json.dumps(policy))
    return Visitor(target, assume(target, administrator(lesson), role["Role"]["Arn"]))


def assume(target: Target, who: clients.Session, role_arn: str) -> clients.Session:
    """Assumes a role as `who`. Raises ClientError if the role does not trust them."""
    sts = who.client("sts", endpoint_url=target.endpoint, config=clients.to_emulator())
    response = sts.assume_role(RoleArn=role_arn, RoleSessionName="learner")
    keys = response["Credentials"]
    role = clients.Keys(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return clients.emulator_session(role, target.region)


def remove_administrator(target: Target) -> None:
    """Deletes the administrator, if there is one."""
    iam = target.client("iam")
    with suppress(iam.exceptions.NoSuchEntityException):
        for key in iam.list_access_keys(UserName=ADMIN)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=ADMIN, AccessKeyId=key["AccessKeyId"])
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_user_policy(UserName=ADMIN, PolicyName=INLINE)
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_user(UserName=ADMIN)


def remove(target: Target) -> None:
    """Deletes the visitors' role, if there is one."""
    iam = target.client("iam")
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_role_policy(RoleName=NAME, PolicyName=INLINE)
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_role(RoleName=NAME)


def _trust(account: str) -> dict[str, Any]:
    """A trust policy for every principal of the account."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "sts:AssumeRole",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def history_calls(visitor: Visitor, customer: str, order_id: str) -> dict[str, Call]:
    """Calls for somebody who should only list the orders of one customer."""
    orders, payments = visitor.table("orders"), visitor.table("payments")
    own = Key("customerId").eq(customer)
    return {
        "list the customer's orders": lambda: orders.query(
            IndexName="by-customer", KeyConditionExpression=own
        ),
        "read an order by its id": lambda: orders.get_item(Key={"orderId": order_id}),
        "read all orders of the shop": lambda: orders.scan(Limit=1),
        "read all through the index": lambda: orders.scan(IndexName="by-customer", Limit=1),
        "change an order": lambda: orders.update_item(
            Key={"orderId": order_id}, UpdateExpression="REMOVE nothingOfThisName"
        ),
        "read the ledger": lambda: payments.scan(Limit=1),
    }


def outcomes(calls: Mapping[str, Call]) -> dict[str, str]:
    """The outcome of each call: `allowed` or `refused`. Other errors are raised."""
    return {name: _outcome(call) for name, call in calls.items()}


def _outcome(call: Call) -> str:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return "refused"
    return "allowed"
