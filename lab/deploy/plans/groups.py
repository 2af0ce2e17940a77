"""Groups the changes of a plan: tables, functions, permissions, and so on."""

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
    "API": ("aws_api_gateway_", "aws_apigatewayv2_", "aws_wafv2_"),
    "messaging": ("aws_sqs_", "aws_sns_", "aws_cloudwatch_event_", "aws_ses_", "aws_scheduler_"),
    "monitoring": ("aws_cloudwatch_", "aws_xray_", "aws_cloudtrail", "aws_budgets_"),
    "settings": ("aws_ssm_",),
    "keys": ("aws_kms_",),
    "backups": ("aws_backup_",),
    "storefront": ("aws_cloudfront_", "aws_cognito_"),
    "storage": ("aws_s3_",),
}
"""The prefixes of the resource types of each group; the first match counts."""

OTHER = "other"


@dataclass(frozen=True)
class Group:
    """The number of resources of a group that a plan creates, changes, replaces and destroys."""

    name: str
    create: int = 0
    change: int = 0
    replace: int = 0
    destroy: int = 0


def grouped(changes: Iterable[Change]) -> list[Group]:
    """Returns the changes counted by group, groups with destroyed resources first."""
    counts: dict[str, Counter[Action]] = {}
    for change in changes:
        counts.setdefault(group_of(change.kind), Counter())[change.action] += 1
    order = [*GROUPS, OTHER]
    groups = [_group(name, counts[name]) for name in order if name in counts]
    return sorted(groups, key=lambda group: not (group.destroy or group.replace))


def group_of(kind: str) -> str:
    """Returns the group of a resource type such as `aws_sqs_queue`."""
    return next((name for name, begins in GROUPS.items() if kind.startswith(begins)), OTHER)


def _group(name: str, counted: Counter[Action]) -> Group:
    return Group(name, **{action.value: counted[action] for action in Action})
