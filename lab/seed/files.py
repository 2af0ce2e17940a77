"""Reads and validates the files of the seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.core import paths
from lab.core.errors import LabError
from lab.seed import checks, schema
from lab.seed.problems import Problem, raise_if_any

Row = Mapping[str, Any]
"""A row of a file: names in camelCase, money as `{"amount", "currency"}`."""

KEYS = {"catalogue": "products", "inventory": "inventory", "promotions": "promotions"}
"""The files, and the key of each that has its rows."""


@dataclass(frozen=True)
class Catalogue:
    """Valid products, stock and promotions."""

    products: tuple[Row, ...]
    inventory: tuple[Row, ...]
    promotions: tuple[Row, ...] = ()


def read(folder: Path = paths.SEED) -> Catalogue:
    """Reads the seed in a folder; validates its sample carts, too.

    Raises LabError with file, row and field of each problem, or with line and column if a file is
    not JSON.
    """
    files = {name: _parse(folder / f"{name}.json") for name in KEYS}
    carts = {f"carts/{path.name}": _parse(path) for path in sorted(folder.glob("carts/*.json"))}
    raise_if_any(_schema_problems(files, carts))
    rows = {name: tuple(files[name][key]) for name, key in KEYS.items()}
    catalogue = Catalogue(rows["catalogue"], rows["inventory"], rows["promotions"])
    raise_if_any(_cross_file_problems(catalogue, carts))
    return catalogue


def _schema_problems(files: Mapping[str, Any], carts: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    for name, content in files.items():
        problems += schema.problems(name, content, f"{name}.json")
    for name, content in carts.items():
        problems += schema.problems("cart", content, name)
    return problems


def _cross_file_problems(catalogue: Catalogue, carts: Mapping[str, Any]) -> list[Problem]:
    products = catalogue.products
    problems = checks.catalogue(products, catalogue.inventory, catalogue.promotions)
    for name, content in carts.items():
        problems += checks.cart(name, content, products)
    return problems


def _parse(path: Path) -> Any:
    hint = "Correct the file and run `lab seed` again; nothing was written."
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise LabError(f"{path} is not JSON: {error.msg} at {place}.", hint) from error
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"{path} cannot be read: {error}.", hint) from error
