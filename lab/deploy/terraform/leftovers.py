"""Finds what is left of an environment after a destroy, independently of Terraform.

First by name, service by service; then by tag, for resources with other names. What is kept on
purpose, and what AWS deletes later and does not charge for, is reported but is not an error.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Any

from lab.core import naming, recheck
from lab.core.environment_settings import settings_of
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import code_swap
from lab.deploy.terraform import inventory
from lab.deploy.terraform.inventory import LISTINGS, NotAllowed

TABLES = (
    "products",
    "inventory",
    "promotions",
    "reservations",
    "payments",
    "orders",
    "idempotency",
)
TAGS_LAG_S = 60.0
"""How long to poll: AWS lists tags for some time after the resource is deleted."""

POLL_S = 5.0
STAGE_LOGS = re.compile(r"^API-Gateway-Execution-Logs_(\w+)/(.+)$")


@dataclass(frozen=True)
class Leftover:
    """A resource that is left: what it is, why, and the command that deletes it."""

    what: str
    why: str
    remove: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}\n    {self.remove}"


@dataclass(frozen=True)
class Inspection:
    """What is left by mistake, what is kept on purpose, and the services that denied access."""

    left: tuple[Leftover, ...]
    kept: tuple[Leftover, ...]
    not_inspected: tuple[str, ...]


def find(target: Target) -> tuple[Leftover, ...]:
    """Returns what is left of the target's environment by mistake."""
    return inspect(target).left


def require_none(target: Target) -> Inspection:
    """Raises LabError if anything is left by mistake; returns the inspection otherwise."""
    inspection = recheck.read(lambda: inspect(target), lambda inspection: not inspection.left)
    if inspection.left:
        named = "\n  ".join(str(leftover) for leftover in inspection.left)
        raise LabError(
            f"{target.environment} is destroyed, but this is left:\n  {named}",
            "Delete by hand what was created by hand; otherwise destroy again.",
        )
    return inspection


def delete_stray_log_groups(target: Target) -> None:
    """Deletes log groups that a function recreated by writing after its own was destroyed."""
    logs = target.client("logs")
    prefix = f"/aws/lambda/{target.named('')}"
    listed = inventory.rows(target, "logs", "describe_log_groups", "logGroups")
    names = [group["logGroupName"] for group in listed]
    for name in [name for name in names if name.startswith(prefix)]:
        logs.delete_log_group(logGroupName=name)


def functions_but(target: Target, known: Container[str]) -> tuple[str, ...]:
    """Returns the environment's functions that are not `known`."""
    named = [target.named(name) for name in code_swap.function_names()]
    rows = inventory.rows(target, "lambda", "list_functions", "Functions")
    existing = {row["FunctionName"] for row in rows}
    return tuple(name for name in named if name in existing and name not in known)


def inspect(target: Target) -> Inspection:
    """Runs every check."""
    left: list[Leftover] = []
    kept: list[Leftover] = []
    not_inspected: list[str] = []
    for check in (*CHECKS, _tagged):
        try:
            for leftover, stays in check(target):
                (kept if stays else left).append(leftover)
        except NotAllowed as error:
            not_inspected.append(str(error))
    return Inspection(_deduplicated(left), _deduplicated(kept), tuple(dict.fromkeys(not_inspected)))


Findings = Iterator[tuple[Leftover, bool]]
"""What a check finds, each with whether it is kept on purpose."""


def _named(listing: inventory.Listing, target: Target) -> Findings:
    for resource in inventory.resources(target, listing):
        if is_ours(target.environment, resource.service, resource.name):
            what = f"{resource.service} {resource.name}"
            yield Leftover(what, "it has the environment's name", resource.remove), False


def is_ours(environment: str, service: str, name: str) -> bool:
    """Whether a resource with this name belongs to the environment.

    SHOP-ENV, SHOP-ENV-x and /SHOP/ENV/x, also within a longer name or an ARN; the seven
    tables; and the address that sends the environment's mails.
    """
    if service == "dynamodb":
        return name in {Target(environment).table(table) for table in TABLES}
    if service == "ses":
        return bool(name == settings_of(environment).get("mail_sender"))
    ours = rf"{re.escape(naming.shop().name)}[-/]{re.escape(environment)}"
    return bool(re.search(rf"(^|[:/_]|aws-waf-logs-){ours}([-/]|$)", name))


def _execution_logs(target: Target) -> Findings:
    """Log groups of API Gateway, which are named after an API and its stage."""
    apis = {row["id"] for row in inventory.rows(target, "apigateway", "get_rest_apis", "items")}
    for group in inventory.rows(target, "logs", "describe_log_groups", "logGroups"):
        name = group["logGroupName"]
        match = STAGE_LOGS.match(name)
        if match and match[1] not in apis and match[2] == target.environment:
            why = "API Gateway created it for an API that is deleted"
            remove = f"aws logs delete-log-group --log-group-name {name}"
            yield Leftover(f"logs {name}", why, remove), False


