"""Every control in the threat models is shown by a test that exists."""

from __future__ import annotations

import re

import pytest

from lab.core import paths

PAGES = {
    name: (paths.ROOT / "docs" / name).read_text()
    for name in ("threat-model.md", "threat-model-laptop.md")
}
ROWS = {
    name: re.findall(
        r"^\| [STRIDE] \|.*$",
        page.partition("## Threats")[2].partition("## What is accepted")[0],
        re.MULTILINE,
    )
    for name, page in PAGES.items()
}
NAMED = sorted(set(re.findall(r"`([\w./-]+)::(\w+)`", "".join(PAGES.values()))))
SHOWN = re.compile(r"`[\w./-]+::\w+`")


@pytest.mark.parametrize("page", PAGES)
def test_every_kind_of_threat_is_thought_of(page: str) -> None:
    assert {row[2] for row in ROWS[page]} == set("STRIDE")


@pytest.mark.parametrize(
    "row",
    [row for rows in ROWS.values() for row in rows],
    ids=lambda row: row.split("|")[2].strip(),
)
def test_every_threat_names_a_test(row: str) -> None:
    assert SHOWN.search(row.split("|")[4])


@pytest.mark.parametrize("page", PAGES)
def test_what_nothing_keeps_away_is_told(page: str) -> None:
    accepted = PAGES[page].partition("## What is accepted")[2].partition("\n## ")[0]

    assert accepted.count("\n- ") >= 5


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: part)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    kind = "run " if file.endswith(".tftest.hcl") else "def "
    beginning = rf'^ *{kind}"?{name}["(]'

    assert re.search(beginning, (paths.ROOT / file).read_text(), re.MULTILINE)
