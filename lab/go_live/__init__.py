"""Checks everything that a deployment to a real AWS account needs. It never applies anything.

`walk` runs the checks. Each check has a module: `tools`, `credentials`, `place` (account, region,
and backend), `quotas`, `mail`, `paying` and `planning`. `money` estimates the costs, `leaving`
lists the commands that destroy the environment again.
"""

from lab.go_live.steps import State, Step
from lab.go_live.walk import Promotion, promote

__all__ = ["Promotion", "State", "Step", "promote"]
