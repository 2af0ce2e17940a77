"""The learner's copy of the functions, and the patch that is the capstone's solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target
from lab.lessons import workshop as workshops
from lab.lessons.gift import priced, unruly
from lab.lessons.lesson import Lesson
from lab.lessons.workshop import Workshop

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


def test_a_program_sees_the_copy_and_its_errors_are_told(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workshop.folder / PRICING).write_text("ANSWER = 42\n")

    said = workshop.run(
        "import json; from checkout.domain import pricing; print(json.dumps(pricing.ANSWER))"
    )

    assert said == 42
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a notebook's kernel has it
    with pytest.raises(LabError, match=r"^AttributeError: module"):
        workshop.run("from checkout.domain import pricing; pricing.quote")


def test_the_solution_adds_the_fee_to_the_total_and_to_nothing_else(workshop: Workshop) -> None:
    workshop.patch("gift_wrapping", "checkout/domain/*")

    plain, gift = priced(workshop)

    assert gift == plain | {"wrapping": 395, "total": plain["total"] + 395}
    assert unruly(workshop) == ""


# --- what a learner has changed


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """The capstone in a lab's home of its own, whose functions take any code."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(workshops.PATH_VARIABLE, raising=False)
    monkeypatch.setattr(workshops, "_restore_code", lambda target: None)
    return Lesson("14", Target(), "ada")


def edit(made: Workshop, text: str = "# mine\n") -> None:
    with (made.folder / PRICING).open("a") as file:
        file.write(text)


def kept(made: Workshop) -> list[Path]:
    return list(made.folder.parent.glob("functions.until-*"))


def test_starting_over_keeps_what_was_changed_and_says_where(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(workshop)

    place = workshop.start_over()

    assert workshop.changed() == []
    assert place
    assert (place / PRICING).read_text().endswith("# mine\n")
    assert str(place) in capsys.readouterr().out


@pytest.mark.parametrize("what", ["a new file", "a removed file"])
def test_a_file_more_or_less_is_a_change_too(workshop: Workshop, what: str) -> None:
    if what == "a new file":
        (workshop.folder / "wrapping.py").write_text("FEE = 395")
    else:
        (workshop.folder / PRICING).unlink()

    assert workshop.has_changes()
    assert workshop.start_over() in kept(workshop)


def test_starting_over_twice_in_a_second_keeps_both(workshop: Workshop) -> None:
    for text in ("# one\n", "# two\n"):
        edit(workshop, text)
        workshop.start_over()

    texts = {(folder / PRICING).read_text()[-6:] for folder in kept(workshop)}
    assert texts == {"# one\n", "# two\n"}


def test_what_only_the_lab_has_written_leaves_no_copies(workshop: Workshop) -> None:
    workshop.patch("gift_wrapping")
    workshop.start_over()

    assert kept(workshop) == []


def test_a_change_before_or_after_the_patch_is_kept(workshop: Workshop) -> None:
    edit(workshop)
    workshop.patch("gift_wrapping", "checkout/domain/order.py")
    assert workshop.start_over() is not None

    workshop.patch("gift_wrapping")
    edit(workshop)
    assert workshop.start_over() is not None


def test_work_in_a_copy_of_a_lab_that_kept_no_record_is_kept(workshop: Workshop) -> None:
    for record in workshop.folder.parent.glob(".functions-*"):
        record.unlink()
    assert not workshop.has_changes()

    edit(workshop)

    assert workshop.start_over() is not None


def test_the_lesson_begun_again_finds_a_learner_s_work_as_it_was(lesson: Lesson) -> None:
    edit(workshops.workshop(lesson))

    assert PRICING in workshops.workshop(lesson).changed()


def test_a_machine_on_which_the_solution_ran_is_not_solved_beforehand(lesson: Lesson) -> None:
    workshops.workshop(lesson).patch("gift_wrapping")

    assert workshops.workshop(lesson).changed() == []


def test_a_copy_that_nobody_changed_follows_the_checkout(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = workshops.workshop(lesson)
    checkout(tmp_path, monkeypatch)

    workshops.workshop(lesson)

    assert (made.folder / PRICING).read_text() == "NEW = 1\n"
    assert kept(made) == []


def test_a_changed_copy_of_an_older_checkout_stays_and_that_is_said(
    lesson: Lesson,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = workshops.workshop(lesson)
    edit(made)
    workshops.workshop(lesson)
    assert "others than when" not in capsys.readouterr().out
    checkout(tmp_path, monkeypatch)

    workshops.workshop(lesson)

    assert (made.folder / PRICING).read_text().endswith("# mine\n")
    assert "others than when your copy was made" in capsys.readouterr().out


def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of the project's functions."""
    monkeypatch.setattr(paths, "FUNCTIONS", tmp_path / "newer")
    (tmp_path / "newer" / PRICING).parent.mkdir(parents=True)
    (tmp_path / "newer" / PRICING).write_text("NEW = 1\n")


def test_a_run_that_is_not_the_learner_s_has_a_workshop_of_its_own(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = workshops.workshop(lesson)
    edit(learner)
    monkeypatch.setenv(workshops.PATH_VARIABLE, str(tmp_path / "pages"))

    workshops.workshop(lesson).start_over()

    assert (learner.folder / PRICING).read_text().endswith("# mine\n")
    assert workshops.folder().is_relative_to(tmp_path / "pages")
