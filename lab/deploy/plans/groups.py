"""A plan in the words of people: tables, functions, permissions, and so on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lab.deploy.plans.changes import Action, Change

GROUPS = {
    "tables": ("aws_dynamodb_",),
    "functions": ("aws_lambda_function", "aws_lambda_alias", "aws_lambda_event_source_mapping"),
    "permissions": ("aws_iam_", "aws_lambda_permission"),
    "workflow": ("aws_sfn_",),
    "API": ("aws_api_gateway_", "aws_wafv2_"),
    "messaging": ("aws_sqs_", "aws_sns_", "aws_cloudwatch_event_", "aws_ses_", "aws_scheduler_"),
    "monitoring": ("aws_cloudwatch_", "aws_xray_", "aws_cloudtrail", "aws_budgets_"),
    "settings": ("aws_ssm_",),
    "keys": ("aws_kms_",),
    "backups": ("aws_backup_",),
    "storage": ("aws_s3_",),
}
"""By group, how the types of its resources begin. The first group that fits has a resource."""

OTHER = "other"


@dataclass(frozen=True)
class Group:
    """How many resources of a group a plan creates, changes, replaces and destroys."""

    name: str
    create: int = 0
    change: int = 0
    replace: int = 0
    destroy: int = 0


def grouped(changes: Iterable[Change]) -> list[Group]:
    """The changes, counted by group. Groups that lose something come first."""
    counts: dict[str, Counter[Action]] = {}
    for change in changes:
        counts.setdefault(group_of(change.kind), Counter())[change.action] += 1
    order = [*GROUPS, OTHER]
    groups = [_group(name, counts[name]) for name in order if name in counts]
    return sorted(groups, key=lambda group: not (group.destroy or group.replace))


def group_of(kind: str) -> str:
    """The group of a resource's type, such as `aws_sqs_queue`."""
    return next((name for name, begins in GROUPS.items() if kind.startswith(begins)), OTHER)


def _group(name: str, counted: Counter[Action]) -> Group:
    return Group(name, **{action.value: counted[action] for action in Action})
