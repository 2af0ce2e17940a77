"""Performs an alarm's actions, in its name: the policies of topics and functions are applied."""

from __future__ import annotations

import json
import logging
from typing import Any

from localstack_host.localstack_api import connect_to
from localstack_host.services.cloudwatch import alarm_events, alarm_mail
from localstack_host.services.cloudwatch.alarm_messages import (
    StateChange,
    invocation,
    notification,
    subject,
)

LOG = logging.getLogger(__name__)
BY_STATE = {
    "OK": "OKActions",
    "ALARM": "AlarmActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}
# A subject is shorter than 100 characters: API_Publish.html of Amazon SNS.
LONGEST_SUBJECT = 99


def perform(change: StateChange) -> None:
    """Puts the event, and performs the actions for the new state.

    What fails is logged, and stops no other action.
    """
    alarm_events.send(change)
    if not change.alarm["ActionsEnabled"] or is_suppressed(change):
        return
    for action in change.alarm.get(BY_STATE[change.alarm["StateValue"]]) or ():
        try:
            _perform(action, change)
        except Exception as error:
            LOG.warning("The action %s of %s failed: %s", action, change.alarm["AlarmArn"], error)


def is_suppressed(change: StateChange) -> bool:
    """Whether another alarm, which is in ALARM, suppresses the actions of this one."""
    return change.alarm.get("ActionsSuppressedBy") == "Alarm"


def _perform(action: str, change: StateChange) -> None:
    _, _, service, region, account, *_ = action.split(":")
    clients = connect_to(region_name=region, aws_access_key_id=account)
    if service == "sns":
        _publish(_as_alarm(clients.sns, "cloudwatch", change), action, change)
    elif service == "lambda":
        functions = _as_alarm(clients.lambda_, "lambda.alarms.cloudwatch", change)
        functions.invoke(FunctionName=action, InvocationType="Event", Payload=invocation(change))
    else:
        LOG.warning("Actions of %s are not performed: %s", service, action)


def _as_alarm(client: Any, principal: str, change: StateChange) -> Any:
    arn = change.alarm["AlarmArn"]
    return client.request_metadata(source_arn=arn, service_principal=principal)


def _publish(topics: Any, topic: str, change: StateChange) -> None:
    texts = {"default": notification(change), "email": alarm_mail.text(change)}
    topics.publish(
        TopicArn=topic,
        Subject=subject(change)[:LONGEST_SUBJECT],
        Message=json.dumps(texts),
        MessageStructure="json",
    )
