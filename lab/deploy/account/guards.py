"""Checks and confirmations that are required before an operation on an environment."""

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


class Prompt(Protocol):
    """Asks the user."""

    def confirm(self, question: str) -> bool:
        """Whether the user confirms."""
        ...

    def text(self, question: str) -> str:
        """Returns the text that the user typed."""
        ...

    def approve(self, environment: str, action: str, planned: Sequence[Change]) -> bool:
        """Shows a plan; whether the user approves it."""
        ...


def require_backend(environment: str) -> BackendSettings:
    """Returns the environment's backend. Raises LabError if it is missing or incomplete."""
    settings = BackendSettings.of(environment)
    if settings is None:
        raise LabError(
            f"{environment} has no place for its state: there is no backend.hcl.",
            "Create one: scripts/setup-backend.sh [profile]",
        )
    if settings.missing:
        raise LabError(
            f"{environment}'s backend.hcl lacks {' and '.join(settings.missing)}: it is older"
            " than terraform/shop.json, which has both.",
            "Create it again: scripts/setup-backend.sh [profile]",
        )
    return settings


def require_account(environment: str, identity: Identity, settings: BackendSettings) -> None:
    """Raises LabError if the credentials belong to another account than the environment."""
    if identity.account != settings.account:
        raise LabError(
            f"{environment} belongs to account {settings.account}, and this is {identity.account}"
            f" ({identity.arn}).",
            "Name another profile. If the environment is to move, delete its backend.hcl.",
        )


def require_consent(environment: str, action: str, identity: Identity, prompt: Prompt) -> None:
    """Asks for confirmation before an operation on prod. Raises LabError if the user declines.

    To destroy prod, its name must be typed. The plan is confirmed separately, for every
    environment.
    """
    if environment != PROD or action == "plan":
        return
    if action == "destroy":
        question = f"To destroy {PROD} in account {identity.account}, type its name"
        confirmed = prompt.text(question).strip() == PROD
    else:
        confirmed = prompt.confirm(f"This is {PROD} in account {identity.account}. Go on?")
    if not confirmed:
        raise LabError(f"Nothing was done to {PROD}.")


def require_unprotected(environment: str, identity: Identity) -> None:
    """Raises LabError if the tables are protected: AWS would delete everything but them."""
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
