"""Another evaluator of policies decides as the emulator does, or the difference is explained."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pytest

from tests.unit.iam.other_evaluator import evaluator, generated, recorded
from tests.unit.iam.other_evaluator.differences import explained, unexplained
from tests.unit.iam.other_evaluator.questions import ALLOWED, EXPLICIT, IMPLICIT, Question, answer

Asked = list[tuple[Question, str, str]]
ALL = 6000
"""Generated questions."""


@pytest.fixture(scope="module")
def packages() -> Path:
    try:
        return evaluator.installed()
    except evaluator.NotAvailable as error:
        message = f"The emulator's decisions were compared with nobody's: {error}"
        if os.environ.get("CI"):  # nobody reads there what was skipped
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="module")
def both(packages: Path) -> Callable[[Sequence[Question]], Asked]:
    """Asks both evaluators."""

    def ask(questions: Sequence[Question]) -> Asked:
        theirs = evaluator.answers(packages, [asdict(question) for question in questions])
        return [(q, answer(q), their) for q, their in zip(questions, theirs, strict=True)]

    return ask


Both = Callable[[Sequence[Question]], Asked]


@pytest.mark.parametrize("number", [300, pytest.param(ALL, marks=pytest.mark.exhaustive)])
def test_generated_policies_decide_the_same_or_it_is_explained(both: Both, number: int) -> None:
    asked = both([generated.question(n) for n in range(number)])

    assert unexplained(asked) == []
    assert {ours for _, ours, _ in asked} == {ALLOWED, EXPLICIT, IMPLICIT}


@pytest.mark.parametrize(
    ("environment", "number"),
    [
        ("prod", 100),
        *(pytest.param(e, None, marks=pytest.mark.exhaustive) for e in recorded.ENVIRONMENTS),
    ],
)
def test_the_pipelines_policies_decide_recorded_calls_the_same(
    both: Both, environment: str, number: int | None
) -> None:
    if not recorded.CALLS.exists():
        pytest.skip("The calls are the lab's, and the emulator is here without it")
    asked = both(list(islice(recorded.questions(environment), number)))

    assert unexplained(asked) == []
    assert {ours for _, ours, _ in asked} >= {ALLOWED, IMPLICIT}


def test_the_example_of_each_difference_is_one(both: Both) -> None:
    differences = explained()
    asked = both([difference.example for difference in differences])

    assert [(ours, theirs) for _, ours, theirs in asked] == [
        (difference.ours, difference.theirs) for difference in differences
    ]
    assert all(difference.ours != difference.theirs for difference in differences)


def test_every_explained_question_is_asked() -> None:
    ids = [id for difference in explained() for id in difference.questions]

    assert len(ids) == len(set(ids))
    assert set(ids) <= {generated.question(n).id for n in range(ALL)}


def test_a_new_difference_and_one_that_is_gone_are_both_told() -> None:
    known = next(q for q in map(generated.question, range(ALL)) if q.id in explained()[0].questions)
    new = explained()[0].example

    (gone,) = unexplained([(known, ALLOWED, ALLOWED)])
    (fresh,) = unexplained([(new, ALLOWED, IMPLICIT)])
    assert gone.startswith(f"gone: {known.id}")
    assert fresh.startswith(f"new: {new.id}")
    assert unexplained([(known, ALLOWED, IMPLICIT), (new, IMPLICIT, IMPLICIT)]) == []
