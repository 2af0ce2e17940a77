"""The commands that destroy an environment, and what remains afterwards."""

from __future__ import annotations

from typing import Any


def commands(environment: str, profile: str | None, settings: dict[str, Any]) -> list[str]:
    """The commands and edits that destroy the environment, in order."""
    folder = f"terraform/environments/{environment}/terraform.tfvars"
    deploy = f"scripts/deploy.sh {environment}"
    profile_argument = f" {profile}" if profile else ""
    steps = []
    if settings.get("deletion_protection"):
        steps.append(f"set deletion_protection = false in {folder}")
        steps.append(f"{deploy} apply{profile_argument}")
    return [*steps, f"{deploy} destroy{profile_argument}"]


def left(settings: dict[str, Any]) -> list[str]:
    """What remains after a destroy, and why. The destroy lists each of them, too."""
    remains = [
        "the bucket and the lock table of Terraform's state: other environments use them too",
        "a KMS key, until the days that AWS waits before it deletes one are over; it costs nothing",
        "what `lab backup` wrote, so that `lab restore` can bring the data back",
    ]
    if settings.get("recovery_days"):
        remains.append("a copy of each table, which AWS deletes after 35 days; it costs nothing")
    if settings.get("backup_retention_days"):
        remains.append("the backup vault, until the backups in it may be deleted, and are")
    return remains
