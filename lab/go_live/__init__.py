"""The way from the laptop to a real AWS account, step by step. It looks, and applies nothing.

`walk` goes it. Each step has a module: `tools`, `credentials`, `place` (account, region, and where
the state is), `quotas`, `mail`, `paying` and `planning`. `money` says what it costs, `leaving` how
to take it down again.
"""

from lab.go_live.steps import State, Step
from lab.go_live.walk import Promotion, promote

__all__ = ["Promotion", "State", "Step", "promote"]
