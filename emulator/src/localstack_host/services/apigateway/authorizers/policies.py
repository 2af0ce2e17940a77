"""The policies that functions of authorizers answer with, evaluated for one method."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from localstack_host.services.iam.evaluation import Decision, Policies, Request, decide
from localstack_host.services.iam.policies import Policy
from localstack_host.services.iam.principal import Principal, conditions
from localstack_host.services.iam.sessions import NOBODY

INVOKE = "execute-api:Invoke"


def decision_of(policy: Policy, method_arn: str, request: Any, region: str) -> Decision:
    """Whether a policy allows a request (werkzeug's) to a method in a region."""
    place: Any = SimpleNamespace(request=request, region=region)
    asked = Request(NOBODY, INVOKE, method_arn, conditions(Principal(NOBODY), place))
    return decide(asked, Policies(identity=(policy,)))
