"""One lesson at a time on a lab, whoever has it open and however that one ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.lessons import turns

LAB = "http://localhost:4566"
OTHER = "http://localhost:4567"
HOLDS = """
from lab.lessons import turns
turns.take({lab!r}, "04")
print("taken", flush=True)
input()
turns.release({lab!r})
print("released", flush=True)
input()
"""
Kernel = subprocess.Popen[str]


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    yield
    for lab in (LAB, OTHER):
        turns.release(lab)


@pytest.fixture
def kernel() -> Iterator[Callable[[str], Kernel]]:
    """Another process that has lesson 04 open."""
    begun: list[Kernel] = []

    def begin(lab: str = LAB) -> Kernel:
        program = [sys.executable, "-c", HOLDS.format(lab=lab)]
        begun.append(
            subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        assert said(begun[-1]) == "taken"
        return begun[-1]

    yield begin
    for one in begun:
        one.kill()
        one.communicate()


def said(kernel: Kernel) -> str:
    assert kernel.stdout
    return kernel.stdout.readline().strip()


def test_a_second_lesson_is_told_which_one_is_open_and_what_to_do(
    kernel: Callable[[str], Kernel], capsys: pytest.CaptureFixture[str]
) -> None:
    other = kernel(LAB)
    with pytest.raises(turns.LessonOpen, match="Lesson 04 is open") as caught:
        turns.take(LAB, "05")
    assert str(other.pid) in caught.value.message
    assert "last cell" in caught.value.hint
    assert caught.value._render_traceback_() == [f"LessonOpen: {caught.value.message}"]
    assert "Lesson 04" in capsys.readouterr().out


def test_another_name_of_the_lab_is_the_same_lab(kernel: Callable[[str], Kernel]) -> None:
    kernel(LAB)
    with pytest.raises(turns.LessonOpen):
        turns.require_free("http://127.0.0.1:4566")


def test_a_lesson_on_another_lab_disturbs_nobody(kernel: Callable[[str], Kernel]) -> None:
    kernel(OTHER)
    turns.require_free(LAB)
    turns.take(LAB, "05")


def test_a_lesson_that_has_put_everything_back_lets_the_next_begin(
    kernel: Callable[[str], Kernel],
) -> None:
    other = kernel(LAB)
    other.stdin.write("\n")  # type: ignore[union-attr]
    other.stdin.flush()  # type: ignore[union-attr]
    assert said(other) == "released"
    turns.take(LAB, "05")


def test_a_kernel_that_is_killed_leaves_nothing_locked(kernel: Callable[[str], Kernel]) -> None:
    other = kernel(LAB)
    other.kill()
    other.wait()
    turns.take(LAB, "05")


def test_the_same_notebook_may_begin_again_and_go_on_after_its_end() -> None:
    turns.take(LAB, "05")
    turns.take(LAB, "05")
    turns.release(LAB)
    turns.release(LAB)
    turns.take(LAB, "05")
    turns.require_free(LAB)


def test_a_record_that_cannot_be_read_still_says_that_a_lesson_is_open(
    kernel: Callable[[str], Kernel], tmp_path: Path
) -> None:
    kernel(LAB)
    (record,) = tmp_path.glob("lesson-*.lock")
    record.write_text('{"lesson": "0')
    with pytest.raises(turns.LessonOpen, match="A lesson is open in another notebook"):
        turns.take(LAB, "05")
