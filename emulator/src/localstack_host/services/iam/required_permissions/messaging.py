"""SQS, SNS and EventBridge."""

from __future__ import annotations

from urllib.parse import urlsplit

from localstack_host.services.iam.required_permissions.permission import (
    Keys,
    Params,
    Permission,
    Permissions,
    Place,
)

ACCOUNT_DIGITS = 12
OF_SUBSCRIPTIONS = ("GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe")
# EventBridge has the name of a rule in `Name` here, and in `Rule` elsewhere.
ON_NAMED_RULE = ("DeleteRule", "DescribeRule", "DisableRule", "EnableRule", "PutRule")
ON_BUS = (
    "CreateEventBus",
    "DeleteEventBus",
    "DescribeEventBus",
    "PutPermission",
    "RemovePermission",
    "UpdateEventBus",
)

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
    if operation == "Subscribe":
        return [Permission("sns:Subscribe", params["TopicArn"], _subscribed(params))]
    if operation in OF_SUBSCRIPTIONS:
        return [Permission(f"sns:{operation}", _topic_of(params["SubscriptionArn"]))]
    return None


def _topic_of(subscription: str) -> str:
    """The topic of a subscription, whose ARN ends with an ID of its own."""
    return ":".join(subscription.split(":")[:6])


def _subscribed(params: Params) -> Keys:
    named = {"sns:protocol": "Protocol", "sns:endpoint": "Endpoint"}
    return tuple((key, (params[name],)) for key, name in named.items() if params.get(name))


def events(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the event bus of each entry, on a bus, or on a rule."""
    if operation == "PutEvents":
        return [_entry(entry, place) for entry in params["Entries"]]
    bus = params.get("EventBusName") or "default"
    if name := params.get("Name" if operation in ON_NAMED_RULE else "Rule"):
        keys = tuple(target["Arn"] for target in params.get("Targets") or ())
        targets: Keys = (("events:targetarn", keys),) if keys else ()
        return [Permission(f"events:{operation}", _rule(name, bus, place), targets)]
    if operation in ON_BUS:
        bus = params.get("EventBusName") or params.get("Name") or "default"
        return [Permission(f"events:{operation}", place.named("events", "event-bus/", bus))]
    return None


def _rule(name: str, bus: str, place: Place) -> str:
    """The ARN of a rule, which names its bus unless that is the default one."""
    if name.startswith("arn:"):
        return name
    bus = bus.rpartition("event-bus/")[2]
    return place.arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")


def _entry(entry: Params, place: Place) -> Permission:
    bus = place.named("events", "event-bus/", entry.get("EventBusName") or "default")
    named = {"events:source": "Source", "events:detail-type": "DetailType"}
    keys = tuple((key, (entry[name],)) for key, name in named.items() if name in entry)
    return Permission("events:PutEvents", bus, keys)
