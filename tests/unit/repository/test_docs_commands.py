"""Every block of commands in the pages is typed by a test, or stands in a list with the reason."""

from __future__ import annotations

import re

from lab.core import paths
from tests import docs_commands

KNOWN = {block.key for block in docs_commands.blocks()}


def test_every_block_is_typed_by_a_test_or_says_why_not() -> None:
    assert docs_commands.typed() | docs_commands.NOT_TYPED.keys() == KNOWN


def test_no_block_is_both() -> None:
    assert not docs_commands.typed() & docs_commands.NOT_TYPED.keys()


def test_a_test_that_a_reason_names_is_there() -> None:
    reasons = {*docs_commands.NOT_TYPED.values(), *docs_commands.LEFT_OUT.values()}
    named = re.findall(r"(?:tests|\.ci)/[\w./]*\w", " ".join(reasons))
    assert named
    assert [name for name in named if not (paths.ROOT / name).exists()] == []
