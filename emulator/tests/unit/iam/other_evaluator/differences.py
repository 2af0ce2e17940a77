"""The differences between the evaluators that are explained, in `differences.toml`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.unit.iam.other_evaluator.questions import Question


@dataclass(frozen=True)
class Difference:
    """Why the evaluators differ, with the smallest example, and the IDs of the questions."""

    name: str
    reason: str
    authority: str
    example: Question
    ours: str
    theirs: str
    questions: tuple[str, ...]


@cache
def explained() -> tuple[Difference, ...]:
    """All differences that are explained."""
    text = Path(__file__).with_name("differences.toml").read_text()
    return tuple(map(_difference, tomllib.loads(text)["difference"]))


def _difference(entry: dict[str, Any]) -> Difference:
    example = Question(**json.loads(entry.pop("example")))
    return Difference(example=example, questions=tuple(entry.pop("questions")), **entry)


def unexplained(asked: Iterable[tuple[Question, str, str]]) -> list[str]:
    """What is wrong with the explanations of questions with both answers, ours first."""
    known = {id: difference.name for difference in explained() for id in difference.questions}
    return [
        problem
        for question, ours, theirs in asked
        if (problem := _problem(question, ours, theirs, known))
    ]


def _problem(question: Question, ours: str, theirs: str, known: Mapping[str, str]) -> str:
    name = known.get(question.id, "")
    if ours != theirs and not name:
        return f"new: {question.id} is {ours} here and {theirs} there: {question}"
    if ours == theirs and name:
        return f"gone: {question.id} is {ours} in both, and differences.toml has it at '{name}'"
    return ""
