"""What a resource's policy allows to everybody: to a request that nobody signed.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.iam.evaluation import Decision, Request, decide
from localstack_host.services.iam.policies import MalformedPolicy
from localstack_host.services.iam.policy_store import policies_for
from localstack_host.services.iam.principal import Principal, conditions
from localstack_host.services.iam.required_permissions import Permission
from localstack_host.services.iam.sessions import NOBODY


def decision(need: Permission, context: Any) -> Decision:
    """Whether everybody may do this.

    A policy that cannot be read allows nothing, and neither does a region that there is not.
    """
    keys = conditions(Principal(NOBODY), context) | dict(need.keys)
    try:
        policies = policies_for(need.action, need.resource, None, None)
    except (MalformedPolicy, ValueError) as error:
        return Decision(False, str(error))
    return decide(Request(NOBODY, need.action, need.resource, keys), policies)
