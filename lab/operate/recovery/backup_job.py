"""Backs up all tables and settings, with consistent books."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from lab.core import tables, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.deploy.backup_store import bucket
from lab.deploy.backup_store.manifest import Manifest, Part
from lab.deploy.backup_store.vault import Vault
from lab.operate.audit import AuditReport
from lab.operate.recovery import consistency, copying, maintenance, parameters

ID = "%Y-%m-%dT%H-%M-%SZ"
RESUME_WITHIN = timedelta(hours=1)
"""An interrupted backup that is older is deleted, because too much has changed."""

RETRY_S = 60.0
"""How long the copy of a busy shop is retried."""


@dataclass(frozen=True)
class Attempt:
    """One attempt to copy the tables whose names end with `suffix`."""

    backup: str
    number: int
    suffix: str

    @property
    def folder(self) -> tuple[str, str]:
        """The folder of its parts."""
        return self.backup, f"{self.number}{self.suffix}"

    def next_attempt(self) -> Attempt:
        """The next attempt."""
        return replace(self, number=self.number + 1)


@dataclass(frozen=True)
class Copy:
    """The parts of an attempt, and the audit of its books."""

    tables: Mapping[str, Sequence[Part]]
    parameters: Part
    report: AuditReport


def backup(
    target: Target,
    to: str | None = None,
    on_progress: Progress | None = None,
    *,
    suffix: str = "",
    pause: bool = False,
    unbalanced: bool = False,
    patience_s: float = RETRY_S,
) -> Manifest:
    """Backs up the environment to a bucket, or resumes an interrupted backup.

    With a `suffix`, copies the tables that point-in-time recovery created with such names.
    `pause` refuses new orders meanwhile. `unbalanced` keeps a copy whose books do not balance,
    for a shop whose own books do not. Raises LabError if no consistent copy was made in
    `patience_s` seconds, if the bucket is not safe, or if the environment is not deployed.
    """
    on_progress = on_progress or ignore
    watchdog.space("a backup")
    _require_tables(target, suffix)
    vault = Vault.of(target, to)
    bucket.require_safe(target, vault.bucket)
    _require_not_restoring(vault)
    bucket.ensure_key(target)
    with _paused(target, on_progress) if pause else nullcontext():
        return _complete(
            vault,
            *_copy_until_consistent(
                vault, _begin(vault, suffix), on_progress, unbalanced, patience_s
            ),
        )


@contextmanager
def _paused(target: Target, on_progress: Progress) -> Iterator[None]:
    with maintenance.no_new_orders(target):
        maintenance.wait_until_published(target, on_progress)
        yield


def _require_tables(target: Target, suffix: str) -> None:
    if not suffix:
        tables.require(target, *copying.READ_ORDER)
        return
    dynamodb = target.client("dynamodb")
    for table in (target.table(name) + suffix for name in copying.READ_ORDER):
        try:
            dynamodb.describe_table(TableName=table)
        except dynamodb.exceptions.ResourceNotFoundException as error:
            hint = "Point-in-time recovery creates it: docs/recovery.md, a bad change of data."
            raise LabError(f"There is no table {table}.", hint) from error


def _require_not_restoring(vault: Vault) -> None:
    """Raises LabError if a restore is incomplete: a half-restored shop may balance, too."""
    if restoring := vault.restoring():
        raise LabError(
            f"A restore of {restoring} is not complete: there is nothing to back up.",
            f"Finish it: `{vault.command_to_restore(restoring)}`",
        )


def _begin(vault: Vault, suffix: str) -> Attempt:
    """The attempt to resume, or a new one. Deletes attempts that are too old to resume."""
    now = datetime.now(UTC)
    backups = vault.folders()
    attempt = Attempt(_new_id(now, backups), 1, suffix)
    for backup in backups:
        if vault.manifest(backup):
            continue
        if now - _started_at(backup) > RESUME_WITHIN:
            vault.discard(backup)
        elif numbers := _attempt_numbers(vault, backup, suffix):
            attempt = Attempt(backup, max(numbers), suffix)
    return attempt


def _new_id(now: datetime, backups: Sequence[str]) -> str:
    """The id of a backup at this second, or at the next one without a backup."""
    while (backup := now.strftime(ID)) in backups:
        now += timedelta(seconds=1)
    return backup


def _attempt_numbers(vault: Vault, backup: str, suffix: str) -> list[int]:
    """The numbers of the attempts that an interrupted run has started for these tables."""
    folders = {key.split("/")[2] for key in vault.keys(backup)}
    numbers = (f.removesuffix(suffix) for f in folders if f.endswith(suffix))
    return [int(number) for number in numbers if number.isdigit()]


def _started_at(backup: str) -> datetime:
    return datetime.strptime(backup, ID).replace(tzinfo=UTC)


def _copy_until_consistent(
    vault: Vault, attempt: Attempt, on_progress: Progress, unbalanced: bool, patience_s: float
) -> tuple[Attempt, Copy]:
    """Copies until the books balance. Raises LabError after `patience_s` seconds."""
    deadline = time.monotonic() + patience_s
    while True:
        copied = _copy(vault, attempt, on_progress)
        if copied.report.clean or unbalanced:
            return attempt, copied
        vault.discard(*attempt.folder)
        if time.monotonic() > deadline:
            raise _inconsistent(copied.report)
        on_progress("orders changed meanwhile: copying again")
        attempt = attempt.next_attempt()


def _copy(vault: Vault, attempt: Attempt, on_progress: Progress) -> Copy:
    tables = {
        name: copying.copy(vault, name, attempt.folder, on_progress, attempt.suffix)
        for name in copying.READ_ORDER
    }
    settings = _copy_parameters(vault, attempt)
    on_progress("reading the copy back and auditing it")
    return Copy(tables, settings, consistency.of(vault, tables))


def _copy_parameters(vault: Vault, attempt: Attempt) -> Part:
    key = vault.path(*attempt.folder, "parameters.json")
    if key in vault.keys(*attempt.folder):
        return vault.head(key)[0]
    body, count = parameters.pack(vault.target)
    return vault.put(key, body, count, {})


def _complete(vault: Vault, attempt: Attempt, copied: Copy) -> Manifest:
    manifest = Manifest(
        backup=attempt.backup,
        environment=vault.target.environment,
        account=vault.account,
        region=vault.target.region,
        started_at=_started_at(attempt.backup).isoformat(),
        ended_at=datetime.now(UTC).isoformat(timespec="seconds"),
        tables={name: tuple(parts) for name, parts in copied.tables.items()},
        parameters=copied.parameters,
        in_flight=copied.report.in_flight,
        broken=consistency.violations(copied.report),
    )
    vault.complete(manifest)
    return manifest


def _inconsistent(report: AuditReport) -> LabError:
    first = consistency.violations(report)[0]
    return LabError(
        f"No backup was made: the books of the copy do not balance. {first}",
        "If orders are being placed, --pause refuses new ones meanwhile. If `lab audit` reports"
        " the same, the shop's own books are wrong: --unbalanced backs them up as they are.",
    )
