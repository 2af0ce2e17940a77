"""Application Auto Scaling, as Terraform calls it: what is set is described, and deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.integration.roles import ACCOUNT, Role, allow

READ = "dynamodb:table:ReadCapacityUnits"
WRITE = "dynamodb:table:WriteCapacityUnits"
TRACKING = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
}


@pytest.fixture
def scaling(cloud: Cloud) -> Any:
    return cloud.client("application-autoscaling")


@pytest.fixture
def table(cloud: Cloud) -> Iterator[str]:
    """A table with provisioned capacity."""
    dynamodb, name = cloud.client("dynamodb"), f"orders-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    yield name
    dynamodb.delete_table(TableName=name)


def named(table: str, dimension: str = READ) -> dict[str, str]:
    return {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/{table}",
        "ScalableDimension": dimension,
    }


def test_a_target_is_registered_changed_and_deregistered(scaling: Any, table: str) -> None:
    register = scaling.register_scalable_target
    arn = register(**named(table), MinCapacity=5, MaxCapacity=100, Tags={"Stack": "shop"})
    register(**named(table), MaxCapacity=50)
    register(**named(table, WRITE), MinCapacity=1, MaxCapacity=1)

    (read,) = scaling.describe_scalable_targets(
        ServiceNamespace="dynamodb", ResourceIds=[f"table/{table}"], ScalableDimension=READ
    )["ScalableTargets"]
    assert (read["MinCapacity"], read["MaxCapacity"]) == (5, 50)
    assert read["ScalableTargetARN"] == arn["ScalableTargetARN"]
    assert read["SuspendedState"]["ScheduledScalingSuspended"] is False
    assert read["RoleARN"] == (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/dynamodb.application-autoscaling"
        ".amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
    )
    tagged = {"ResourceARN": arn["ScalableTargetARN"]}
    scaling.tag_resource(**tagged, Tags={"Owner": "ada"})
    scaling.untag_resource(**tagged, TagKeys=["Stack"])
    assert scaling.list_tags_for_resource(**tagged)["Tags"] == {"Owner": "ada"}

    for dimension in (READ, WRITE):
        scaling.deregister_scalable_target(**named(table, dimension))
    with pytest.raises(scaling.exceptions.ObjectNotFoundException, match="No scalable target fo"):
        scaling.deregister_scalable_target(**named(table))
    with pytest.raises(scaling.exceptions.ResourceNotFoundException):
        scaling.list_tags_for_resource(**tagged)


def test_policies_and_actions_need_a_target_and_go_with_it(scaling: Any, table: str) -> None:
    policy = {"PolicyName": "read", "PolicyType": "TargetTrackingScaling", **named(table)}
    action = {"ScheduledActionName": "night", "Schedule": "cron(0 22 * * ? *)", **named(table)}
    tracking = {"TargetTrackingScalingPolicyConfiguration": TRACKING}
    with pytest.raises(scaling.exceptions.ObjectNotFoundException, match="No scalable target regi"):
        scaling.put_scaling_policy(**policy, **tracking)
    scaling.register_scalable_target(**named(table), MinCapacity=5, MaxCapacity=100)

    arn = scaling.put_scaling_policy(**policy, **tracking)["PolicyARN"]
    assert arn.endswith(f":resource/dynamodb/table/{table}:policyName/read")
    scaling.put_scaling_policy(**policy)
    (found,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert (found["PolicyARN"], found["PolicyType"]) == (arn, "TargetTrackingScaling")
    assert found["TargetTrackingScalingPolicyConfiguration"] == TRACKING
    scaling.put_scheduled_action(**action, ScalableTargetAction={"MaxCapacity": 5})
    (found,) = scaling.describe_scheduled_actions(
        ServiceNamespace="dynamodb", ScheduledActionNames=["night"]
    )["ScheduledActions"]
    assert found["ScalableTargetAction"] == {"MaxCapacity": 5}

    scaling.deregister_scalable_target(**named(table))
    assert not scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    with pytest.raises(scaling.exceptions.ObjectNotFoundException, match="action name: night"):
        scaling.delete_scheduled_action(ScheduledActionName="night", **named(table))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ResourceId": "table/none-of-these"}, "DynamoDB table does not exist: table/none-of-the"),
        ({"ResourceId": "none"}, "Unsupported service namespace, resource type or scalable dim"),
        ({"ServiceNamespace": "lambda"}, "Unsupported service namespace"),
        ({"MaxCapacity": 1}, "Maximum capacity cannot be less than minimum capacity"),
    ],
)
def test_a_wrong_target_is_refused(
    scaling: Any, table: str, changed: dict[str, Any], message: str
) -> None:
    target = {**named(table), "MinCapacity": 5, "MaxCapacity": 10, **changed}
    with pytest.raises(scaling.exceptions.ValidationException, match=message):
        scaling.register_scalable_target(**target)


def test_targets_are_told_in_pages(scaling: Any, table: str) -> None:
    for dimension in (READ, WRITE):
        scaling.register_scalable_target(**named(table, dimension), MinCapacity=1, MaxCapacity=2)
    pages = scaling.get_paginator("describe_scalable_targets").paginate(
        ServiceNamespace="dynamodb",
        ResourceIds=[f"table/{table}"],
        PaginationConfig={"PageSize": 1},
    )
    assert [len(page["ScalableTargets"]) for page in pages] == [1, 1]
    for dimension in (READ, WRITE):
        scaling.deregister_scalable_target(**named(table, dimension))


def test_permissions_are_enforced(cloud: Cloud, table: str) -> None:
    role = Role(cloud, allow("application-autoscaling:DescribeScalableTargets"))
    client = role.client("application-autoscaling")
    assert "ScalableTargets" in client.describe_scalable_targets(ServiceNamespace="dynamodb")
    with pytest.raises(ClientError, match="is not authorized to perform") as refused:
        client.register_scalable_target(**named(table), MinCapacity=1, MaxCapacity=2)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
