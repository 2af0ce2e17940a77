"""Backs up an environment to a bucket, and restores it."""

from __future__ import annotations

from lab.core.target import Target
from lab.deploy.backup_store.manifest import Manifest, Part
from lab.deploy.backup_store.vault import Vault
from lab.operate.recovery.backup_job import backup
from lab.operate.recovery.restore_job import RestoreReport, require_backup, restore

__all__ = ["Manifest", "Part", "RestoreReport", "Vault", "backup", "backups", "require_backup"]
__all__ += ["restore"]


def backups(target: Target, bucket: str | None = None) -> list[Manifest]:
    """The complete backups of the environment, oldest first. Raises LabError without a bucket."""
    return list(Vault.of(target, bucket).manifests())
