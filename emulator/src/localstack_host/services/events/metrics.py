"""The metrics of rules, which LocalStack has not.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

from __future__ import annotations

import threading
from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import Dimensions, record

NAMESPACE = "AWS/Events"
DEFAULT_BUS = "default"


class Matching(threading.local):
    """Whether the rule that this thread processes matched its event."""

    matched = False


MATCHING = Matching()


def noting(matches: Any) -> Any:
    """Wraps the comparison of an event with a pattern: the result is noted for the thread."""

    def matches_event(pattern: Any, event: Any) -> Any:
        MATCHING.matched = matches(pattern, event)
        return MATCHING.matched

    return matches_event


def triggered(rule: Any) -> None:
    """Records that an event matched a rule (of LocalStack's)."""
    place = (rule.account_id, rule.region, NAMESPACE)
    dimensions = _rule(rule.name, rule.event_bus_name)
    for metric in ("MatchedEvents", "TriggeredRules"):
        record(place, metric, dimensions, 1.0, "Count")


def invoked(sender: Any, well: bool) -> None:
    """Records the invocation of a target (by LocalStack's sender): retries count when they end."""
    _record(sender, "Invocations")
    if not well:
        _record(sender, "FailedInvocations")


def buried(sender: Any, well: bool) -> None:
    """Records an event for a dead-letter queue, and whether the queue took it."""
    _record(sender, "InvocationsSentToDlq" if well else "InvocationsFailedToBeSentToDlq")


def _record(sender: Any, metric: str) -> None:
    # arn:aws:events:REGION:ACCOUNT:rule/NAME or rule/BUS/NAME
    *bus, name = sender.rule_arn.rpartition(":rule/")[2].split("/")
    place = (sender.account_id, sender.region, NAMESPACE)
    record(place, metric, _rule(name, bus[0] if bus else DEFAULT_BUS), 1.0, "Count")


def _rule(name: str, bus: str) -> Dimensions:
    """Rules of other buses than the default one are told apart by their bus, too."""
    named = (("RuleName", name),)
    return named if bus == DEFAULT_BUS else (("EventBusName", bus), *named)
