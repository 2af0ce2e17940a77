"""AWS's DynamoDB under load, for as long as a lesson looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.emulator import dynamodb_settings
from lab.lessons.lesson import Lesson


@contextmanager
def as_on_aws(lesson: Lesson, **settings: Any) -> Iterator[None]:
    """Switches settings of the emulator's DynamoDB on for a block, as `lab dynamodb` does.

    Raises LabError for a setting that there is not, and for an emulator without settings.
    """
    before = dynamodb_settings.read(lesson.target)
    dynamodb_settings.change(lesson.target, settings)
    try:
        yield
    finally:
        dynamodb_settings.change(lesson.target, before)
