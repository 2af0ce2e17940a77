"""Looks for what is left of an environment, whatever Terraform says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lab.errors import LabError
from lab.target import Target

LISTS = (
    ("dynamodb", "list_tables", "TableNames", ""),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "EventSourceArn"),
    ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    ("apigateway", "get_rest_apis", "items", "name"),
    ("sqs", "list_queues", "QueueUrls", ""),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sns", "list_subscriptions", "Subscriptions", "TopicArn"),
    ("events", "list_event_buses", "EventBuses", "Name"),
    ("events", "list_rules", "Rules", "Name"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("kms", "list_aliases", "Aliases", "AliasName"),
)
"""Everything that the modules create: service, operation, list in its answer, name in an item."""


def find(target: Target) -> list[str]:
    """What is left of the target's environment, as `service name`."""
    ours = _pattern(target.environment)
    return [
        f"{service} {name}"
        for service, operation, items, key in LISTS
        for name in names(target, service, operation, items, key)
        if ours.search(name)
    ]


def refuse(target: Target) -> None:
    """Raises LabError if anything is left of the target's environment."""
    if left := find(target):
        raise LabError(
            f"{target.environment} is destroyed, but this is left: {', '.join(left)}.",
            "If somebody made it by hand, delete it by hand; else run `lab destroy` once more.",
        )


def names(target: Target, service: str, operation: str, items: str, key: str) -> Iterator[str]:
    """Every name that a list operation gives, over all pages; no `key`: the items are names."""
    for page in _pages(target.client(service), operation):
        yield from (item[key] if key else item for item in page.get(items, ()))


def _pages(client: Any, operation: str) -> Iterable[dict[str, Any]]:
    if client.can_paginate(operation):
        pages: Iterable[dict[str, Any]] = client.get_paginator(operation).paginate()
        return pages
    return [getattr(client, operation)()]


def _pattern(environment: str) -> re.Pattern[str]:
    """Matches checkout-ENV, checkout-ENV-x, /checkout/ENV/x within a name or ARN, and table-ENV."""
    name = re.escape(environment)
    return re.compile(rf"(^|[:/])checkout[-/]{name}([-/]|$)|^[a-z]+-{name}$")
