"""Brings a backup back into an environment that Terraform has made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from operator import eq

from lab.console.progress import Say
from lab.core import invocation, recheck, tables, watchdog
from lab.core.errors import LabError
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
"""Orders last: when the first one is seen, all that it refers to is there."""


@dataclass(frozen=True)
class RestoreReport:
    """What was brought back: items by table, and parameters.

    `reopened` orders have their end told once more; `settings_kept` are settings of Terraform's
    that the backup has other values of; `swept` is what the sweeper did for orders in flight.
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
    on_progress: Say | None = None,
    *,
    replace: bool = False,
) -> RestoreReport:
    """Brings a backup back; the newest one if none is named. Twice does the same as once.

    Every part is compared with its checksum before anything is written. An environment with data
    is refused unless an earlier run of this very restore left it, or with `replace`, which deletes
    what is there. Raises LabError for these, for a damaged backup, and for one that is not there.
    """
    say = on_progress or (lambda _message: None)
    watchdog.space("a restore")
    tables.require(target, *WRITE_ORDER)
    vault = Vault.of(target, source)
    manifest = _chosen(vault, backup)
    _verify(vault, manifest, say)
    filled = _require_room(vault, manifest, say, replace)
    finish = f"`{vault.command_to_restore(manifest.backup)}`"
    invocation.leaves(f"The restore had begun, and nothing was written yet. Finish it: {finish}")
    vault.mark_restoring(manifest.backup)
    maintenance.close(target, say)
    invocation.leaves(
        f"{target.environment} is half restored, and takes no orders until that is finished:"
        f" {finish}"
    )
    reopened = _write(vault, manifest, say, clear=filled)
    settings = parameters.restore(target, vault.get(manifest.parameters))
    _require_same(target, manifest, say)
    vault.mark_restored()
    maintenance.open_again(target)
    invocation.leaves("All data is back, and the shop takes orders. `lab audit` checks the books.")
    say("going on with the orders that had not ended")
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
    """Raises LabError if there is no such backup, before anybody is asked about it."""
    _chosen(Vault.of(target, source), backup)


def _chosen(vault: Vault, backup: str | None) -> Manifest:
    found = vault.manifest(backup) if backup else max(vault.manifests(), key=_age, default=None)
    if found:
        return found
    what = f"a whole backup {backup}" if backup else "a whole backup"
    raise LabError(
        f"There is not {what} of {vault.target.environment} in {vault.bucket}.",
        f"See what there is: `{vault.command_to_list()}`",
    )


def _age(manifest: Manifest) -> str:
    return manifest.backup


def _verify(vault: Vault, manifest: Manifest, say: Say) -> None:
    """Reads everything once: half a restore is worse than none."""
    parts = list(manifest.parts())
    for number, part in enumerate(parts, 1):
        vault.get(part)
        say(f"checking the backup: {number} of {len(parts)} parts")


def _require_room(vault: Vault, manifest: Manifest, say: Say, replace: bool) -> bool:
    """Whether there is data that has to go. Raises LabError if nobody said that it may."""
    filled = [name for name in WRITE_ORDER if not Table(vault.target, name, say).is_empty()]
    if not filled or replace or vault.restoring() == manifest.backup:
        return bool(filled)
    raise LabError(
        f"{vault.target.environment} has data in {', '.join(filled)}.",
        "--replace deletes it and puts the backup in its place.",
    )


def _write(vault: Vault, manifest: Manifest, say: Say, *, clear: bool) -> int:
    """Fills the tables, and gives how many orders were reopened."""
    if clear:
        for name in reversed(WRITE_ORDER):
            Table(vault.target, name, say).clear()
    counted: list[Item] = []
    for name in WRITE_ORDER:
        parts = _parts(vault, manifest, name)
        chosen = _told_again(parts, counted) if name == "orders" else parts
        Table(vault.target, name, say).fill(chosen)
    return len(counted)


def _parts(vault: Vault, manifest: Manifest, name: str) -> Iterator[list[Item]]:
    return (items.unpack(vault.get(part)) for part in manifest.tables[name])


def _told_again(parts: Iterator[list[Item]], reopened: list[Item]) -> Iterator[list[Item]]:
    """The orders, those reopened that are not sure to have been told; notes which."""
    for orders in parts:
        reopened += [order for order in orders if in_flight.is_untold(order)]
        yield [in_flight.reopened(o) if in_flight.is_untold(o) else o for o in orders]


def _require_same(target: Target, manifest: Manifest, say: Say) -> None:
    for name in WRITE_ORDER:
        table, wanted = Table(target, name, say), manifest.counts[name]
        there = recheck.read(table.count, partial(eq, wanted))
        if there != wanted:
            raise LabError(
                f"{target.table(name)} has {there} items after the restore, the backup {wanted}.",
                "Somebody else writes to it. Stop that, and run `lab restore` again.",
            )


def _sweep(target: Target) -> dict[str, int]:
    """Asks the sweeper now, not at its next minute; what it cannot do now it does then."""
    answer = target.client("lambda").invoke(
        FunctionName=target.named("sweeper"), Qualifier="live", Payload=b"{}"
    )
    done: dict[str, int] = json.loads(answer["Payload"].read())
    return {} if "FunctionError" in answer else done
