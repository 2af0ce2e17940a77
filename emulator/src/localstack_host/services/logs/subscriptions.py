"""Subscription filters: matching log events go to a function, a stream or a delivery stream.

LocalStack has no patterns, gives a second filter what the first one has left, and waits for the
function.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

from __future__ import annotations

import base64
import gzip
import json
import logging
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from localstack_host.localstack_api import connect_as, connect_to
from localstack_host.services.logs.conditions import InvalidPattern
from localstack_host.services.logs.patterns import pattern

LOG = logging.getLogger(__name__)
SERVICE = "logs"
NO_PERMISSION = (
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to "
    "execute your function."
)


class CannotDeliver(Exception):
    """Raised for a destination that does not take log events."""


def deliver(stream: Any, events: Sequence[Any]) -> None:
    """Sends new events of a stream (moto's) to the destinations of its log group's filters.

    What cannot be delivered is logged and lost.
    """
    for subscription in list(stream.log_group.subscription_filters.values()):
        try:
            matches = pattern(subscription.filter_pattern or "")
            matching = [event for event in events if matches(event.message)]
            if matching and subscription.destination_arn:
                _send(stream, subscription, _document(stream, subscription.name, matching))
        except (ClientError, CannotDeliver, InvalidPattern) as error:
            LOG.warning("Log events were not delivered to %s: %s", subscription.name, error)


def _document(stream: Any, name: str, events: Sequence[Any]) -> bytes:
    """The compressed document that a destination gets."""
    document = {
        "messageType": "DATA_MESSAGE",
        "owner": stream.account_id,
        "logGroup": stream.log_group.name,
        "logStream": stream.log_stream_name,
        "subscriptionFilters": [name],
        "logEvents": [
            {"id": str(event.event_id), "timestamp": event.timestamp, "message": event.message}
            for event in events
        ],
    }
    return gzip.compress(json.dumps(document, separators=(",", ":")).encode())


def _send(stream: Any, subscription: Any, document: bytes) -> None:
    arn = subscription.destination_arn
    client = _client(arn, subscription.role_arn, stream.log_group.arn)
    name = arn.rpartition(":")[2].rpartition("/")[2]
    match _service(arn):
        case "lambda":
            event = {"awslogs": {"data": base64.b64encode(document).decode()}}
            client.invoke(FunctionName=arn, InvocationType="Event", Payload=json.dumps(event))
        case "kinesis":
            key = stream.log_group.name
            client.put_record(StreamName=name, Data=document, PartitionKey=key)
        case "firehose":
            client.put_record(DeliveryStreamName=name, Record={"Data": document})


def _service(arn: str) -> str:
    return arn.split(":")[2]


def _client(arn: str, role: str | None, group_arn: str) -> Any:
    """A client of the destination's service, for the role or as CloudWatch Logs."""
    _, _, service, region, account, *_ = arn.split(":")
    name = "lambda_" if service == "lambda" else service
    if role:
        return getattr(connect_as(role, region, SERVICE), name)
    clients = connect_to(aws_access_key_id=account, region_name=region)
    source = f"{group_arn.removesuffix(':*')}:*"
    return getattr(clients, name).request_metadata(source_arn=source, service_principal=SERVICE)


def check(arn: str, role: str | None, group_arn: str) -> None:
    """Raises `CannotDeliver`, with AWS's message, if a destination takes no log events."""
    service, name = _service(arn), arn.rpartition(":")[2].rpartition("/")[2]
    if service not in ("lambda", "kinesis", "firehose"):
        raise CannotDeliver(
            f"PutSubscriptionFilter operation cannot work with destinationArn for vendor {service}"
        )
    if service == "lambda" and role:
        raise CannotDeliver("destinationArn for vendor lambda cannot be used with roleArn")
    client = _client(arn, role, group_arn)
    try:
        if service == "lambda":
            client.invoke(FunctionName=arn, InvocationType="DryRun")
        elif service == "kinesis":
            client.describe_stream_summary(StreamName=name)
        else:
            client.describe_delivery_stream(DeliveryStreamName=name)
    except ClientError as error:
        raise CannotDeliver(_refusal(service)) from error


def _refusal(service: str) -> str:
    if service == "lambda":
        return NO_PERMISSION
    kind = service.capitalize()
    return (
        f"Could not deliver message to specified {kind} stream. "
        f"Ensure that the {kind} stream exists and is ACTIVE."
    )
