"""What a resource's policy allows to everybody, and so to unsigned requests.

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
    """Decides whether everybody has a permission.

    A malformed policy and a region that does not exist allow nothing.
    """
    keys = conditions(Principal(NOBODY), context) | dict(need.keys)
    try:
        policies = policies_for(need.action, need.resource, None, None)
    except (MalformedPolicy, ValueError) as error:
        return Decision(False, str(error))
    return decide(Request(NOBODY, need.action, need.resource, keys), policies)
