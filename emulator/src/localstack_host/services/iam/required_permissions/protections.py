"""WAF, AWS Backup and CloudTrail: what an operation requires of other services, and elsewhere.

https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.iam.required_permissions import generic
from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)
from localstack_host.services.iam.required_permissions.settings import via

LOG_DELIVERY = (
    "CreateLogDelivery",
    "DeleteLogDelivery",
    "DescribeLogGroups",
    "DescribeResourcePolicies",
    "PutResourcePolicy",
)
# What a vault's key must allow to its owner.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
WITH_KEY = ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKey", "RetireGrant")


def wafv2(operation: str, params: Params, place: Place) -> Permissions | None:
    """The web ACL, the rule groups that it uses, the stage that it protects, and its log."""
    if operation in ("CreateWebACL", "UpdateWebACL"):
        found = generic.needs("wafv2", operation, params, place)
        groups = dict.fromkeys(_groups(params.get("Rules"), place))
        return [*found, *(Permission(f"wafv2:{operation}", group) for group in groups)]
    if operation.endswith(("AssociateWebACL", "WebACLForResource")):
        return _of_stage(operation, params, place)
    if operation == "PutLoggingConfiguration":
        found = generic.needs("wafv2", operation, params, place)
        return [*found, *_delivering(params["LoggingConfiguration"])]
    return None


def _groups(value: Any, place: Place) -> Iterator[str]:
    """The ARNs of the rule groups in rules: AWS's have no more of a name than this."""
    if isinstance(value, list):
        for part in value:
            yield from _groups(part, place)
    for name, part in value.items() if isinstance(value, dict) else ():
        if name == "ManagedRuleGroupStatement":
            yield place.arn("wafv2", "regional/managedruleset/*/*")
        elif name == "ARN" and isinstance(part, str):
            yield part
        else:
            yield from _groups(part, place)


def _of_stage(operation: str, params: Params, place: Place) -> Permissions:
    """WAF asks for the web ACL and the resource; API Gateway for a permission of its own."""
    stage = params["ResourceArn"]
    found = generic.needs("wafv2", operation, params, place)
    sets = operation != "GetWebACLForResource" and ":apigateway:" in stage
    return [*found, Permission("apigateway:SetWebACL", stage)] if sets else found


def _delivering(configuration: Params) -> list[Permission]:
    """A log group gets its records by a delivery, which the caller must be able to make."""
    destinations = configuration.get("LogDestinationConfigs") or ()
    to_logs = any(":logs:" in destination for destination in destinations)
    return [Permission(f"logs:{action}") for action in LOG_DELIVERY] if to_logs else []


def backup(operation: str, params: Params, place: Place) -> Permissions | None:
    """A vault is made with a permission of its storage, and its key is used for the caller."""
    if operation != "CreateBackupVault":
        return None
    found = [*generic.needs("backup", operation, params, place)]
    found.append(Permission("backup-storage:MountCapsule"))
    if key := params.get("EncryptionKeyArn"):
        found += [via(f"kms:{action}", key, "backup", place) for action in WITH_KEY]
    return found
