"""Scaling policies and scheduled actions: what belongs to a target and has a name.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.application_autoscaling.errors import not_found
from localstack_host.services.application_autoscaling.models import (
    Named,
    Resource,
    dimension_of,
    store_of,
    words_of,
)
from localstack_host.services.application_autoscaling.targets import registered


@dataclass(frozen=True)
class Kind:
    """What the members, ARNs and messages of a kind of resource have, and where it is stored."""

    member: str
    resource: str
    name: str
    words: str
    stored_in: str

    def of(self, context: Any) -> dict[Named, Resource]:
        """Those of an account in a region."""
        stored: dict[Named, Resource] = getattr(store_of(context), self.stored_in)
        return stored


POLICY = Kind("Policy", "scalingPolicy", "policyName", "scaling policy", "policies")
ACTION = Kind(
    "ScheduledAction", "scheduledAction", "scheduledActionName", "scheduled action", "actions"
)


def put_scaling_policy(context: Any, request: Any) -> Any:
    """Creates a policy, or changes one. It has no alarms: nothing is scaled."""
    policy = _put(POLICY, context, request, {"PolicyType": "StepScaling", "Alarms": []})
    return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}


def put_scheduled_action(context: Any, request: Any) -> Any:
    """Creates a scheduled action, or changes one."""
    _put(ACTION, context, request, {})
    return {}


def _put(kind: Kind, context: Any, request: Any, defaults: Mapping[str, Any]) -> Resource:
    """What a request puts; what it leaves out stays as it was."""
    dimension, name = dimension_of(request), request[f"{kind.member}Name"]
    registered(store_of(context), dimension)
    stored = kind.of(context)
    known = stored.get((*dimension, name))
    if known is None:
        known = {**defaults, **_identity(kind, context, request), "CreationTime": datetime.now(UTC)}
    given = {member: value for member, value in request.items() if value is not None}
    stored[(*dimension, name)] = {**known, **given}
    return stored[(*dimension, name)]


def _identity(kind: Kind, context: Any, request: Any) -> dict[str, str]:
    place = f"arn:{context.partition}:autoscaling:{context.region}:{context.account_id}"
    owner = f"resource/{request['ServiceNamespace']}/{request['ResourceId']}"
    name = f"{kind.name}/{request[f'{kind.member}Name']}"
    return {f"{kind.member}ARN": f"{place}:{kind.resource}:{uuid.uuid4()}:{owner}:{name}"}


def describe_scaling_policies(context: Any, request: Any) -> Any:
    """The policies of a service, a resource or a dimension."""
    return {"ScalingPolicies": list(_described(POLICY, context, request))}


def describe_scheduled_actions(context: Any, request: Any) -> Any:
    """The scheduled actions of a service, a resource or a dimension."""
    return {"ScheduledActions": list(_described(ACTION, context, request))}


def _described(kind: Kind, context: Any, request: Any) -> Iterator[Resource]:
    names = request.get(f"{kind.member}Names")
    given = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    for resource in kind.of(context).values():
        is_meant = all(
            resource[member] == request[member] for member in given if request.get(member)
        )
        if is_meant and (not names or resource[f"{kind.member}Name"] in names):
            yield resource


def delete_scaling_policy(context: Any, request: Any) -> Any:
    """Deletes a policy."""
    return _delete(POLICY, context, request)


def delete_scheduled_action(context: Any, request: Any) -> Any:
    """Deletes a scheduled action."""
    return _delete(ACTION, context, request)


def _delete(kind: Kind, context: Any, request: Any) -> Any:
    dimension, name = dimension_of(request), request[f"{kind.member}Name"]
    if kind.of(context).pop((*dimension, name), None) is None:
        words = f"{words_of(dimension)}, {kind.words.rpartition(' ')[2]} name: {name}"
        raise not_found(f"No {kind.words} found for {words}")
    return {}


def describe_scaling_activities(_context: Any, _request: Any) -> Any:
    """What was scaled: nothing."""
    return {"ScalingActivities": []}


HANDLERS = {
    "DeleteScalingPolicy": delete_scaling_policy,
    "DeleteScheduledAction": delete_scheduled_action,
    "DescribeScalingActivities": describe_scaling_activities,
    "DescribeScalingPolicies": describe_scaling_policies,
    "DescribeScheduledActions": describe_scheduled_actions,
    "PutScalingPolicy": put_scaling_policy,
    "PutScheduledAction": put_scheduled_action,
}
