"""The API of the notebooks: a running lab, pictures, races and checks.

In a cell: `from lab import lessons`, then `lesson = lessons.begin("04")`.
"""

from lab.console.drawing.plots import bars, lines
from lab.console.drawing.shown import Box, Picture, Shown, show
from lab.lessons.checks import CheckFailed, check
from lab.lessons.code import Code, code
from lab.lessons.crowds import Attempt, Race, Timings, outcome, race, timings
from lab.lessons.following import Followed
from lab.lessons.lesson import Lesson, begin
from lab.lessons.tabular import diff, table
from lab.shop.workflow.drawings import gantt, workflow

__all__ = [
    "Attempt",
    "Box",
    "CheckFailed",
    "Code",
    "Followed",
    "Lesson",
    "Picture",
    "Race",
    "Shown",
    "Timings",
    "bars",
    "begin",
    "check",
    "code",
    "diff",
    "gantt",
    "lines",
    "outcome",
    "race",
    "show",
    "table",
    "timings",
    "workflow",
]
