"""Events about alarms: EventBridge gets one for each change of a state.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

import json
import logging

from localstack_host.localstack_api import connect_to
from localstack_host.services.cloudwatch.alarm_messages import StateChange, detail

LOG = logging.getLogger(__name__)
DEFAULT_BUS = "default"


def send(change: StateChange) -> None:
    """Puts the event, if anybody can receive it. A failure is logged."""
    if not _have_receivers(change):
        return
    event = {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Resources": [change.alarm["AlarmArn"]],
        "Time": change.alarm["StateUpdatedTimestamp"],
        "Detail": json.dumps(detail(change)),
    }
    try:
        clients = connect_to(aws_access_key_id=change.account, region_name=change.region)
        clients.events.put_events(Entries=[event])
    except Exception as error:
        LOG.warning("No event about %s was put: %s", change.alarm["AlarmArn"], error)


def _have_receivers(change: StateChange) -> bool:
    """Whether the default bus has a rule or an archive."""
    from localstack.services.events.models import events_stores

    store = events_stores[change.account][change.region]
    bus = store.event_buses.get(DEFAULT_BUS)
    return bool(store.archives or (bus and bus.rules))
