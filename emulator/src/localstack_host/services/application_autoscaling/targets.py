"""Scalable targets, and their tags.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from localstack_host.localstack_api import connect_to
from localstack_host.services.application_autoscaling.errors import invalid, no_resource, not_found
from localstack_host.services.application_autoscaling.models import (
    Dimension,
    Resource,
    ScalingStore,
    dimension_of,
    store_of,
    words_of,
)
from localstack_host.services.tag_operations import tag_operations

UNSUPPORTED = "Unsupported service namespace, resource type or scalable dimension"
# The IDs of resources that have a dimension; those of services that are not here are not looked at.
IDS = {
    "dynamodb:table": re.compile(r"table/([^/]+)"),
    "dynamodb:index": re.compile(r"table/([^/]+)/index/[^/]+"),
    "lambda:function": re.compile(r"function:[^:]+:[^:]+"),
}
# https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
ROLES = {"dynamodb": "DynamoDBTable", "lambda": "LambdaConcurrency", "ecs": "ECSService"}
RUNNING = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}
CAPACITIES = ("MinCapacity", "MaxCapacity")


def register_scalable_target(context: Any, request: Any) -> Any:
    """Registers a target, or changes one."""
    store, dimension = store_of(context), dimension_of(request)
    known = store.targets.get(dimension)
    if known is None:
        _check_resource(context, dimension)
    target = dict(known or _new_target(context, dimension))
    given = ("MinCapacity", "MaxCapacity", "SuspendedState")
    target |= {name: request[name] for name in given if request.get(name) is not None}
    _check_capacities(target)
    store.targets[dimension] = target
    arn = target["ScalableTargetARN"]
    store.tags.setdefault(arn, {}).update(request.get("Tags") or {})
    return {"ScalableTargetARN": arn}


def _new_target(context: Any, dimension: Dimension) -> Resource:
    """A target, with the role that AWS makes for its service."""
    namespace, resource, name = dimension
    account, arn = context.account_id, f"arn:{context.partition}"
    role = f"AWSServiceRoleForApplicationAutoScaling_{ROLES.get(namespace, 'CustomResource')}"
    host = f"{namespace}.application-autoscaling.amazonaws.com"
    place = f"application-autoscaling:{context.region}:{account}"
    return {
        "ServiceNamespace": namespace,
        "ResourceId": resource,
        "ScalableDimension": name,
        "RoleARN": f"{arn}:iam::{account}:role/aws-service-role/{host}/{role}",
        "CreationTime": datetime.now(UTC),
        "SuspendedState": RUNNING,
        "ScalableTargetARN": f"{arn}:{place}:scalable-target/{secrets.token_hex(18)}",
    }


def _check_resource(context: Any, dimension: Dimension) -> None:
    namespace, resource, name = dimension
    kind = name.rpartition(":")[0]
    pattern = IDS.get(kind)
    match = pattern.fullmatch(resource) if pattern else None
    if not name.startswith(f"{namespace}:") or (pattern and match is None):
        raise invalid(UNSUPPORTED)
    if namespace == "dynamodb" and match and not _is_table(context, match.group(1)):
        raise invalid(f"DynamoDB table does not exist: table/{match.group(1)}")


def _is_table(context: Any, name: str) -> bool:
    client = connect_to(aws_access_key_id=context.account_id, region_name=context.region).dynamodb
    try:
        client.describe_table(TableName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False
    return True


def _check_capacities(target: Resource) -> None:
    if missing := [name for name in CAPACITIES if name not in target]:
        raise invalid(f"{' and '.join(missing)} must be specified for a new scalable target")
    if target["MaxCapacity"] < target["MinCapacity"]:
        raise invalid("Maximum capacity cannot be less than minimum capacity")


def registered(store: ScalingStore, dimension: Dimension) -> Resource:
    """The target of a dimension. Raises ObjectNotFoundException if there is none."""
    target = store.targets.get(dimension)
    if target is None:
        raise not_found(f"No scalable target registered for {words_of(dimension)}")
    return target


def deregister_scalable_target(context: Any, request: Any) -> Any:
    """Removes a target with its policies and scheduled actions."""
    store, dimension = store_of(context), dimension_of(request)
    if dimension not in store.targets:
        raise not_found(f"No scalable target found for {words_of(dimension)}")
    store.tags.pop(store.targets.pop(dimension)["ScalableTargetARN"], None)
    for owned in (store.policies, store.actions):
        for name in [name for name in owned if name[:3] == dimension]:
            del owned[name]
    return {}


def describe_scalable_targets(context: Any, request: Any) -> Any:
    """The targets of a service."""
    resources = request.get("ResourceIds")
    wanted = {name: request.get(name) for name in ("ServiceNamespace", "ScalableDimension")}
    return {
        "ScalableTargets": [
            target
            for target in store_of(context).targets.values()
            if all(target[name] == value for name, value in wanted.items() if value)
            and (not resources or target["ResourceId"] in resources)
        ]
    }


def _tags(context: Any, request: Any) -> dict[str, str]:
    tags = store_of(context).tags.get(request["ResourceARN"])
    if tags is None:
        raise no_resource(request["ResourceARN"])
    return tags


HANDLERS = {
    **tag_operations(_tags),
    "DeregisterScalableTarget": deregister_scalable_target,
    "DescribeScalableTargets": describe_scalable_targets,
    "RegisterScalableTarget": register_scalable_target,
}
