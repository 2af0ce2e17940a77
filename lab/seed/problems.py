"""Problems of seed files, with the place of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.core.errors import LabError

MAX_SHOWN = 10


@dataclass(frozen=True)
class Problem:
    """A problem, such as `seed/inventory.json, inventory[2] (TEA-X), initial: must be …`.

    `row` and `field` are empty if the problem concerns the whole file.
    """

    file: str
    row: str
    field: str
    message: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.row, self.field) if part)
        return f"{place}: {self.message}"


def raise_if_any(problems: Sequence[Problem]) -> None:
    """Raises LabError with the first ten problems and the number of the others, if any."""
    if not problems:
        return
    lines = [f"  {problem}" for problem in problems[:MAX_SHOWN]]
    if len(problems) > MAX_SHOWN:
        lines.append(f"  and {len(problems) - MAX_SHOWN} more")
    text = "\n".join(["The seed files cannot be loaded, and nothing was written:", *lines])
    raise LabError(text, "Correct the files and run `lab seed` again.")
