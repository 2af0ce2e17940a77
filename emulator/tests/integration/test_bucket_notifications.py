"""A bucket's notifications are well-formed before anybody is asked whether they may be sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.integration.conftest import REGION, Cloud
from tests.integration.test_permissions import refusal

pytestmark = pytest.mark.exhaustive

CREATED = {"Events": ["s3:ObjectCreated:*"]}


@pytest.fixture
def bucket(cloud: Cloud) -> Iterator[str]:
    name, s3 = f"noted-{uuid.uuid4().hex[:8]}", cloud.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield name
    s3.delete_bucket(Bucket=name)


def queue(cloud: Cloud) -> dict[str, Any]:
    """A queue that does not let S3 send to it."""
    name = f"noted-{uuid.uuid4().hex[:8]}"
    cloud.client("sqs").create_queue(QueueName=name)
    arn = f"arn:aws:sqs:{REGION}:000000000000:{name}"
    return {"QueueConfigurations": [CREATED | {"QueueArn": arn}]}


def topic(cloud: Cloud) -> dict[str, Any]:
    arn = cloud.client("sns").create_topic(Name=f"noted-{uuid.uuid4().hex[:8]}")["TopicArn"]
    return {"TopicConfigurations": [CREATED | {"TopicArn": arn}]}


def function(cloud: Cloud) -> dict[str, Any]:
    arn = f"arn:aws:lambda:{REGION}:000000000000:function:none"
    return {"LambdaFunctionConfigurations": [CREATED | {"LambdaFunctionArn": arn}]}


def put(cloud: Cloud, bucket: str, configuration: dict[str, Any]) -> tuple[str, str, int]:
    session = boto3.Session("test", "test", region_name=REGION)
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    s3 = session.client("s3", endpoint_url=cloud.endpoint, config=config)
    call = s3.put_bucket_notification_configuration
    return refusal(call, Bucket=bucket, NotificationConfiguration=configuration)


@pytest.mark.parametrize("destination", [queue, topic, function])
@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"Name": "INVALID", "Value": "x"}, "InvalidArgument"),
        ({"Value": "x"}, "MalformedXML"),
        ({"Name": "prefix"}, "MalformedXML"),
        ({}, "MalformedXML"),
    ],
)
def test_a_filter_is_read_before_the_destination_is_asked(
    cloud: Cloud, bucket: str, destination: Any, rule: dict[str, str], code: str
) -> None:
    configuration = destination(cloud)
    [[configured]] = configuration.values()
    configured["Filter"] = {"Key": {"FilterRules": [rule]}}
    found, message, status = put(cloud, bucket, configuration)
    assert (found, status) == (code, 400)
    assert "destination" not in message


def test_all_of_them_are_read_before_the_first_destination_is_asked(
    cloud: Cloud, bucket: str
) -> None:
    wrong = CREATED | {"TopicArn": "arn:aws:sqs:us-east-2:000000000000:none"}
    _, message, _ = put(cloud, bucket, queue(cloud) | {"TopicConfigurations": [wrong]})
    assert message == "The ARN could not be parsed"


@pytest.mark.parametrize("destination", [queue, function])
def test_a_destination_that_may_not_be_sent_to_is_none(
    cloud: Cloud, bucket: str, destination: Any
) -> None:
    code, message, _ = put(cloud, bucket, destination(cloud))
    assert code == "InvalidArgument"
    assert message == "Unable to validate the following destination configurations"
