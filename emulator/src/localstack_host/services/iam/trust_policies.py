"""What a role's trust policy may say; LocalStack looks only at its JSON.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localstack_host.gateway import constraints
from localstack_host.localstack_api import CommonServiceException

SHORTEST_S, LONGEST_S = 3_600, 43_200
STS = "sts:"


def check(document: str) -> None:
    """Raises MalformedPolicyDocument for a policy that is no trust policy.

    What is no JSON object at all is left to LocalStack.
    """
    for statement in statements_of(document):
        if "Resource" in statement or "NotResource" in statement:
            raise malformed("Has prohibited field Resource")
        actions = statement.get("Action") or []
        listed = actions if isinstance(actions, list) else [actions]
        if not all(str(action).lower().startswith(STS) for action in listed):
            raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")


def check_duration(seconds: int | None) -> None:
    """Raises ValidationError for sessions that are too short or too long."""
    if seconds is None:
        return
    broken = list(constraints.outside("value", seconds, SHORTEST_S, LONGEST_S))
    if broken:
        violations = [constraints.violation("maxSessionDuration", one, seconds) for one in broken]
        raise CommonServiceException(
            "ValidationError", constraints.detected(violations), 400, sender_fault=True
        )


def statements_of(document: str) -> list[Mapping[str, Any]]:
    """The statements of a policy; none of what is no JSON object."""
    try:
        policy = json.loads(document)
    except ValueError:
        return []
    found = policy.get("Statement") if isinstance(policy, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return [statement for statement in listed if isinstance(statement, Mapping)]


def malformed(reason: str) -> CommonServiceException:
    """IAM's error for a policy."""
    return CommonServiceException("MalformedPolicyDocument", reason, 400, sender_fault=True)
