"""Restores a backup to an environment that Terraform has created."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from operator import eq

from lab.core import invocation, recheck, tables, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.deploy.backup_store.manifest import Manifest
from lab.deploy.backup_store.vault import Vault
from lab.operate.recovery import in_flight, items, maintenance, parameters
from lab.operate.recovery.items import Item
from lab.operate.recovery.writing import Table

WRITE_ORDER = (
    "products",
    "inventory",
    "promotions",
    "payments",
    "idempotency",
    "reservations",
    "orders",
)
"""Orders last, so that everything that they refer to exists before them."""


@dataclass(frozen=True)
class RestoreReport:
    """The result of a restore: items by table, and parameters.

    `reopened` counts the orders whose event is published again. `settings_kept` are parameters that
    Terraform manages and that differ in the backup. `swept` is the result of the sweeper for orders
    in flight.
    """

    backup: str
    environment: str
    items: dict[str, int]
    parameters_written: tuple[str, ...]
    settings_kept: tuple[str, ...]
    reopened: int
    swept: dict[str, int]


def restore(
    target: Target,
    backup: str | None = None,
    source: str | None = None,
    on_progress: Progress | None = None,
    *,
    replace: bool = False,
) -> RestoreReport:
    """Restores a backup, by default the newest one. Idempotent.

    Verifies the checksum of every part before writing. Refuses an environment with data, unless an
    interrupted run of the same restore left it, or with `replace`, which deletes the data. Raises
    LabError if the environment has data, or if the backup is damaged or missing.
    """
    on_progress = on_progress or ignore
    watchdog.space("a restore")
    tables.require(target, *WRITE_ORDER)
    vault = Vault.of(target, source)
    manifest = _select(vault, backup)
    _verify(vault, manifest, on_progress)
    filled = _require_empty(vault, manifest, on_progress, replace)
    finish = f"`{vault.command_to_restore(manifest.backup)}`"
    invocation.leaves(f"The restore has started, and nothing is written yet. Finish it: {finish}")
    vault.mark_restoring(manifest.backup)
    maintenance.close(target, on_progress)
    invocation.leaves(
        f"{target.environment} is half restored, and accepts no orders until that is complete:"
        f" {finish}"
    )
    reopened = _write(vault, manifest, on_progress, clear=filled)
    settings = parameters.restore(target, vault.get(manifest.parameters))
    _require_same(target, manifest, on_progress)
    vault.mark_restored()
    maintenance.open_again(target)
    invocation.leaves(
        "All data is restored, and the shop accepts orders. `lab audit` checks the books."
    )
    on_progress("continuing the orders that had not ended")
    return RestoreReport(
        manifest.backup,
        target.environment,
        manifest.counts,
        settings.written,
        settings.kept,
        reopened,
        _sweep(target),
    )


def require_backup(target: Target, backup: str | None, source: str | None) -> None:
    """Raises LabError if there is no such backup, before asking for confirmation."""
    _select(Vault.of(target, source), backup)


def _select(vault: Vault, backup: str | None) -> Manifest:
    manifest = vault.manifest(backup) if backup else max(vault.manifests(), key=_age, default=None)
    if manifest:
        return manifest
    what = f"no complete backup {backup}" if backup else "no complete backup"
    raise LabError(
        f"There is {what} of {vault.target.environment} in {vault.bucket}.",
        f"List the backups: `{vault.command_to_list()}`",
    )


def _age(manifest: Manifest) -> str:
    return manifest.backup


def _verify(vault: Vault, manifest: Manifest, on_progress: Progress) -> None:
    """Reads and verifies all parts before writing, so that a restore does not stop halfway."""
    parts = list(manifest.parts())
    for number, part in enumerate(parts, 1):
        vault.get(part)
        on_progress(f"checking the backup: {number} of {len(parts)} parts")


def _require_empty(vault: Vault, manifest: Manifest, on_progress: Progress, replace: bool) -> bool:
    """Whether there is data to delete. Raises LabError if that is not allowed."""
    filled = [name for name in WRITE_ORDER if not Table(vault.target, name, on_progress).is_empty()]
    if not filled or replace or vault.restoring() == manifest.backup:
        return bool(filled)
    raise LabError(
        f"{vault.target.environment} has data in {', '.join(filled)}.",
        "--replace deletes it before the restore.",
    )


def _write(vault: Vault, manifest: Manifest, on_progress: Progress, *, clear: bool) -> int:
    """Fills the tables, and returns the number of reopened orders."""
    if clear:
        for name in reversed(WRITE_ORDER):
            Table(vault.target, name, on_progress).clear()
    reopened: list[Item] = []
    for name in WRITE_ORDER:
        parts = _parts(vault, manifest, name)
        batches = _reopen(parts, reopened) if name == "orders" else parts
        Table(vault.target, name, on_progress).fill(batches)
    return len(reopened)


def _parts(vault: Vault, manifest: Manifest, name: str) -> Iterator[list[Item]]:
    return (items.unpack(vault.get(part)) for part in manifest.tables[name])


def _reopen(parts: Iterator[list[Item]], reopened: list[Item]) -> Iterator[list[Item]]:
    """Yields the orders, reopening those that await their mail; appends these to `reopened`."""
    for orders in parts:
        reopened += [order for order in orders if in_flight.awaits_mail(order)]
        yield [in_flight.reopened(o) if in_flight.awaits_mail(o) else o for o in orders]


def _require_same(target: Target, manifest: Manifest, on_progress: Progress) -> None:
    for name in WRITE_ORDER:
        table, expected = Table(target, name, on_progress), manifest.counts[name]
        actual = recheck.read(table.count, partial(eq, expected))
        if actual != expected:
            raise LabError(
                f"{target.table(name)} has {actual} items after the restore, the backup has"
                f" {expected}.",
                "Another program writes to the table. Stop it, and run `lab restore` again.",
            )


def _sweep(target: Target) -> dict[str, int]:
    """Runs the sweeper now; it retries failures at its next scheduled run."""
    response = target.client("lambda").invoke(
        FunctionName=target.named("sweeper"), Qualifier="live", Payload=b"{}"
    )
    done: dict[str, int] = json.loads(response["Payload"].read())
    return {} if "FunctionError" in response else done
