"""What only matters because the AWS that is deployed to is an emulator."""

from __future__ import annotations

from lab.core import reachability
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.terraform.state import State

WITHOUT = ("backup_retention_days=0", "audit_trail_days=0", "budget=null", "firewall=null")
VARIABLES = [f"-var={setting}" for setting in WITHOUT]
"""Settings that ask for what the emulator does not have: AWS Backup, CloudTrail, Budgets, WAF."""


def endpoint(target: Target) -> str:
    """The emulator's URL. Raises LabError if the target is the real AWS or nothing answers."""
    if target.endpoint is None:
        raise LabError(
            "`lab` deploys to an emulator only.",
            f"For AWS: scripts/setup-backend.sh, then scripts/deploy.sh {target.environment} plan.",
        )
    return reachability.require(target.endpoint)


def lift_protection(state: State) -> None:
    """Lets the tables be deleted, without the apply of a changed setting that AWS would need."""
    dynamodb = state.target.client("dynamodb")
    for table in state.instances("aws_dynamodb_table"):
        if table["deletion_protection_enabled"]:
            dynamodb.update_table(TableName=table["name"], DeletionProtectionEnabled=False)
