"""Whoever opens an address that somebody gave him commands nothing by it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.integration.conftest import Cloud
from tests.integration.unsigned.raw import Raw
from tests.integration.unsigned.test_malformed import PRESIGNED

VERSION = "2012-11-05"  # of SQS
VERSION_2 = {"AWSAccessKeyId": "test", "Signature": "0", "SignatureVersion": "2"}
COMMANDS = {
    "sns": {"Action": "CreateTopic", "Version": "2010-03-31", "Name": "by-address"},
    "sqs": {"Action": "CreateQueue", "Version": "2012-11-05", "QueueName": "by-address"},
    "iam": {"Action": "CreateUser", "Version": "2010-05-08", "UserName": "by-address"},
    "sts": {"Action": "GetSessionToken", "Version": "2011-06-15"},
}


def version_4(service: str) -> dict[str, str]:
    return PRESIGNED | {"X-Amz-Credential": f"test/20260101/us-east-2/{service}/aws4_request"}


@pytest.mark.parametrize("service", COMMANDS)
@pytest.mark.parametrize("version", [2, 4])
def test_a_command_is_not_signed_in_its_address(raw: Raw, service: str, version: int) -> None:
    signed = VERSION_2 if version == 2 else version_4(service)
    answer = raw.get("/", params=COMMANDS[service] | signed)
    assert (raw.code(answer), answer.status_code) == ("AccessDenied", 403)
    assert "Sign it in the Authorization header" in answer.text


@pytest.mark.parametrize("path", ["/000000000000/{}", "/queue/us-east-2/000000000000/{}"])
def test_nor_is_one_to_the_address_of_a_queue(cloud: Cloud, raw: Raw, path: str) -> None:
    queue = cloud.client("sqs").create_queue(QueueName="kept")["QueueUrl"]
    command = {"Action": "SendMessage", "MessageBody": "x", "Version": "2012-11-05"}
    host = {"Host": "localhost:4566"}
    answer = raw.get(path.format("kept"), params=command | version_4("sqs"), headers=host)
    assert (raw.code(answer), answer.status_code) == ("AccessDenied", 403)
    assert "Messages" not in cloud.client("sqs").receive_message(QueueUrl=queue)


READS = {
    "sns": {"Action": "ListTopics", "Version": "2010-03-31"},
    "sqs": {"Action": "ListQueues", "Version": "2012-11-05"},
    "iam": {"Action": "GetUser", "Version": "2010-05-08"},
    "sts": {"Action": "GetCallerIdentity", "Version": "2011-06-15"},
}


@pytest.mark.parametrize("service", READS)
def test_what_only_reads_may_be(raw: Raw, service: str) -> None:
    assert raw.get("/", params=READS[service] | version_4(service)).is_success
    twice = urlencode(READS[service] | version_4(service)) + "&Action=GetSessionToken"
    assert raw.get(f"/?{twice}").status_code == 403


@pytest.mark.parametrize("path", ["/000000000000/{}", "/queue/us-east-2/000000000000/{}"])
def test_so_may_what_reads_a_queue_at_its_address(cloud: Cloud, raw: Raw, path: str) -> None:
    cloud.client("sqs").create_queue(QueueName="read")
    asked = {"Action": "GetQueueAttributes", "AttributeName.1": "QueueArn", "Version": VERSION}
    host = {"Host": "localhost:4566"}
    answer = raw.get(path.format("read"), params=asked | version_4("sqs"), headers=host)
    assert ":000000000000:read</Value>" in answer.text
