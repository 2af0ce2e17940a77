"""What has to be true, and what has to be said, before an environment is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.account.identity import Identity
from lab.deploy.account.settings import BackendSettings

if TYPE_CHECKING:
    from lab.deploy.plans import Change

PROD = "prod"


class Ask(Protocol):
    """Somebody who can be asked."""

    def yes(self, question: str) -> bool:
        """Whether the answer is yes."""
        ...

    def text(self, question: str) -> str:
        """The answer as it was typed."""
        ...

    def agrees(self, environment: str, action: str, planned: Sequence[Change]) -> bool:
        """Whether a plan, which is shown, is to be done."""
        ...


def require_backend(environment: str) -> BackendSettings:
    """Where the environment's state is. Raises LabError if nobody has said so, or not in full."""
    settings = BackendSettings.of(environment)
    if settings is None:
        raise LabError(
            f"{environment} has no place for its state: there is no backend.hcl.",
            "Make one: scripts/setup-backend.sh [profile]",
        )
    if settings.lacks:
        raise LabError(
            f"{environment}'s backend.hcl does not say {' and '.join(settings.lacks)}: it is older"
            " than terraform/shop.json, which says both.",
            "Write it anew: scripts/setup-backend.sh [profile]",
        )
    return settings


def require_account(environment: str, identity: Identity, settings: BackendSettings) -> None:
    """Raises LabError if we are in another account than the environment."""
    if identity.account != settings.account:
        raise LabError(
            f"{environment} belongs to account {settings.account}, and this is {identity.account}"
            f" ({identity.arn}).",
            "Name another profile. If the environment is to move, delete its backend.hcl.",
        )


def require_consent(environment: str, action: str, identity: Identity, ask: Ask) -> None:
    """Asks before prod is touched. Raises LabError if the answer is no.

    To destroy prod its name must be typed. The question about the plan comes on top of it, for
    every environment.
    """
    if environment != PROD or action == "plan":
        return
    if action == "destroy":
        question = f"To destroy {PROD} in account {identity.account}, type its name"
        agreed = ask.text(question).strip() == PROD
    else:
        agreed = ask.yes(f"This is {PROD} in account {identity.account}. Go on?")
    if not agreed:
        raise LabError(f"Nothing was done to {PROD}.")


def require_unprotected(environment: str, identity: Identity) -> None:
    """Raises LabError if AWS would refuse to delete the tables, after all the rest is gone."""
    table_name = Target(environment).table("orders")
    try:
        table = identity.client("dynamodb").describe_table(TableName=table_name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return
        raise
    if table["Table"].get("DeletionProtectionEnabled"):
        raise LabError(
            f"The tables of {environment} are protected: Terraform would destroy all but them.",
            f"Set deletion_protection = false in {environment}'s terraform.tfvars, apply, then"
            " destroy.",
        )
