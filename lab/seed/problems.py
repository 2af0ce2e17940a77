"""What is wrong with a seed file, in words that lead to the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.core.errors import LabError

SHOWN = 10


@dataclass(frozen=True)
class Problem:
    """One thing wrong: `seed/inventory.json, inventory[2] (TEA-X), initial: must be …`.

    `row` and `field` are empty where the problem is the whole file's.
    """

    file: str
    row: str
    field: str
    message: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.row, self.field) if part)
        return f"{place}: {self.message}"


def refuse(problems: Sequence[Problem]) -> None:
    """Raises a `LabError` that lists the problems, the first ten in full, if there are any."""
    if not problems:
        return
    lines = [f"  {problem}" for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        lines.append(f"  and {len(problems) - SHOWN} more")
    text = "\n".join(["The seed files cannot be loaded, and nothing was written:", *lines])
    raise LabError(text, "Correct the files and run `lab seed` again.")
