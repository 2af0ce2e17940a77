"""Whether anybody can receive the events about executions that change their status.

LocalStack puts two events for each execution, each by a call of EventBridge, though few accounts
have a rule for them.
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from __future__ import annotations

from typing import Any

DEFAULT_BUS = "default"


def have_receivers(execution: Any) -> bool:
    """Whether the default bus of the execution's account and region has a rule or an archive."""
    from localstack.services.events.models import events_stores

    store = events_stores[execution.account_id][execution.region_name]
    bus = store.event_buses.get(DEFAULT_BUS)
    return bool(store.archives or (bus and bus.rules))
