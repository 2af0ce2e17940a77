"""The recovery drill: an environment with orders is lost, and comes back from its backup."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lab import seed
from lab.console.progress import Say
from lab.core import invocation
from lab.core.errors import LabError
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
    """What a drill showed.

    `seconds` by step, of wall-clock time; `items` by table as they were before; `lost` and `added`
    are items that are not the same after as before, by table.
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
        """Whether nothing is lost, nothing is new, and the books balance."""
        return not self.lost and not self.added and bool(self.audit["clean"])

    @property
    def recovery_s(self) -> float:
        """From the loss to a shop that sells again: the rebuilding and the restore, in seconds."""
        return round(self.seconds["rebuild"] + self.seconds["restore"], 1)


@dataclass
class _Clock:
    """Tells what is going on, and how long each step took."""

    say: Say
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[Say]:
        began = time.monotonic()
        yield lambda message: self.say(f"{name}: {message}")
        self.seconds[name] = round(time.monotonic() - began, 1)


def run(target: Target, on_progress: Say | None = None, orders: int = 8) -> DrillReport:
    """Seeds, places orders, backs up, destroys, rebuilds, restores, and compares.

    For an emulator only. Raises LabError if the target is the real AWS, or if the environment's
    books do not balance to begin with.
    """
    require_emulator(target)
    clock = _Clock(on_progress or (lambda _message: None))
    with clock.step("orders") as say:
        _trade(target, orders, say)
    with clock.step("backup") as say:
        manifest = recovery.backup(target, on_progress=say)
    before = _fingerprints(target)
    _lose_and_rebuild(target, clock, manifest.backup)
    with clock.step("restore") as say:
        recovery.restore(target, manifest.backup, on_progress=say)
    invocation.leaves("Everything is brought back; what is missing is the look at its books.")
    with clock.step("audit") as say:
        books = audit.run(target, say, settle_s=SETTLE_S)
    return _compared(manifest, before, _fingerprints(target), books.as_dict(), clock.seconds)


def require_emulator(target: Target) -> None:
    """Raises LabError (code 2) if the target is the real AWS."""
    if target.endpoint is None:
        raise LabError("A drill destroys its environment.", "Only on the emulator: `lab up`.", 2)


def _lose_and_rebuild(target: Target, clock: _Clock, backup: str) -> None:
    invocation.leaves(
        "The environment is lost, as in the drill. Bring it back: `lab deploy`, then"
        f" `lab restore {target.environment} {backup}`."
    )
    with clock.step("destroy") as say:
        terraform.destroy(target, say)
    with clock.step("rebuild") as say:
        terraform.deploy(target, say)


def _trade(target: Target, orders: int, say: Say) -> None:
    """Fills the shop, and sells: every third card is declined."""
    seed.load(target, say)
    sold, declined = carts.sample("CONFIRMED"), carts.sample("REJECTED", "PAYMENT_DECLINED")
    bought = [declined if number % 3 == 2 else sold for number in range(orders)]
    with ThreadPoolExecutor(BUYERS) as pool:
        # When one fails, `map` takes back those that have not begun.
        ended = pool.map(lambda cart: purchase.buy(target, cart.request, "drill"), bought)
        for done, _ in enumerate(ended, 1):
            say(f"{done} of {orders} ended")
    report = audit.run(target, say, settle_s=SETTLE_S)
    if not report.settled:
        raise LabError(
            "The books do not balance before the drill has begun.", "`lab audit` shows what is off."
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


def _compared(
    manifest: recovery.Manifest,
    before: dict[str, set[str]],
    after: dict[str, set[str]],
    books: dict[str, Any],
    seconds: dict[str, float],
) -> DrillReport:
    lost = {name: len(found - after[name]) for name, found in before.items()}
    added = {name: len(found - before[name]) for name, found in after.items()}
    return DrillReport(
        manifest.environment,
        manifest.backup,
        {name: len(found) for name, found in before.items()},
        {name: count for name, count in lost.items() if count},
        {name: count for name, count in added.items() if count},
        books,
        seconds,
    )
