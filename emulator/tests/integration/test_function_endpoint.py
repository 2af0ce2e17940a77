"""The endpoint that a function gets: AWS's API to its role, and nothing else of the emulator."""

from __future__ import annotations

import http.client
import json
import uuid
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.integration.conftest import Cloud

ENDPOINT = """
import os
def handle(event, context):
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return [os.environ[name] for name in names]
"""

CALLS = """
import boto3
from urllib.request import urlopen
def handle(event, context):
    s3, sqs, dynamodb = (boto3.client(name) for name in ("s3", "sqs", "dynamodb"))
    s3.create_bucket(Bucket=event, CreateBucketConfiguration={"LocationConstraint": "us-east-2"})
    s3.put_object(Bucket=event, Key="_aws/ses", Body=b"kept")
    signed = s3.generate_presigned_url("get_object", Params={"Bucket": event, "Key": "_aws/ses"})
    queue = sqs.create_queue(QueueName=event)["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="sent")
    return [
        urlopen(signed).read().decode(),
        sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]["Body"],
        dynamodb.list_tables()["ResponseMetadata"]["HTTPStatusCode"],
        boto3.client("sts").get_caller_identity()["Arn"].split(":")[5].split("/")[0],
        boto3.client("sns").list_topics()["ResponseMetadata"]["HTTPStatusCode"],
    ]
"""

# AWS serves the first at sync-states.… and the second at streaming-logs.…; botocore puts the same
# before the host of any endpoint.
PREFIXED = """
import boto3, os, socket
from botocore.exceptions import ClientError
def handle(event, context):
    answers, port = [], os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "localhost.localstack.cloud"):
        url = f"http://{host}:{port}"
        states = boto3.client("stepfunctions", endpoint_url=url)
        answers.append(states.start_sync_execution(stateMachineArn=event)["output"])
        try:
            logs = boto3.client("logs", endpoint_url=url)
            logs.start_live_tail(logGroupIdentifiers=["arn:aws:logs:us-east-2:000000000000:log-group:x"])
        except ClientError as error:
            answers.append(error.response["ResponseMetadata"]["HTTPStatusCode"] // 100 in (4, 5))
    return answers
"""

PAGES = [
    "/_localstack/health",
    "/_aws/ses",
    "/_host/iam",
    "/health",
    "//_aws/ses",
    "/./_aws/ses",
    "/%5Faws/ses",
    "/%255Faws/ses",
    "/bucket/../_aws/ses",
    "/_aws/execute-api/abc/live/products",
    "/restapis/abc/live/_user_request_/products",
    "http://127.0.0.1/_aws/ses",
]


class Door:
    """The endpoint of a function, with the credentials that the function has there."""

    def __init__(self, url: str, key: str, secret: str, token: str) -> None:
        self.host = url.removeprefix("http://")
        self.key, self.secret, self.token = key, secret, token

    def ask(
        self, path: str, key: str | None = None, method: str = "GET", body: bytes = b"", **more: str
    ) -> tuple[int, str]:
        """Status and body of a request that says it is signed with `key`; its own if None.

        A call of the API with its own key is signed with its secret.
        """
        headers = {
            "Host": self.host,
            "X-Amz-Security-Token": self.token,
            "X-Amz-Date": "20260101T000000Z",
        }
        signer = self.key if key is None else key
        if signer:
            headers["Authorization"] = authorization(signer)
        if signer == self.key and path == "/":
            headers |= self._signed(method, body)
        connection = http.client.HTTPConnection(self.host, timeout=20)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            if value:
                connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read().decode()

    def _signed(self, method: str, body: bytes) -> dict[str, str]:
        request = AWSRequest(method, f"http://{self.host}/", data=body)
        keys = Credentials(self.key, self.secret, self.token)
        SigV4Auth(keys, "dynamodb", "us-east-2").add_auth(request)
        return {name: request.headers[name] for name in ("X-Amz-Date", "Authorization")}


def authorization(key: str, service: str = "dynamodb") -> str:
    scope = f"{key}/20260101/us-east-2/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"


@pytest.fixture
def door(cloud: Cloud) -> Door:
    return Door(*cloud.invoke(cloud.function(ENDPOINT)).payload)


LIST_TABLES: dict[str, Any] = {
    "path": "/",
    "method": "POST",
    "body": b"{}",
    "X_Amz_Target": "DynamoDB_20120810.ListTables",
    "Content_Type": "application/x-amz-json-1.0",
}
IDENTITY: dict[str, Any] = {
    "path": "/",
    "method": "POST",
    "body": b"Action=GetCallerIdentity&Version=2011-06-15",
    "Content_Type": "application/x-www-form-urlencoded",
}


