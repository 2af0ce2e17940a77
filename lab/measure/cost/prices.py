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

    `source` is AWS's page, and `looked_up` the day on which it was asked. `confirmed` is "AWS", the
    address that confirms the number, or None if it is unconfirmed. `free_per_month` are the units
    of the always-free tier; the free tier of the first year is not included.
    """

    usd: float
    unit: str
    source: str
    looked_up: str
    confirmed: str | None = None
    free_per_month: float = 0


@dataclass(frozen=True)
class PriceList:
    """The prices of one region on the date `noted`."""

    region: str
    noted: str
    prices: Mapping[str, Price]

    def of(self, name: str) -> Price:
        """The price of a unit. Raises LabError if there is none."""
        if name in self.prices:
            return self.prices[name]
        raise LabError(f"There is no price of {name!r}.", f"Add it to {FILE.name}.")

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The names of the unconfirmed prices."""
        return tuple(name for name, price in self.prices.items() if price.confirmed is None)


@cache
def load() -> PriceList:
    """The list of lab/measure/cost/prices.json."""
    content = json.loads(FILE.read_text())
    prices = {name: _price(entry) for name, entry in content["prices"].items()}
    return PriceList(content["region"], content["noted"], prices)


def _price(entry: Mapping[str, float | str]) -> Price:
    renamed = {"usd" if name == "price" else name: value for name, value in entry.items()}
    return Price(**renamed)  # type: ignore[arg-type]
