"""What a resource's policy allows to everybody: to a request that nobody signed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from typing import Any

from lab.emulator.iam.asking import Asker, conditions
from lab.emulator.iam.evaluation import Decision, Request, decide
from lab.emulator.iam.holdings import policies_for
from lab.emulator.iam.needs import Need
from lab.emulator.iam.policies import MalformedPolicy
from lab.emulator.iam.sessions import NOBODY


def decision(need: Need, context: Any) -> Decision:
    """Whether everybody may do this.

    A policy that cannot be read allows nothing, and neither does a region that there is not.
    """
    keys = conditions(Asker(NOBODY), context) | dict(need.keys)
    try:
        policies = policies_for(need.action, need.resource, None, None)
    except (MalformedPolicy, ValueError) as error:
        return Decision(False, str(error))
    return decide(Request(NOBODY, need.action, need.resource, keys), policies)
