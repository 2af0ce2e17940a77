"""Terraform's plans: parsed, grouped, and stored as summaries so that a change is noticed.

`changes` parses a plan, `groups` counts its changes by kind, `summary` is the stored text of a
plan. `offline` plans for an account that does not exist.

`make plans` (`python -m lab.deploy.plans`) regenerates the summaries in tests/terraform/plans.
"""

from lab.deploy.plans.changes import Change, read
from lab.deploy.plans.groups import Group, grouped
from lab.deploy.plans.offline import plan_of
from lab.deploy.plans.summary import FOLDER, differences, file_of, text_of

__all__ = [
    "FOLDER",
    "Change",
    "Group",
    "differences",
    "file_of",
    "grouped",
    "plan_of",
    "read",
    "text_of",
]