def _table_backups(target: Target) -> Findings:
    """Backups of tables. AWS creates one of a deleted table and keeps it for 35 days, free."""
    for row in inventory.rows(target, "dynamodb", "list_backups", "BackupSummaries"):
        if is_ours(target.environment, "dynamodb", row["TableName"]):
            by_aws = row["BackupType"] == "SYSTEM"
            why = (
                "AWS deletes it after 35 days; it costs nothing"
                if by_aws
                else "it was created by hand"
            )
            remove = f"aws dynamodb delete-backup --backup-arn {row['BackupArn']}"
            yield Leftover(f"dynamodb backup {row['BackupName']}", why, remove), by_aws


def _keys(target: Target) -> Findings:
    """KMS keys, which cannot be deleted immediately."""
    kms = target.client("kms")
    made_for = (
        f"Everything that {target.prefix} stores",
        f"What goes through the topics of {target.prefix}",
    )
    for row in inventory.rows(target, "kms", "list_keys", "Keys"):
        key = kms.describe_key(KeyId=row["KeyId"])["KeyMetadata"]
        if key.get("Description") in made_for:
            yield _key(key)


def _key(key: dict[str, Any]) -> tuple[Leftover, bool]:
    what, name = f"kms key {key['KeyId']}", key["KeyId"]
    if key["KeyState"] != "PendingDeletion":
        remove = f"aws kms schedule-key-deletion --key-id {name} --pending-window-in-days 7"
        return Leftover(what, "it costs a dollar a month", remove), False
    why = f"AWS deletes it on {key['DeletionDate']:%Y-%m-%d}; until then it costs nothing"
    return Leftover(what, why, f"aws kms cancel-key-deletion --key-id {name} (keeps it)"), True


def _backups(target: Target) -> Findings:
    """The environment's backups, which are meant to outlive it."""
    from lab.deploy.backup_store.vault import Vault

    vault = Vault.existing(target)
    manifests = list(vault.manifests()) if vault else []
    if vault and manifests:
        size = sum(manifest.size for manifest in manifests)
        why = f"{len(manifests)} of them, {size:,} bytes, for `lab restore {target.environment}`"
        remove = f"aws s3 rm --recursive s3://{vault.bucket}/{target.environment}/"
        yield Leftover(f"backups in s3 {vault.bucket}", why, remove), True


def _tagged(target: Target) -> Findings:
    """Resources with the environment's tags; those of a deleted one disappear after a delay."""
    deadline = time.monotonic() + (TAGS_LAG_S if target.endpoint is None else 0.0)
    while (arns := _arns(target)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    for arn in arns:
        why = "it has the environment's tags (AWS may list deleted resources for some time)"
        yield Leftover(arn, why, f"aws resourcegroupstaggingapi {_filters(target)}"), False


def _arns(target: Target) -> list[str]:
    """Returns the tagged ARNs without KMS keys, whose tags remain until they are deleted."""
    tags = {"Project": naming.shop().project, "Environment": target.environment}
    filters: Any = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    resources = inventory.rows(
        target,
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        {"TagFilters": filters},
    )
    return [row["ResourceARN"] for row in resources if ":kms:" not in row["ResourceARN"]]


def _filters(target: Target) -> str:
    tags = f"Key=Project,Values={naming.shop().project} Key=Environment,Values={target.environment}"
    return f"get-resources --tag-filters {tags}"


def _deduplicated(leftovers: list[Leftover]) -> tuple[Leftover, ...]:
    """Returns each leftover once: those found by name, then others found by tag."""
    named = [leftover for leftover in leftovers if not leftover.what.startswith("arn:")]
    names = [_short(leftover.what.partition(" ")[2]) for leftover in named]
    others = [leftover for leftover in leftovers if leftover not in named]
    return (*named, *(o for o in others if not any(name in o.what for name in names)))


def _short(name: str) -> str:
    """Returns the name of a queue from its URL."""
    return name.rpartition("/")[2] if name.startswith("http") else name


def by_name(listing: inventory.Listing) -> Callable[[Target], Findings]:
    """Returns the check for resources of a listing that have the environment's name."""
    return lambda target: _named(listing, target)


CHECKS: tuple[Callable[[Target], Findings], ...] = (
    *(by_name(listing) for listing in LISTINGS),
    _execution_logs,
    _table_backups,
    _keys,
    _backups,
)
"""All checks, in the order in which they are reported."""
