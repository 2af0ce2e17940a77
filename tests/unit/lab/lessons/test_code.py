from __future__ import annotations

import re

import pytest

from checkout.domain.money import Money
from lab.core.errors import LabError
from lab.lessons import code


def test_a_function_is_shown_as_it_stands_in_its_file() -> None:
    shown = code(Money.fraction)

    assert shown.lines.startswith("def fraction(self, basis_points: int) -> Money:")
    assert shown.lines.endswith("return Money(doubled // (2 * BASIS_POINTS), self.currency)")
    assert shown.place.startswith("functions/checkout/domain/money.py:")


def test_a_block_of_a_file_ends_where_its_indentation_does() -> None:
    shown = code("terraform/modules/checkout/tables.tf", "idempotency = {")

    assert shown.lines.splitlines()[0] == "idempotency = {"
    assert shown.lines.splitlines()[-1] == "}"
    assert "ttl_attribute" in shown.lines
    assert "locals" not in shown.lines


def test_a_text_that_is_not_in_the_file_is_named() -> None:
    with pytest.raises(LabError, match=r"tables\.tf has no line that begins with 'wishes = \{'"):
        code("terraform/modules/checkout/tables.tf", "wishes = {")


def test_what_is_shown_as_html_is_escaped_and_complete() -> None:
    html = code(Money.__lt__).html()

    assert "return self.amount &lt; self._same(other).amount" in re.sub(r"</?span[^>]*>", "", html)
    assert '<span style="color:' in html
