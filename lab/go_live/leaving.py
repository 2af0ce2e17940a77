"""How to take an environment down again, and what stays behind."""

from __future__ import annotations

from typing import Any


def commands(environment: str, profile: str | None, settings: dict[str, Any]) -> list[str]:
    """What to type, in order, with what is not obvious about it."""
    folder = f"terraform/environments/{environment}/terraform.tfvars"
    deploy = f"scripts/deploy.sh {environment}"
    who = f" {profile}" if profile else ""
    told = []
    if settings.get("deletion_protection"):
        told.append(f"set deletion_protection = false in {folder}")
        told.append(f"{deploy} apply{who}")
    return [*told, f"{deploy} destroy{who}"]


def left(settings: dict[str, Any]) -> list[str]:
    """What is there afterwards, and why. The destroy looks for it and names each."""
    told = [
        "the bucket and the lock table of Terraform's state: other environments use them too",
        "a KMS key, until the days that AWS waits before it deletes one are over; it costs nothing",
        "what `lab backup` wrote, so that `lab restore` can bring the data back",
    ]
    if settings.get("recovery_days"):
        told.append("a copy of each table, which AWS deletes after 35 days; it costs nothing")
    if settings.get("backup_retention_days"):
        told.append("the backup vault, until the backups in it may be deleted, and are")
    return told
