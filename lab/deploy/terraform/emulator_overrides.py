"""Settings and steps that a deployment to the emulator needs, and one to AWS does not."""

from __future__ import annotations

from lab.core import reachability
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.terraform.state import State

WITHOUT = ("backup_retention_days=0", "audit_trail_days=0", "budget=null", "firewall=null")
NO_PAGE = ("sign_in=null", "storefront_distribution=false")
VARIABLES = [f"-var={setting}" for setting in (*WITHOUT, *NO_PAGE)]
"""Turn off what the emulator has not, or only keeps the settings of: CloudFront; Backup, WAF …"""


def endpoint(target: Target) -> str:
    """Returns the emulator's URL. Raises LabError if the target is AWS or does not respond."""
    if target.endpoint is None:
        raise LabError(
            "`lab` deploys to an emulator only.",
            f"For AWS: scripts/setup-backend.sh, then scripts/deploy.sh {target.environment} plan.",
        )
    return reachability.require(target.endpoint)


def lift_protection(state: State) -> None:
    """Turns off the tables' deletion protection, which on AWS needs an apply of its own."""
    dynamodb = state.target.client("dynamodb")
    for table in state.instances("aws_dynamodb_table"):
        if table["deletion_protection_enabled"]:
            dynamodb.update_table(TableName=table["name"], DeletionProtectionEnabled=False)
