"""Services that are not offered by default: off, unless LOCALSTACK_HOST_SERVICES asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from localstack_host.host import ports, process
from localstack_host.host.errors import HostError
from localstack_host.host.service_selection import VARIABLE
from tests.integration.conftest import Cloud

OFF = [
    ("cloudformation", "list_stacks"),
    ("ec2", "describe_instances"),
    ("kinesis", "list_streams"),
    ("route53", "list_hosted_zones"),
    ("secretsmanager", "list_secrets"),
    ("swf", "list_domains"),
]


@pytest.mark.parametrize(("service", "operation"), OFF, ids=[service for service, _ in OFF])
def test_a_service_that_is_off_is_refused_with_what_switches_it_on(
    cloud: Cloud, service: str, operation: str
) -> None:
    arguments = {"registrationStatus": "REGISTERED"} if service == "swf" else {}
    with pytest.raises(
        ClientError,
        match=f"localstack-host stop && LOCALSTACK_HOST_SERVICES={service} localstack-host start",
    ) as refused:
        getattr(cloud.client(service), operation)(**arguments)
    assert refused.value.response["Error"]["Code"] == "OptInRequired"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_service_that_is_asked_for_is_there_and_others_are_not(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudformation")
    emulator = process.start(ports.any_free())
    cloud = Cloud(emulator.endpoint)
    assert cloud.client("cloudformation").list_stacks()["StackSummaries"] == []
    with pytest.raises(
        ClientError, match="LOCALSTACK_HOST_SERVICES=cloudformation,ec2 localstack-host start"
    ):
        cloud.client("ec2").describe_instances()

    assert process.start(emulator.port).already_running
    monkeypatch.setenv(VARIABLE, "ec2")
    with pytest.raises(HostError, match="already running, without ec2") as refused:
        process.start(emulator.port)
    assert "LOCALSTACK_HOST_SERVICES=cloudformation,ec2 localstack-host start" in refused.value.hint


def test_a_service_that_there_is_not_starts_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudfront")
    with pytest.raises(HostError, match="LOCALSTACK_HOST_SERVICES asks for cloudfront"):
        process.start(ports.any_free())
    assert not process.status().running
