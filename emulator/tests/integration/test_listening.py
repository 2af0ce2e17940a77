"""Nobody beyond this machine reaches the emulator, or anything that it starts."""

from __future__ import annotations

from ipaddress import ip_address

import psutil

from localstack_host.host import process
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
