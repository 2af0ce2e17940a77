"""What Terraform plans: read, put into groups, and written down so that a change is noticed.

`changes` is a plan as values, `groups` puts them into words that people use, `summary` is the
stored text of a plan. `offline` makes a plan for an account that does not exist.

`make plans` (`python -m lab.deploy.plans`) writes the summaries in tests/terraform/plans anew.
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
