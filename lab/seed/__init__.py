"""Loads products, stock and promotions: from `seed/`, or generated. Validates before writing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.core import paths, tables
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.seed.files import Catalogue, read
from lab.seed.generated import generate
from lab.seed.store import Store

__all__ = [
    "Catalogue",
    "SeedReport",
    "generate",
    "load",
    "read",
]


@dataclass(frozen=True)
class SeedReport:
    """Numbers of rows written. `stocked` are new, `restocked` have a changed `initial`.

    `others` counts products that remain on sale although they are not in the catalogue, `removed`
    those taken off sale.
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
    on_progress: Progress | None = None,
    catalogue: Catalogue | None = None,
    folder: Path = paths.SEED,
    exact: bool = False,
) -> SeedReport:
    """Writes `catalogue`, or by default the seed in `folder`, to the target's tables.

    Replaces products and promotions, and keeps the redemption counts. Adds stock that is missing;
    a changed `initial` is applied as a delivery. It is therefore safe to run at any time.
    With `exact`, takes products that are not in the catalogue off sale. Keeps their stock, because
    orders may hold or have bought some of it. Calls `on_progress` with progress messages.

    Raises LabError, and writes nothing, if a file is wrong or a table is missing.
    """
    catalogue = catalogue or read(folder)
    tables.require(target, "inventory", "promotions", "products")
    store = Store(target, on_progress or ignore)
    plan = store.plan(catalogue.inventory)
    store.write(catalogue, plan)
    others = store.others(catalogue.products)
    if exact:
        store.take_off_sale(others)
    return SeedReport(
        len(catalogue.products),
        len(catalogue.promotions),
        len(plan.new),
        len(plan.restocks),
        plan.unchanged,
        others=0 if exact else len(others),
        removed=len(others) if exact else 0,
    )
