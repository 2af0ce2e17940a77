"""Requests on a connection that stays open: what is known of the first is not believed of the next.

A client that sends each request in one piece, as functions do, has heads that are remembered.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.integration.conftest import REGION, Cloud
from tests.integration.roles import Role, allow

TIMES = 3
READ = allow("dynamodb:GetItem")
DENIED = READ | {"Effect": "Deny"}


@dataclass
class Kept:
    """A connection to an emulator, for requests of one caller."""

    connection: socket.socket
    host: str
    keys: Credentials

    def send(self, parameters: dict[str, Any], operation: str = "GetItem") -> tuple[int, str]:
        """Status and body of a request."""
        return self.exchange(self.message(json.dumps(parameters).encode(), operation))

    def message(self, body: bytes, operation: str = "GetItem") -> bytes:
        """A signed request."""
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
        }
        request: Any = AWSRequest("POST", f"http://{self.host}/", headers, body)
        SigV4Auth(self.keys, "dynamodb", REGION).add_auth(request)
        sent = {"Host": self.host, **request.headers, "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        return f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + body

    def exchange(self, message: bytes) -> tuple[int, str]:
        self.connection.sendall(message)
        response = http.client.HTTPResponse(self.connection)
        response.begin()
        return response.status, response.read().decode()


@pytest.fixture
def role(cloud: Cloud) -> Role:
    return Role(cloud, READ)


@pytest.fixture
def kept(cloud: Cloud, role: Role, table: str) -> Iterator[Kept]:
    """A connection whose head is known: the role has read the item."""
    host = cloud.endpoint.removeprefix("http://")
    name, _, port = host.partition(":")
    keys = Credentials(*(role.keys[n] for n in ("AccessKeyId", "SecretAccessKey", "SessionToken")))
    with socket.create_connection((name, int(port)), timeout=20) as connection:
        made = Kept(connection, host, keys)
        for _ in range(TIMES):
            assert made.send(key(table)) == (200, ITEM)
        yield made


ITEM = '{"Item":{"id":{"S":"1"}}}'


@pytest.fixture
def table(cloud: Cloud) -> str:
    name = cloud.table("id")
    cloud.client("dynamodb").put_item(TableName=name, Item={"id": {"S": "1"}})
    return name


def key(table: str, value: str = "1") -> dict[str, Any]:
    return {"TableName": table, "Key": {"id": {"S": value}}}


def test_each_request_is_answered_with_its_own_item(kept: Kept, table: str) -> None:
    assert kept.send(key(table, "none")) == (200, "{}")
    assert kept.send(key(table)) == (200, ITEM)
    status, text = kept.send(key("no-table"))
    assert (status, "ResourceNotFoundException" in text) == (400, True)


def test_a_policy_that_changes_counts_at_once(kept: Kept, role: Role, table: str) -> None:
    for statements, expected in (([READ, DENIED], 400), ([READ], 200), ([DENIED], 400)):
        role.may(*statements)
        for _ in range(TIMES):
            status, text = kept.send(key(table))
            assert (status, "AccessDeniedException" in text) == (expected, expected == 400)


def test_a_condition_is_evaluated_for_each_request(kept: Kept, role: Role, table: str) -> None:
    keys = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["1"]}}
    role.may(READ | {"Condition": keys})
    for value, expected in (("1", 200), ("2", 400), ("1", 200)):
        assert kept.send(key(table, value))[0] == expected


def test_a_role_that_is_deleted_may_do_nothing(kept: Kept, role: Role, table: str) -> None:
    role.iam.delete_role_policy(RoleName=role.name, PolicyName="permissions")
    role.iam.delete_role(RoleName=role.name)
    assert kept.send(key(table))[0] == 400


WRONG = "InvalidSignatureException"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Signature=", b"Signature=0"), (b'"1"', b'"2"'), (b"X-Amz-Date: 2", b"X-Amz-Date: 1")],
    ids=["signature", "body", "date"],
)
def test_a_request_that_was_changed_is_not_genuine(
    kept: Kept, table: str, old: bytes, new: bytes
) -> None:
    message = kept.message(json.dumps(key(table)).encode())
    changed = message.replace(old, new)
    if old == b"Signature=":  # it keeps its length
        end = changed.index(new) + len(new) + 63
        changed = changed[:end] + changed[end + 1 :]
    assert len(changed) == len(message)
    for _ in range(TIMES):
        status, text = kept.exchange(changed)
        assert (status, WRONG in text) == (400, True)
    assert kept.send(key(table)) == (200, ITEM)


def test_another_secret_has_another_signature(kept: Kept, table: str) -> None:
    own = kept.keys
    kept.keys = Credentials(own.access_key, "another", own.token)
    status, text = kept.send(key(table))
    assert (status, WRONG in text) == (400, True)


def test_calls_are_recorded(kept: Kept, cloud: Cloud, table: str) -> None:
    port = cloud.endpoint.rpartition(":")[2]
    asking = http.client.HTTPConnection("localhost", int(port), timeout=20)
    asking.request("PUT", "/_host/calls")
    asking.getresponse().read()
    for _ in range(TIMES):
        assert kept.send(key(table)) == (200, ITEM)
    asking.request("DELETE", "/_host/calls")
    calls = json.loads(asking.getresponse().read())["calls"]
    assert [call["request"] for call in calls if call["caller"]] == [key(table)] * TIMES
