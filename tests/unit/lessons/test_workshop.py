"""The learner's copy of the functions, and the patch that is the capstone's solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import paths
from lab.errors import LabError
from lab.lessons.gift import priced
from lab.lessons.workshop import Workshop
from lab.target import Target

PRICING = "checkout/domain/pricing.py"


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path / "functions", Target())
    made.start_over()
    return made


def test_a_new_copy_differs_in_nothing(workshop: Workshop) -> None:
    assert workshop.changed() == []


def test_the_solution_fits_the_sources(workshop: Workshop) -> None:
    """If it does not: mend lab/lessons/gift_wrapping.patch, it follows functions/."""
    workshop.patch("gift_wrapping")

    assert PRICING in workshop.changed()
    assert "checkout_api/openapi.json" in workshop.changed()
    assert "wrapping" not in (paths.FUNCTIONS / PRICING).read_text()


def test_a_part_of_the_solution_can_be_taken(workshop: Workshop) -> None:
    workshop.patch("gift_wrapping", "checkout/domain/*")

    assert {Path(name).parent.name for name in workshop.changed()} == {"domain"}


def test_a_patch_that_was_applied_does_not_fit_again(workshop: Workshop) -> None:
    workshop.patch("gift_wrapping")

    with pytest.raises(LabError, match="does not fit"):
        workshop.patch("gift_wrapping")


def test_a_program_sees_the_copy_and_its_errors_are_told(workshop: Workshop) -> None:
    (workshop.folder / PRICING).write_text("ANSWER = 42\n")

    said = workshop.run(
        "import json; from checkout.domain import pricing; print(json.dumps(pricing.ANSWER))"
    )

    assert said == 42
    with pytest.raises(LabError, match="AttributeError"):
        workshop.run("from checkout.domain import pricing; pricing.quote")


def test_the_solution_adds_the_fee_to_the_total_and_to_nothing_else(workshop: Workshop) -> None:
    workshop.patch("gift_wrapping", "checkout/domain/*")

    plain, gift = priced(workshop)

    assert gift == plain | {"wrapping": 395, "total": plain["total"] + 395}
