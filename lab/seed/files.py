"""Reads the seed's files. Whoever holds a `Catalogue` holds a checked one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.core import paths
from lab.core.errors import LabError
from lab.seed import checks, schema
from lab.seed.problems import Problem, refuse

Row = Mapping[str, Any]
"""A row as it stands in a file: names in camelCase, money as `{"amount", "currency"}`."""

KEYS = {"catalogue": "products", "inventory": "inventory", "promotions": "promotions"}
"""The files, and under which name each has its rows."""


@dataclass(frozen=True)
class Catalogue:
    """What the shop sells, what is on its shelves, and its promotion codes."""

    products: tuple[Row, ...]
    inventory: tuple[Row, ...]
    promotions: tuple[Row, ...] = ()


def read(folder: Path = paths.SEED) -> Catalogue:
    """The seed in a folder, with its sample carts checked as well.

    Raises a `LabError` that names file, row and field of everything that is wrong, or line and
    column where a file is not JSON.
    """
    files = {name: _parse(folder / f"{name}.json") for name in KEYS}
    carts = {f"carts/{path.name}": _parse(path) for path in sorted(folder.glob("carts/*.json"))}
    refuse(_wrong_in_each(files, carts))
    rows = {name: tuple(files[name][key]) for name, key in KEYS.items()}
    catalogue = Catalogue(rows["catalogue"], rows["inventory"], rows["promotions"])
    refuse(_wrong_together(catalogue, carts))
    return catalogue


def _wrong_in_each(files: Mapping[str, Any], carts: Mapping[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    for name, content in files.items():
        found += schema.problems(name, content, f"{name}.json")
    for name, content in carts.items():
        found += schema.problems("cart", content, name)
    return found


def _wrong_together(catalogue: Catalogue, carts: Mapping[str, Any]) -> list[Problem]:
    products = catalogue.products
    found = checks.catalogue(products, catalogue.inventory, catalogue.promotions)
    for name, content in carts.items():
        found += checks.cart(name, content, products)
    return found


def _parse(path: Path) -> Any:
    hint = "Correct the file and run `lab seed` again; nothing was written."
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise LabError(f"{path} is not JSON: {error.msg} at {place}.", hint) from error
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"{path} cannot be read: {error}.", hint) from error
