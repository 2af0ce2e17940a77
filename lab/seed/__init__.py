"""Loads the shop: `seed/`, or a generated catalogue, checked before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.core import paths, tables
from lab.core.target import Target
from lab.seed.files import Catalogue, read
from lab.seed.generated import generate
from lab.seed.store import Say, Store

__all__ = [
    "Catalogue",
    "SeedReport",
    "generate",
    "load",
    "read",
]


@dataclass(frozen=True)
class SeedReport:
    """How many rows were written: `stocked` are new, `restocked` got another `initial`.

    `others` are products for sale that the catalogue does not have; `removed` of them are so no
    longer.
    """

    products: int
    promotions: int
    stocked: int
    restocked: int
    unchanged: int
    others: int = 0
    removed: int = 0


def load(
    target: Target,
    on_progress: Say | None = None,
    catalogue: Catalogue | None = None,
    folder: Path = paths.SEED,
    exact: bool = False,
) -> SeedReport:
    """Writes `catalogue`, or else the seed in `folder`, into the target's tables.

    Products and promotions are replaced, but for what was redeemed. Stock is only added where
    there is none; a changed `initial` is booked as a delivery. So it may be run at any time.
    With `exact`, products that the catalogue does not have are taken off sale. Their stock stays:
    orders may hold pieces of them, or have bought some.
    `on_progress` is told what goes on, in words.

    Raises a `LabError`, and writes nothing, if a file is wrong or a table is missing.
    """
    wanted = catalogue or read(folder)
    tables.require(target, "inventory", "promotions", "products")
    store = Store(target, on_progress or (lambda _message: None))
    plan = store.plan(wanted.inventory)
    store.write(wanted, plan)
    others = store.others(wanted.products)
    if exact:
        store.take_off_sale(others)
    return SeedReport(
        len(wanted.products),
        len(wanted.promotions),
        len(plan.new),
        len(plan.restocks),
        plan.unchanged,
        others=0 if exact else len(others),
        removed=len(others) if exact else 0,
    )
