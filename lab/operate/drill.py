"""The recovery drill: destroys an environment with orders and restores its backup."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lab import seed
from lab.core import invocation
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.deploy import terraform
from lab.operate import audit, recovery
from lab.operate.recovery import items
from lab.operate.recovery.copying import READ_ORDER
from lab.shop import carts, purchase

SETTLE_S = 120.0
BUYERS = 4


@dataclass(frozen=True)
class DrillReport:
    """The result of a drill.

    `seconds` is the wall-clock time of each step, `items` the item count of each table before the
    drill. `lost` and `added` count the items of each table that differ afterwards.
    """

    environment: str
    backup: str
    items: dict[str, int]
    lost: dict[str, int]
    added: dict[str, int]
    audit: dict[str, Any]
    seconds: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether no item is lost or added, and the audit is clean."""
        return not self.lost and not self.added and bool(self.audit["clean"])

    @property
    def recovery_s(self) -> float:
        """The recovery time in seconds: of rebuilding and restoring."""
        return round(self.seconds["rebuild"] + self.seconds["restore"], 1)


@dataclass
class _Clock:
    """Reports progress, and measures the seconds of each step."""

    on_progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[Progress]:
        started = time.monotonic()
        yield lambda message: self.on_progress(f"{name}: {message}")
        self.seconds[name] = round(time.monotonic() - started, 1)


def run(target: Target, on_progress: Progress | None = None, orders: int = 8) -> DrillReport:
    """Seeds, places orders, backs up, destroys, rebuilds, restores and compares.

    Raises LabError if the target is AWS, or if the audit is not clean before the drill.
    """
    require_emulator(target)
    clock = _Clock(on_progress or ignore)
    with clock.step("orders") as report_step:
        _place_orders(target, orders, report_step)
    with clock.step("backup") as report_step:
        manifest = recovery.backup(target, on_progress=report_step)
    before = _fingerprints(target)
    _lose_and_rebuild(target, clock, manifest.backup)
    with clock.step("restore") as report_step:
        recovery.restore(target, manifest.backup, on_progress=report_step)
    invocation.leaves("Everything is restored; only the audit is missing.")
    with clock.step("audit") as report_step:
        books = audit.run(target, report_step, settle_s=SETTLE_S)
    return _report(manifest, before, _fingerprints(target), books.as_dict(), clock.seconds)


def require_emulator(target: Target) -> None:
    """Raises LabError (code 2) if the target is AWS."""
    if target.endpoint is None:
        raise LabError("A drill destroys its environment.", "Run it on the emulator: `lab up`.", 2)


def _lose_and_rebuild(target: Target, clock: _Clock, backup: str) -> None:
    invocation.leaves(
        "The drill has destroyed the environment. Restore it: `lab deploy`, then"
        f" `lab restore {target.environment} {backup}`."
    )
    with clock.step("destroy") as report_step:
        terraform.destroy(target, report_step)
    with clock.step("rebuild") as report_step:
        terraform.deploy(target, report_step)


def _place_orders(target: Target, orders: int, on_progress: Progress) -> None:
    """Seeds the shop and places orders, of which every third payment is declined."""
    seed.load(target, on_progress)
    confirmed, declined = carts.sample("CONFIRMED"), carts.sample("REJECTED", "PAYMENT_DECLINED")
    cart_list = [declined if number % 3 == 2 else confirmed for number in range(orders)]
    with ThreadPoolExecutor(BUYERS) as pool:
        # If one fails, `map` cancels those that have not started.
        ended = pool.map(lambda cart: purchase.buy(target, cart.request, "drill"), cart_list)
        for done, _ in enumerate(ended, 1):
            on_progress(f"{done} of {orders} ended")
    report = audit.run(target, on_progress, settle_s=SETTLE_S)
    if not report.settled:
        raise LabError(
            "The books do not balance before the drill.", "`lab audit` shows the violations."
        )


def _fingerprints(target: Target) -> dict[str, set[str]]:
    """A SHA-256 of every item, by table."""
    pages = target.client("dynamodb").get_paginator("scan")
    return {
        name: {
            hashlib.sha256(items.pack([item])).hexdigest()
            for page in pages.paginate(TableName=target.table(name), ConsistentRead=True)
            for item in page["Items"]
        }
        for name in READ_ORDER
    }


def _report(
    manifest: recovery.Manifest,
    before: dict[str, set[str]],
    after: dict[str, set[str]],
    books: dict[str, Any],
    seconds: dict[str, float],
) -> DrillReport:
    lost = {name: len(table_items - after[name]) for name, table_items in before.items()}
    added = {name: len(table_items - before[name]) for name, table_items in after.items()}
    return DrillReport(
        manifest.environment,
        manifest.backup,
        {name: len(table_items) for name, table_items in before.items()},
        {name: count for name, count in lost.items() if count},
        {name: count for name, count in added.items() if count},
        books,
        seconds,
    )
