"""CloudFormation: a stack is the resource, also where a request names it by its change set.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.iam.required_permissions.action_table import action_of
from localstack_host.services.iam.required_permissions.permission import (
    Params,
    Permission,
    Permissions,
    Place,
)


def needs(operation: str, params: Params, place: Place) -> Permissions | None:
    """A permission on the stack that the request names; None if it names none."""
    action = action_of("cloudformation", operation)
    if action is None or "stack" not in (kind["name"] for kind in action["resourceTypes"]):
        return None
    name = params.get("StackName") or _stack_of(params.get("ChangeSetName", ""), place)
    return [Permission(f"cloudformation:{operation}", _arn(name, place))] if name else None


def _stack_of(change_set: str, place: Place) -> str | None:
    """The ARN of a change set's stack."""
    found = _store(place).change_sets.get(change_set)
    return str(found.stack.stack_id) if found else None


def _arn(stack: str, place: Place) -> str:
    """The ARN of a stack; of one that is only created, with any identifier."""
    if stack.startswith("arn:"):
        return stack
    there = (one for one in _store(place).stacks_v2.values() if one.stack_name == stack)
    ids = [str(one.stack_id) for one in there if one.status != "DELETE_COMPLETE"]
    return ids[0] if ids else place.named("cloudformation", "stack/", f"{stack}/*")


def _store(place: Place) -> Any:
    from localstack.services.cloudformation.stores import get_cloudformation_store

    return get_cloudformation_store(place.account, place.region)
