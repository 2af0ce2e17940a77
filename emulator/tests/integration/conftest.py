"""Small functions and tables for the emulator's own tests."""

from __future__ import annotations

import io
import json
import socket
import threading
import urllib.request
import uuid
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config

from localstack_host.host import ports, process
from tests.integration.function_processes import function_of
from tests.integration.waiting import wait_for

TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}
SERVICES = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
REGION = "us-east-2"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
WHERE = "import socket\ndef handle(event, context):\n    return socket.gethostname()\n"


@dataclass(frozen=True)
class Answer:
    """What an invocation gave: `error` is None, or Unhandled; `log` is the tail of its log."""

    payload: Any
    error: str | None
    log: str


class Cloud:
    """The emulator at an endpoint, as these tests use it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.functions: list[str] = []
        self.tables: list[str] = []
        self._session = boto3.Session("test", "test", region_name="us-east-2")
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    def client(self, service: str) -> Any:
        """Clients are safe for threads, but making them is not, and takes a tenth of a second."""
        with self._making:
            if service not in self._clients:
                config = Config(retries={"total_max_attempts": 1}, max_pool_connections=100)
                self._clients[service] = self._session.client(
                    service, endpoint_url=self.endpoint, config=config
                )
            return self._clients[service]

    def role(self, *statements: dict[str, Any], **principal: Any) -> str:
        """A role that Lambda and Step Functions may assume, or the `AWS` or `Service` principal.

        It may do everything, or what the statements say.
        """
        name = f"role-{uuid.uuid4().hex[:8]}"
        trusted = TRUST | {"Principal": principal or SERVICES}
        iam = self.client("iam")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trusted))
        allowed = document(*(statements or [ALL]))
        iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=allowed)
        return str(role["Role"]["Arn"])

    def function(self, source: str, files: dict[str, str] | None = None, **settings: Any) -> str:
        """Deploys `source` as app.py and returns the function's name when it can be invoked."""
        name = f"probe-{uuid.uuid4().hex[:8]}"
        defaults = {"Runtime": "python3.13", "Handler": "app.handle", "Timeout": 10}
        self.client("lambda").create_function(
            FunctionName=name,
            Code={"ZipFile": zipped({"app.py": source, **(files or {})})},
            **({"Role": settings.get("Role") or self.role()} | defaults | settings),
        )
        self.functions.append(name)
        wait_for(lambda: self.state(name)["State"] != "Pending", "the function stays Pending")
        return name

    def layer(self, files: dict[str, str]) -> str:
        """Publishes a layer with these files and returns its version's ARN."""
        published = self.client("lambda").publish_layer_version(
            LayerName=f"layer-{uuid.uuid4().hex[:8]}", Content={"ZipFile": zipped(files)}
        )
        return str(published["LayerVersionArn"])

    def update(self, function: str, source: str) -> None:
        """Replaces the function's code and returns when the new one is in place."""
        self.client("lambda").update_function_code(
            FunctionName=function, ZipFile=zipped({"app.py": source})
        )
        wait_for(
            lambda: self.state(function)["LastUpdateStatus"] == "Successful",
            "the update is still in progress",
        )

    def state(self, function: str) -> dict[str, Any]:
        return dict(self.client("lambda").get_function(FunctionName=function)["Configuration"])

    def invoke(self, function: str, event: Any = None) -> Answer:
        answer = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event), LogType="Tail"
        )
        log = b64decode(answer.get("LogResult", "")).decode()
        return Answer(json.loads(answer["Payload"].read()), answer.get("FunctionError"), log)

    def processes(self, function: str) -> list[int]:
        """The processes of this machine that run the function: it knows them by other numbers."""
        return [p.pid for p in psutil.process_iter() if function_of(p) == function]

    def delete(self, function: str) -> None:
        self.client("lambda").delete_function(FunctionName=function)
        self.functions.remove(function)

    def table(self, *keys: str, **settings: Any) -> str:
        """Creates a table whose keys are strings: partition key, and sort key if there are two."""
        name = f"probe-{uuid.uuid4().hex[:8]}"
        attributes = {*keys, *settings.pop("attributes", ())}
        self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=key_schema(*keys),
            AttributeDefinitions=[
                {"AttributeName": a, "AttributeType": "S"} for a in sorted(attributes)
            ],
            BillingMode="PAY_PER_REQUEST",
            **settings,
        )
        self.tables.append(name)
        return name

    def mails(self) -> list[dict[str, Any]]:
        """The mails that were sent."""
        with urllib.request.urlopen(f"{self.endpoint}/_aws/ses") as response:
            return list(json.load(response)["messages"])

    def remove(self) -> None:
        for name in list(self.functions):
            self.delete(name)
        for name in self.tables:
            self.client("dynamodb").delete_table(TableName=name)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def key_schema(*keys: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": key, "KeyType": kind}
        for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
    ]


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


@pytest.fixture
def cloud(endpoint: str) -> Iterator[Cloud]:
    cloud = Cloud(endpoint)
    yield cloud
    cloud.remove()


@pytest.fixture(scope="session")
def functions_on_this_machine(endpoint: str) -> None:
    """Skips a test where functions run in a container: their process ids say nothing here."""
    cloud = Cloud(endpoint)
    there = cloud.invoke(cloud.function(WHERE)).payload
    cloud.remove()
    if there != socket.gethostname():
        pytest.skip("it looks at the processes of functions, and they run in a container")


@pytest.fixture(scope="session")
def confined(endpoint: str) -> None:
    """Skips a test where the machine has no mount namespaces for functions."""
    cloud = Cloud(endpoint)
    place = cloud.invoke(cloud.function("def handle(e, c):\n    return __file__\n")).payload
    cloud.remove()
    if place != "/var/task/app.py":
        pytest.skip("this machine does not let an emulator confine functions")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home for an emulator of the test's own, which is stopped afterwards."""
    monkeypatch.setenv("LOCALSTACK_HOST_HOME", str(tmp_path))
    yield tmp_path
    process.stop()


@pytest.fixture
def own(home: Path) -> process.Emulator:
    """An emulator that the test may ill-treat."""
    return process.start(ports.any_free())
