"""AWS's list prices, from one dated file: lab/measure/cost/prices.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lab.core.errors import LabError

FILE = Path(__file__).resolve().with_name("prices.json")


@dataclass(frozen=True)
class Price:
    """US dollars for one unit of the first tier.

    `source` is AWS's page. `confirmed` is "AWS", or the address where the number was found, or
    None: nobody has confirmed it. `free_per_month` are the units that an account has for nothing,
    for ever; what is free in a first year only is not in it.
    """

    usd: float
    unit: str
    source: str
    confirmed: str | None = None
    free_per_month: float = 0


@dataclass(frozen=True)
class PriceList:
    """The prices of one region as they were noted on a day."""

    region: str
    noted: str
    prices: Mapping[str, Price]

    def of(self, name: str) -> Price:
        """The price of a unit. Raises LabError for a unit that has none."""
        if name in self.prices:
            return self.prices[name]
        raise LabError(f"There is no price of {name!r}.", f"Add it to {FILE.name}.")

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The names of the prices that nobody has confirmed."""
        return tuple(name for name, price in self.prices.items() if price.confirmed is None)


@cache
def load() -> PriceList:
    """The list of lab/measure/cost/prices.json."""
    said = json.loads(FILE.read_text())
    prices = {name: _price(entry) for name, entry in said["prices"].items()}
    return PriceList(said["region"], said["noted"], prices)


def _price(entry: Mapping[str, float | str]) -> Price:
    renamed = {"usd" if name == "price" else name: value for name, value in entry.items()}
    return Price(**renamed)  # type: ignore[arg-type]
