"""Looks for what is left of an environment, whatever Terraform says.

First by name, service for service; then by tag, for what has a name of its own. What stays on
purpose, and what AWS itself deletes later and does not charge for, is told and is no fault.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lab.core import naming, recheck
from lab.core.environment_settings import settings_of
from lab.core.errors import LabError
from lab.core.target import Target
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
"""For how long AWS is asked again: a tag is listed for some time after what had it is gone."""

POLL_S = 5.0
STAGE_LOGS = re.compile(r"^API-Gateway-Execution-Logs_(\w+)/(.+)$")


@dataclass(frozen=True)
class Leftover:
    """Something that is left: what it is, why, and the command that removes it."""

    what: str
    why: str
    remove: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}\n    {self.remove}"


@dataclass(frozen=True)
class Inspection:
    """What is left and should not be, what stays on purpose, and which services did not say."""

    left: tuple[Leftover, ...]
    kept: tuple[Leftover, ...]
    unseen: tuple[str, ...]


def find(target: Target) -> tuple[Leftover, ...]:
    """What is left of the target's environment, and should not be."""
    return inspect(target).left


def refuse(target: Target) -> Inspection:
    """Raises LabError if anything is left that should not be; gives what stays on purpose."""
    seen = recheck.read(lambda: inspect(target), lambda found: not found.left)
    if seen.left:
        named = "\n  ".join(str(leftover) for leftover in seen.left)
        raise LabError(
            f"{target.environment} is destroyed, but this is left:\n  {named}",
            "If somebody made it by hand, delete it by hand; else destroy once more.",
        )
    return seen


def delete_stray_log_groups(target: Target) -> None:
    """Deletes the log groups that a function makes when it ends after its own is destroyed."""
    logs = target.client("logs")
    prefix = f"/aws/lambda/{target.named('')}"
    listed = inventory.rows(target, "logs", "describe_log_groups", "logGroups")
    names = [group["logGroupName"] for group in listed]
    for name in [name for name in names if name.startswith(prefix)]:
        logs.delete_log_group(logGroupName=name)


def inspect(target: Target) -> Inspection:
    """Looks everywhere."""
    left: list[Leftover] = []
    kept: list[Leftover] = []
    unseen: list[str] = []
    for look in (*LOOKS, _tagged):
        try:
            for leftover, stays in look(target):
                (kept if stays else left).append(leftover)
        except NotAllowed as error:
            unseen.append(str(error))
    return Inspection(_once(left), _once(kept), tuple(dict.fromkeys(unseen)))


Seen = Iterator[tuple[Leftover, bool]]
"""What a look finds, and whether it stays on purpose."""


def _named(listing: inventory.Listing, target: Target) -> Seen:
    for found in inventory.found(target, listing):
        if is_ours(target.environment, found.service, found.name):
            what = f"{found.service} {found.name}"
            yield Leftover(what, "it has the environment's name", found.remove), False


def is_ours(environment: str, service: str, name: str) -> bool:
    """Whether something with this name belongs to the environment.

    SHOP-ENV, SHOP-ENV-x and /SHOP/ENV/x, also within a longer name or an ARN; of the
    tables the seven, and the address that sends its mails.
    """
    if service == "dynamodb":
        return name in {Target(environment).table(table) for table in TABLES}
    if service == "ses":
        return bool(name == settings_of(environment).get("mail_sender"))
    ours = rf"{re.escape(naming.shop().name)}[-/]{re.escape(environment)}"
    return bool(re.search(rf"(^|[:/_]|aws-waf-logs-){ours}([-/]|$)", name))


def _execution_logs(target: Target) -> Seen:
    """The logs that API Gateway makes itself are named for an API that is gone, and its stage."""
    apis = {row["id"] for row in inventory.rows(target, "apigateway", "get_rest_apis", "items")}
    for group in inventory.rows(target, "logs", "describe_log_groups", "logGroups"):
        name = group["logGroupName"]
        made = STAGE_LOGS.match(name)
        if made and made[1] not in apis and made[2] == target.environment:
            why = "API Gateway made it for an API that is gone"
            remove = f"aws logs delete-log-group --log-group-name {name}"
            yield Leftover(f"logs {name}", why, remove), False


def _table_backups(target: Target) -> Seen:
    """AWS itself keeps a copy of a table that could be taken back, for 35 days and for nothing."""
    for row in inventory.rows(target, "dynamodb", "list_backups", "BackupSummaries"):
        if is_ours(target.environment, "dynamodb", row["TableName"]):
            by_aws = row["BackupType"] == "SYSTEM"
            why = "AWS deletes it after 35 days; it costs nothing" if by_aws else "somebody made it"
            remove = f"aws dynamodb delete-backup --backup-arn {row['BackupArn']}"
            yield Leftover(f"dynamodb backup {row['BackupName']}", why, remove), by_aws


def _keys(target: Target) -> Seen:
    """A KMS key cannot be deleted at once."""
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


def _backups(target: Target) -> Seen:
    """The environment's backups are there to outlive it."""
    from lab.deploy.backup_store.vault import Vault

    vault = Vault.existing(target)
    found = list(vault.manifests()) if vault else []
    if vault and found:
        size = sum(manifest.size for manifest in found)
        why = f"{len(found)} of them, {size:,} bytes, for `lab restore {target.environment}`"
        remove = f"aws s3 rm --recursive s3://{vault.bucket}/{target.environment}/"
        yield Leftover(f"backups in s3 {vault.bucket}", why, remove), True


def _tagged(target: Target) -> Seen:
    """What has the environment's tags; whoever was deleted just now gets time to be forgotten."""
    deadline = time.monotonic() + (TAGS_LAG_S if target.endpoint is None else 0.0)
    while (arns := _arns(target)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    for arn in arns:
        why = "it has the environment's tags (AWS may list for some time what is gone)"
        yield Leftover(arn, why, f"aws resourcegroupstaggingapi {_filters(target)}"), False


def _arns(target: Target) -> list[str]:
    """By tag, without keys: of those that are being deleted the tags stay."""
    wanted = {"Project": naming.shop().project, "Environment": target.environment}
    filters: Any = [{"Key": key, "Values": [value]} for key, value in wanted.items()]
    found = inventory.rows(
        target,
        "resourcegroupstaggingapi",
        "get_resources",
        "ResourceTagMappingList",
        {"TagFilters": filters},
    )
    return [row["ResourceARN"] for row in found if ":kms:" not in row["ResourceARN"]]


def _filters(target: Target) -> str:
    tags = f"Key=Project,Values={naming.shop().project} Key=Environment,Values={target.environment}"
    return f"get-resources --tag-filters {tags}"


def _once(found: list[Leftover]) -> tuple[Leftover, ...]:
    """Each once: what was found by name, and of what was found by tag the rest."""
    named = [leftover for leftover in found if not leftover.what.startswith("arn:")]
    names = [_short(leftover.what.partition(" ")[2]) for leftover in named]
    others = [leftover for leftover in found if leftover not in named]
    return (*named, *(o for o in others if not any(name in o.what for name in names)))


def _short(name: str) -> str:
    """A queue's name out of its URL."""
    return name.rpartition("/")[2] if name.startswith("http") else name


def by_name(listing: inventory.Listing) -> Callable[[Target], Seen]:
    """The look that finds what is listed under the environment's name."""
    return lambda target: _named(listing, target)


LOOKS: tuple[Callable[[Target], Seen], ...] = (
    *(by_name(listing) for listing in LISTINGS),
    _execution_logs,
    _table_backups,
    _keys,
    _backups,
)
"""Every look, in the order in which it is told."""
