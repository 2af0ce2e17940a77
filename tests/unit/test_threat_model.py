"""Every control in docs/threat-model.md is shown by a test that exists."""

from __future__ import annotations

import re

import pytest

from lab import paths

PAGE = (paths.ROOT / "docs" / "threat-model.md").read_text()
TABLE = PAGE.partition("## Threats")[2].partition("## What is accepted")[0]
ROWS = [row for row in TABLE.splitlines() if re.match(r"\| [STRIDE] \|", row)]
NAMED = sorted(set(re.findall(r"`([\w./-]+)::(\w+)`", PAGE)))


def test_every_kind_of_threat_is_thought_of() -> None:
    assert {row[2] for row in ROWS} == set("STRIDE")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[2].strip())
def test_every_threat_names_a_test(row: str) -> None:
    assert re.search(r"`[\w./-]+::\w+`", row.split("|")[4])


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: part)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    kind = "run " if file.endswith(".tftest.hcl") else "def "
    beginning = rf'^ *{kind}"?{name}["(]'

    assert re.search(beginning, (paths.ROOT / file).read_text(), re.MULTILINE)
