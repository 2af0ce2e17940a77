"""SQS, SNS and EventBridge."""

from __future__ import annotations

from urllib.parse import urlsplit

from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)

ACCOUNT_DIGITS = 12

# Batch operations require the action of the single operation.
BATCHES = {
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "DeleteMessageBatch": "DeleteMessage",
    "SendMessageBatch": "SendMessage",
}


def sqs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the queue with the request's URL or name."""
    action = f"sqs:{BATCHES.get(operation, operation)}"
    if url := params.get("QueueUrl"):
        return [Permission(action, _queue(url, place))]
    if name := params.get("QueueName"):
        return [Permission(action, place.arn("sqs", name))]
    return None


def _queue(url: str, place: Place) -> str:
    *_, account, name = ["", *urlsplit(url).path.split("/")]
    owner = account if account.isdigit() and len(account) == ACCOUNT_DIGITS else place.account
    return f"arn:{place.partition}:sqs:{place.region}:{owner}:{name}"


def sns(operation: str, params: Params, _place: Place) -> Permissions | None:
    """A permission on the topic or device; a telephone number has no ARN."""
    if operation in ("Publish", "PublishBatch"):
        target = params.get("TopicArn") or params.get("TargetArn") or "*"
        return [Permission("sns:Publish", target)]
    return None


def events(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the event bus of each entry."""
    if operation != "PutEvents":
        return None
    return [
        Permission(
            "events:PutEvents",
            place.named("events", "event-bus/", entry.get("EventBusName") or "default"),
            tuple(
                (key, (entry[name],))
                for key, name in (("events:source", "Source"), ("events:detail-type", "DetailType"))
                if name in entry
            ),
        )
        for entry in params["Entries"]
    ]
