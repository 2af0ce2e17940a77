"""Makes a backup: all tables and settings, at a moment where the books balance."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from lab.console.progress import Say
from lab.core import tables, watchdog
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy.backup_store import bucket
from lab.deploy.backup_store.manifest import Manifest, Part
from lab.deploy.backup_store.vault import Vault
from lab.operate.audit import AuditReport
from lab.operate.recovery import consistency, copying, maintenance, parameters

ID = "%Y-%m-%dT%H-%M-%SZ"
RESUMED_WITHIN = timedelta(hours=1)
"""An interrupted backup that is older is thrown away: too much has changed since."""

PATIENCE_S = 60.0
"""For how long a busy shop is copied again and again."""


@dataclass(frozen=True)
class Attempt:
    """One try at a copy of the tables whose names end with a suffix, below the backup's folder."""

    backup: str
    number: int
    suffix: str

    @property
    def folder(self) -> tuple[str, str]:
        """Where its parts are."""
        return self.backup, f"{self.number}{self.suffix}"

    def again(self) -> Attempt:
        """The next try."""
        return replace(self, number=self.number + 1)


@dataclass(frozen=True)
class Copied:
    """What a try copied, and what the books in it say."""

    tables: Mapping[str, Sequence[Part]]
    parameters: Part
    report: AuditReport


def backup(
    target: Target,
    to: str | None = None,
    on_progress: Say | None = None,
    *,
    suffix: str = "",
    pause: bool = False,
    unbalanced: bool = False,
    patience_s: float = PATIENCE_S,
) -> Manifest:
    """Copies the environment to a bucket, or goes on with a copy that was interrupted.

    With a `suffix` it copies the tables that point-in-time recovery made under such names.
    `pause` takes no orders meanwhile; `unbalanced` keeps a copy whose books do not balance, as
    that of a shop whose own do not. Raises LabError if orders kept moving for `patience_s` seconds,
    if the bucket is not safe, or if the environment is not deployed.
    """
    say = on_progress or (lambda _message: None)
    watchdog.space("a backup")
    _require_tables(target, suffix)
    vault = Vault.of(target, to)
    bucket.require_safe(target, vault.bucket)
    _require_whole(vault)
    bucket.ensure_key(target)
    with _paused(target, say) if pause else nullcontext():
        return _complete(
            vault, *_balanced(vault, _begin(vault, suffix), say, unbalanced, patience_s)
        )


@contextmanager
def _paused(target: Target, say: Say) -> Iterator[None]:
    with maintenance.no_new_orders(target):
        maintenance.wait_until_told(target, say)
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
            hint = "Point-in-time recovery makes it: docs/recovery.md, a bad change of data."
            raise LabError(f"There is no table {table}.", hint) from error


def _require_whole(vault: Vault) -> None:
    """Half a restore may well balance: nothing does."""
    if restoring := vault.restoring():
        raise LabError(
            f"A restore of {restoring} did not come to its end: there is nothing to back up.",
            f"Finish it: `{vault.command_to_restore(restoring)}`",
        )


def _begin(vault: Vault, suffix: str) -> Attempt:
    """The attempt to go on with, or a new one. What is too old to go on with is deleted."""
    now = datetime.now(UTC)
    known = vault.folders()
    attempt = Attempt(_unused(now, known), 1, suffix)
    for backup in known:
        if vault.manifest(backup):
            continue
        if now - _moment(backup) > RESUMED_WITHIN:
            vault.discard(backup)
        elif tries := _tries(vault, backup, suffix):
            attempt = Attempt(backup, max(tries), suffix)
    return attempt


def _unused(now: datetime, known: Sequence[str]) -> str:
    """The id of a backup of this second, or of the next one that has none."""
    while (backup := now.strftime(ID)) in known:
        now += timedelta(seconds=1)
    return backup


def _tries(vault: Vault, backup: str, suffix: str) -> list[int]:
    """The numbers of the attempts at these tables that an interrupted run began."""
    folders = {key.split("/")[2] for key in vault.keys(backup)}
    numbers = (f.removesuffix(suffix) for f in folders if f.endswith(suffix))
    return [int(number) for number in numbers if number.isdigit()]


def _moment(backup: str) -> datetime:
    return datetime.strptime(backup, ID).replace(tzinfo=UTC)


def _balanced(
    vault: Vault, attempt: Attempt, say: Say, unbalanced: bool, patience_s: float
) -> tuple[Attempt, Copied]:
    """Copies until the books balance."""
    deadline = time.monotonic() + patience_s
    while True:
        copied = _copy(vault, attempt, say)
        if copied.report.clean or unbalanced:
            return attempt, copied
        vault.discard(*attempt.folder)
        if time.monotonic() > deadline:
            raise _moving(copied.report)
        say("orders moved meanwhile: once more")
        attempt = attempt.again()


def _copy(vault: Vault, attempt: Attempt, say: Say) -> Copied:
    found = {
        name: copying.copy(vault, name, attempt.folder, say, attempt.suffix)
        for name in copying.READ_ORDER
    }
    settings = _copy_parameters(vault, attempt)
    say("reading the copy back, and checking its books")
    return Copied(found, settings, consistency.of(vault, found))


def _copy_parameters(vault: Vault, attempt: Attempt) -> Part:
    key = vault.path(*attempt.folder, "parameters.json")
    if key in vault.keys(*attempt.folder):
        return vault.head(key)[0]
    body, count = parameters.pack(vault.target)
    return vault.put(key, body, count, {})


def _complete(vault: Vault, attempt: Attempt, copied: Copied) -> Manifest:
    manifest = Manifest(
        backup=attempt.backup,
        environment=vault.target.environment,
        account=vault.account,
        region=vault.target.region,
        started_at=_moment(attempt.backup).isoformat(),
        ended_at=datetime.now(UTC).isoformat(timespec="seconds"),
        tables={name: tuple(parts) for name, parts in copied.tables.items()},
        parameters=copied.parameters,
        in_flight=copied.report.in_flight,
        broken=consistency.broken(copied.report),
    )
    vault.complete(manifest)
    return manifest


def _moving(report: AuditReport) -> LabError:
    first = consistency.broken(report)[0]
    return LabError(
        f"No backup was made: the books of the copy do not balance. {first}",
        "If orders are being placed, --pause takes none while it copies. If `lab audit` says the"
        " same, the shop's own books are wrong: --unbalanced keeps them as they are.",
    )
