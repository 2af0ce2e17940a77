"""The differences between the emulator and AWS, parsed from docs/parity.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lab.core import paths

PAGE = paths.ROOT / "docs" / "parity.md"
STATES = ("repaired", "avoided", "left")
NAME = re.compile(r"\*\*(.+?)\*\*")
IN_CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\s*\(\[docs\]\([^)]*\)\)")


@dataclass(frozen=True)
class Difference:
    """A row: the difference, the behaviour here and on AWS, what the lab does, and the tests."""

    name: str
    here: str
    aws: str
    found_by: str
    lab: str
    tests: tuple[str, ...]

    @property
    def state(self) -> str:
        """One of `STATES`: the first word of what the lab does."""
        return re.split(r"\W", self.lab, maxsplit=1)[0]


def differences() -> list[Difference]:
    """All differences, in the order of the page."""
    return list(_rows(PAGE.read_text()))


def remaining() -> list[Difference]:
    """The differences that remain and matter on AWS."""
    return [difference for difference in differences() if difference.state == "left"]


def without_links(text: str) -> str:
    """The text of a cell without Markdown, for a terminal."""
    return LINK.sub("", text).replace("**", "").replace("`", "")


def _rows(page: str) -> Iterator[Difference]:
    for line in page.splitlines():
        if line.startswith("| **"):
            here, aws, found_by, lab, tests = (cell.strip() for cell in line.strip("|").split("|"))
            name = NAME.findall(here)[0]
            yield Difference(name, here, aws, found_by, lab, tuple(IN_CODE.findall(tests)))
