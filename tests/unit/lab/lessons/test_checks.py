"""A check says what is wrong and how to go on, and remembers what was passed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab.core.errors import LabError
from lab.lessons import CheckFailed, check, scores


@pytest.fixture(autouse=True)
def progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A progress file of the test's own."""
    file = tmp_path / "progress.json"
    monkeypatch.setenv(scores.PATH_VARIABLE, str(file))
    return file


def test_a_passed_check_is_shown_and_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    with check("04.1 Stock is kept", 3):
        assert 1 + 1 == 2, "arithmetic"
    assert "✔ 04.1 Stock is kept" in capsys.readouterr().out
    assert list(scores.passed()) == ["04.1"]


def test_a_failed_check_says_what_is_wrong_and_how_to_go_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with (
        pytest.raises(CheckFailed, match=r"04\.1 Stock is kept: 7 were sold"),
        check("04.1 Stock is kept", hint="Look at the condition."),
    ):
        raise AssertionError("7 were sold")
    said = capsys.readouterr().out
    assert "✘ 04.1 Stock is kept" in said
    assert "7 were sold" in said
    assert "Look at the condition." in said
    assert "run this check again" in said
    assert scores.passed() == {}


def test_an_exercise_that_is_not_done_is_told_as_that() -> None:
    with (
        pytest.raises(CheckFailed, match=r"not done yet: there is still a `\.\.\.`"),
        check("04.2 Title", ...),
    ):
        pytest.fail("the asserts are not run before the exercise is done")


def test_a_cell_that_was_not_run_is_told_as_that() -> None:
    with pytest.raises(CheckFailed, match="`race` is not defined yet"), check("04.1 Title"):
        assert race.count("sold") == 3  # type: ignore[name-defined]  # noqa: F821


def test_an_assert_without_a_message_is_shown_itself(tmp_path: Path) -> None:
    cell = tmp_path / "cell.py"  # pytest puts messages into the asserts of its own files
    cell.write_text("answer = 3\nassert answer == 4\n")
    with pytest.raises(CheckFailed, match="does not hold: answer == 4"), check("04.1 Title"):
        exec(compile(cell.read_text(), cell, "exec"))


def test_an_error_of_the_learner_s_code_is_told_with_its_line() -> None:
    def halve(cents: int) -> int:
        return cents // 0

    wrong = r"stopped at `return cents // 0`\. ZeroDivisionError: "
    with pytest.raises(CheckFailed, match=wrong), check("04.1 Title", halve):
        assert halve(3) == 1, "halved"


def test_an_error_in_a_library_is_told_with_the_learner_s_line() -> None:
    def read(text: str) -> object:
        return json.loads(text)

    wrong = r"stopped at `return json\.loads\(text\)`\. JSONDecodeError: "
    with pytest.raises(CheckFailed, match=wrong), check("04.1 Title", read):
        assert read("{"), "read"


def test_a_misspelled_name_is_not_taken_for_a_cell_that_was_not_run() -> None:
    def sell() -> object:
        return prodcts  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(CheckFailed, match="stopped at `return prodcts"), check("04.1 Title", sell):
        assert sell(), "sold"


def test_an_answer_of_another_kind_is_told_with_the_check_s_line() -> None:
    answer: Any = "sold"
    wrong = r"not of the kind .* `answer\['sold'\] == 3`: TypeError: string indices"
    with pytest.raises(CheckFailed, match=wrong), check("04.1 Title", answer):
        assert answer["sold"] == 3, "sold"


def test_an_error_of_the_lab_is_told_in_its_own_words() -> None:
    answer = "text"
    with pytest.raises(CheckFailed, match=r"04\.1 T: No such table\.$"), check("04.1 T"):
        raise LabError("No such table.") if answer else LabError("")


def test_notebooks_show_a_failed_check_in_one_line() -> None:
    assert CheckFailed("04.1 Title: wrong")._render_traceback_() == [
        "CheckFailed: 04.1 Title: wrong"
    ]


def test_a_title_without_an_id_is_the_writer_s_mistake() -> None:
    with pytest.raises(ValueError, match=r"begins with its id, such as `04\.1`"), check("Stock"):
        pass


@pytest.mark.parametrize("answer", [..., [1, ...], {"a": 1, "b": ...}, {"a": [{"b": (...,)}]}])
def test_an_answer_that_is_open_in_a_part_is_not_done_yet(answer: Any) -> None:
    with pytest.raises(CheckFailed, match="there is still a"), check("04.1 Stock", answer):
        pass


def test_an_answer_without_open_parts_is_looked_at() -> None:
    with check("04.1 Stock", {"a": [1, "..."]}, print, None):
        pass