def test_a_function_calls_the_services_through_it(cloud: Cloud) -> None:
    name = cloud.function(CALLS, Timeout=30)
    answer = cloud.invoke(name, name)
    assert answer.payload == ["kept", "sent", 200, "assumed-role", 200]


@pytest.mark.parametrize("variables", [{}, {"PYTHONUTF8": "1"}])
def test_operations_whose_host_has_a_prefix_reach_the_services(
    cloud: Cloud, variables: dict[str, str]
) -> None:
    states = {"Answer": {"Type": "Pass", "Result": 1, "End": True}}
    machine = cloud.client("stepfunctions").create_state_machine(
        name=f"probe-{uuid.uuid4().hex[:8]}",
        definition=json.dumps({"StartAt": "Answer", "States": states}),
        roleArn=cloud.role(),
        type="EXPRESS",
    )["stateMachineArn"]
    function = cloud.function(PREFIXED, Environment={"Variables": variables}, Timeout=30)
    answer = cloud.invoke(function, machine)
    cloud.client("stepfunctions").delete_state_machine(stateMachineArn=machine)
    assert answer.payload == ["1", True] * 3, answer.log


def test_it_is_not_the_emulators_own_port(cloud: Cloud, door: Door) -> None:
    assert not cloud.endpoint.endswith(door.host.rpartition(":")[2])
    assert door.ask(**LIST_TABLES)[0] == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("key", [None, "test", ""])
def test_pages_of_the_emulator_are_not_served(door: Door, path: str, key: str | None) -> None:
    status, body = door.ask(path, key)
    assert status == 403
    assert "own pages" in body


@pytest.mark.parametrize(
    "key", ["test", "000000000000", "111122223333", "LSIAQAAAAAAAAAAAAAAA", "-"]
)
def test_only_keys_of_sessions_are_accepted(door: Door, key: str) -> None:
    status, body = door.ask(key=key, **LIST_TABLES)
    assert status == 403
    assert json.loads(body) == {
        "__type": "UnrecognizedClientException",
        "message": "The security token included in the request is invalid.",
    }
    status, body = door.ask(key=key, **IDENTITY)
    assert status == 403
    assert "<Code>InvalidClientTokenId</Code>" in body


def test_an_unsigned_request_is_nobodys(door: Door) -> None:
    status, body = door.ask(key="", **LIST_TABLES)
    assert status == 403
    assert json.loads(body)["__type"] == "MissingAuthenticationTokenException"
    status, body = door.ask(key="", **IDENTITY)
    assert status == 403
    assert "<Code>MissingAuthenticationToken</Code>" in body


def test_the_key_of_a_session_without_its_token_is_not_enough(door: Door) -> None:
    assert door.ask(X_Amz_Security_Token="", **LIST_TABLES)[0] == 403
    assert door.ask(X_Amz_Security_Token="FwoGZXIvYXdzEBYaD", **LIST_TABLES)[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/?X-Amz-Credential=test/20260101/us-east-2/dynamodb/aws4_request",
        "/?AWSAccessKeyId=test",
    ],
)
def test_a_request_that_names_two_keys_is_refused(door: Door, path: str) -> None:
    assert door.ask(**(LIST_TABLES | {"path": path}))[0] == 403
    two = f"{authorization(door.key)}, {authorization('test')}"
    assert door.ask(Authorization=two, **LIST_TABLES)[0] == 403


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("abc.execute-api.localhost.localstack.cloud", 403),
        ("abc.execute-api.localhost", 421),
        ("sync-localhost:1", 403),
        ("evil.example", 421),
        ("", 400),
    ],
)
def test_another_host_is_not_served(door: Door, host: str, status: int) -> None:
    assert door.ask(Host=host, **LIST_TABLES)[0] == status


def test_a_function_cannot_speak_as_a_service(cloud: Cloud) -> None:
    """LocalStack's services tell each other in a header whom they act for."""
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    source = ENDPOINT
    restricted = Door(*cloud.invoke(cloud.function(source, Role=cloud.role(deny))).payload)
    internal = json.dumps({"service_principal": "lambda"})
    status, body = restricted.ask(x_localstack_data=internal, **LIST_TABLES)
    assert status == 400
    assert "AccessDeniedException" in body
