"""AWS Backup: what moto lacks of vaults and plans, so that Terraform can manage them.

No backup is made: a plan is kept, and nothing follows it.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.moto_backed.errors import client_error


def _backend(context: Any) -> Any:
    from moto.backup.models import backup_backends

    return backup_backends[context.account_id][context.region]


def _vault(context: Any, request: Any) -> Any:
    name = request["BackupVaultName"]
    vault = _backend(context).vaults.get(name)
    if vault is None:
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupVault.html
        raise client_error("ResourceNotFoundException", f"Backup vault {name} does not exist.")
    return vault


def describe_backup_vault(context: Any, request: Any) -> Any:
    """A vault, with its lock."""
    described = _vault(context, request).to_list_dict()
    unset = [
        n for n in ("MinRetentionDays", "MaxRetentionDays", "LockDate") if not described.get(n)
    ]
    return {name: value for name, value in described.items() if name not in unset}


def put_backup_vault_lock_configuration(context: Any, request: Any) -> Any:
    """Locks a vault."""
    vault = _vault(context, request)
    vault.locked = True
    vault.min_retention_days = request.get("MinRetentionDays") or 0
    vault.max_retention_days = request.get("MaxRetentionDays") or 0
    days = request.get("ChangeableForDays")
    vault.lock_date = time.time() + days * 86_400 if days else None
    return {}


def delete_backup_vault_lock_configuration(context: Any, request: Any) -> Any:
    """Unlocks a vault, unless it is locked for good."""
    vault = _vault(context, request)
    if vault.lock_date and vault.lock_date < time.time():
        text = "The vault is locked for good: its lock cannot be removed."
        raise client_error("InvalidRequestException", text)
    vault.locked, vault.lock_date = False, None
    vault.min_retention_days = vault.max_retention_days = 0
    return {}


def delete_backup_vault(context: Any, request: Any) -> Any:
    """Deletes a vault, with its tags."""
    backend, vault = _backend(context), _vault(context, request)
    del backend.vaults[vault.backup_vault_name]
    backend.tagger.delete_all_tags_for_resource(vault.backup_vault_arn)
    return {}


def list_recovery_points_by_backup_vault(context: Any, request: Any) -> Any:
    """The backups in a vault: none."""
    _vault(context, request)
    return {"RecoveryPoints": []}


def _plan(context: Any, request: Any) -> Any:
    found = _backend(context).plans.get(request["BackupPlanId"])
    if found is None or found.deletion_date is not None:
        raise _no_plan()
    return found


def _no_plan() -> CommonServiceException:
    text = "Failed reading Backup plan with provided version"
    return client_error("ResourceNotFoundException", text)


def update_backup_plan(context: Any, request: Any) -> Any:
    """Replaces the rules of a plan, which gets another version."""
    from moto.backup.models import Plan

    plan = _plan(context, request)
    new = Plan(request["BackupPlan"], plan.creator_request_id, _backend(context))
    plan.backup_plan, plan.version_id = new.backup_plan, new.version_id
    plan.advanced_backup_settings = new.advanced_backup_settings
    return plan.to_dict()


def delete_backup_plan(context: Any, request: Any) -> Any:
    """Deletes a plan that selects nothing."""
    backend, plan = _backend(context), _plan(context, request)
    if _selections(plan):
        text = "Related backup plan selections must be deleted prior to backup plan deletion"
        raise client_error("InvalidRequestException", text)
    arn = plan.backup_plan_arn
    _, _, deleted, version = backend.delete_backup_plan(plan.backup_plan_id)
    backend.tagger.delete_all_tags_for_resource(arn)
    named = {"BackupPlanId": plan.backup_plan_id, "BackupPlanArn": arn}
    return {**named, "DeletionDate": deleted, "VersionId": version}


def _selections(plan: Any) -> dict[str, dict[str, Any]]:
    """The selections of a plan, in an attribute of moto's object, with which they are saved."""
    found: dict[str, dict[str, Any]] = vars(plan).setdefault("selections", {})
    return found


def create_backup_selection(context: Any, request: Any) -> Any:
    """Selects what a plan is for."""
    plan = _plan(context, request)
    made = {
        "SelectionId": str(uuid.uuid4()),
        "BackupPlanId": plan.backup_plan_id,
        "CreationDate": time.time(),
    }
    selected = made | {"BackupSelection": dict(request["BackupSelection"])}
    _selections(plan)[made["SelectionId"]] = selected
    return made


def get_backup_selection(context: Any, request: Any) -> Any:
    """What a plan is for."""
    return _selection(context, request)


def delete_backup_selection(context: Any, request: Any) -> Any:
    """Removes a selection."""
    _selection(context, request)
    del _selections(_plan(context, request))[request["SelectionId"]]
    return {}


def _selection(context: Any, request: Any) -> dict[str, Any]:
    found = _selections(_plan(context, request)).get(request["SelectionId"])
    if found is None:
        text = "Cannot find the backup selection of this backup plan"
        raise client_error("ResourceNotFoundException", text)
    return found


def list_backup_selections(context: Any, request: Any) -> Any:
    """The selections of a plan."""
    listed = [
        {name: value for name, value in selected.items() if name != "BackupSelection"}
        | {
            "SelectionName": selected["BackupSelection"]["SelectionName"],
            "IamRoleArn": selected["BackupSelection"]["IamRoleArn"],
        }
        for selected in _selections(_plan(context, request)).values()
    ]
    return {"BackupSelectionsList": listed}


def list_tags(context: Any, request: Any) -> Any:
    """The tags of a vault or plan: moto finds the ARN in some ways to write a path only."""
    return {"Tags": _backend(context).list_tags(request["ResourceArn"])}


def tag_resource(context: Any, request: Any) -> Any:
    """Adds tags to a vault or plan."""
    _backend(context).tag_resource(request["ResourceArn"], request["Tags"])
    return {}


def untag_resource(context: Any, request: Any) -> Any:
    """Removes tags of a vault or plan."""
    _backend(context).untag_resource(request["ResourceArn"], request["TagKeyList"])
    return {}


HANDLERS = {
    "CreateBackupSelection": create_backup_selection,
    "DeleteBackupPlan": delete_backup_plan,
    "DeleteBackupSelection": delete_backup_selection,
    "DeleteBackupVault": delete_backup_vault,
    "DeleteBackupVaultLockConfiguration": delete_backup_vault_lock_configuration,
    "DescribeBackupVault": describe_backup_vault,
    "GetBackupSelection": get_backup_selection,
    "ListBackupSelections": list_backup_selections,
    "ListTags": list_tags,
    "ListRecoveryPointsByBackupVault": list_recovery_points_by_backup_vault,
    "PutBackupVaultLockConfiguration": put_backup_vault_lock_configuration,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateBackupPlan": update_backup_plan,
}
