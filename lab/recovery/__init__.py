"""Backups of an environment in a bucket, and the way back."""

from __future__ import annotations

from lab.recovery.making import backup
from lab.recovery.manifest import Manifest, Part
from lab.recovery.restoring import RestoreReport, require_backup, restore
from lab.recovery.vault import Vault
from lab.target import Target

__all__ = ["Manifest", "Part", "RestoreReport", "Vault", "backup", "backups", "require_backup"]
__all__ += ["restore"]


def backups(target: Target, bucket: str | None = None) -> list[Manifest]:
    """The environment's whole backups, the oldest first. Raises LabError without a bucket."""
    return list(Vault.of(target, bucket).manifests())
