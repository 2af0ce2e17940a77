"""Services that are not offered by default: off, unless LOCALSTACK_HOST_SERVICES asks for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localstack_host.host import ports, process
from localstack_host.host.errors import HostError
from localstack_host.host.service_selection import VARIABLE
from tests.integration.conftest import Cloud
from tests.waiting import eventually

OFF = [
    ("cloudformation", "list_stacks"),
    ("ec2", "describe_instances"),
    ("kinesis", "list_streams"),
    ("route53", "list_hosted_zones"),
    ("secretsmanager", "list_secrets"),
    ("swf", "list_domains"),
]


@pytest.mark.parametrize(("service", "operation"), OFF, ids=[service for service, _ in OFF])
def test_a_service_that_is_off_is_refused_with_what_switches_it_on(
    cloud: Cloud, service: str, operation: str
) -> None:
    arguments = {"registrationStatus": "REGISTERED"} if service == "swf" else {}
    with pytest.raises(
        ClientError,
        match=f"localstack-host stop && LOCALSTACK_HOST_SERVICES={service} localstack-host start",
    ) as refused:
        getattr(cloud.client(service), operation)(**arguments)
    assert refused.value.response["Error"]["Code"] == "OptInRequired"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_service_that_is_asked_for_is_there_and_others_are_not(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudformation")
    emulator = process.start(ports.any_free())
    cloud = Cloud(emulator.endpoint)
    assert cloud.client("cloudformation").list_stacks()["StackSummaries"] == []
    with pytest.raises(
        ClientError, match="LOCALSTACK_HOST_SERVICES=cloudformation,ec2 localstack-host start"
    ):
        cloud.client("ec2").describe_instances()

    assert process.start(emulator.port).already_running
    monkeypatch.setenv(VARIABLE, "ec2")
    with pytest.raises(HostError, match="already running, without ec2") as refused:
        process.start(emulator.port)
    assert "LOCALSTACK_HOST_SERVICES=cloudformation,ec2 localstack-host start" in refused.value.hint


TABLE = {
    "Type": "AWS::DynamoDB::GlobalTable",
    "Properties": {
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "WriteProvisionedThroughputSettings": {
            "WriteCapacityAutoScalingSettings": {
                "MinCapacity": 3,
                "MaxCapacity": 9,
                "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70},
            }
        },
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-id",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"},
        "Replicas": [
            {
                "Region": {"Ref": "AWS::Region"},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 7},
                "DeletionProtectionEnabled": False,
                "Tags": [{"Key": "shop", "Value": "one"}],
            }
        ],
    },
}


ALLOW_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@pytest.mark.exhaustive
def test_a_global_table_with_one_replica_is_a_table(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudformation")
    cloud = Cloud(process.start(ports.any_free()).endpoint)
    assert _deployed(cloud, "one", TABLE) == ("CREATE_COMPLETE", "")
    dynamodb = cloud.client("dynamodb")
    table = dynamodb.describe_table(TableName="orders")["Table"]
    units = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 3}
    assert units.items() <= table["ProvisionedThroughput"].items()
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert "Replicas" not in table
    recovery = dynamodb.describe_continuous_backups(TableName="orders")
    description = recovery["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert description["PointInTimeRecoveryStatus"] == "ENABLED"
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert {"Key": "shop", "Value": "one"} in tags
    expiry = dynamodb.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "expires"

    changed = {**TABLE, "Properties": {**TABLE["Properties"], "BillingMode": "PAY_PER_REQUEST"}}
    body = json.dumps({"Resources": {"Table": changed}})
    formation = cloud.client("cloudformation")
    formation.update_stack(StackName="one", TemplateBody=body)
    _, reason = _ended(cloud, "one")
    assert "cannot update an AWS::DynamoDB::GlobalTable: delete the stack" in reason
    assert "change the table orders by UpdateTable" in reason

    other = {**TABLE, "Properties": {**TABLE["Properties"], "TableName": "carts"}}
    other["Properties"]["Replicas"] = [{"Region": "eu-west-1"}, {"Region": "us-west-2"}]
    status, reason = _deployed(cloud, "two", other)
    assert status in ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
    assert "The emulator has no global tables: Replicas must have one entry" in reason
    assert "has eu-west-1, us-west-2" in reason
    assert dynamodb.list_tables()["TableNames"] == ["orders"]
    formation.delete_stack(StackName="one")
    eventually(lambda: not dynamodb.list_tables()["TableNames"], "end of the table")


@pytest.mark.exhaustive
def test_a_user_of_a_stack_is_deleted_with_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "cloudformation")
    cloud = Cloud(process.start(ports.any_free()).endpoint)
    iam = cloud.client("iam")
    iam.create_group(GroupName="packers")
    properties = {
        "UserName": "ada",
        "Groups": ["packers"],
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    }
    user = {"Type": "AWS::IAM::User", "Properties": properties}
    assert _deployed(cloud, "users", user) == ("CREATE_COMPLETE", "")
    iam.put_user_policy(UserName="ada", PolicyName="own", PolicyDocument=json.dumps(ALLOW_ALL))
    iam.create_login_profile(UserName="ada", Password="A long pass phrase, with 1 digit")
    cloud.client("cloudformation").delete_stack(StackName="users")
    eventually(lambda: not iam.list_users()["Users"], "end of the user")
    assert iam.get_group(GroupName="packers")["Users"] == []


@pytest.mark.exhaustive
def test_a_table_with_expiry_is_created_and_what_is_no_value_is_left_out(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudformation")
    cloud = Cloud(process.start(ports.any_free()).endpoint)
    key = {"AttributeName": "id", "KeyType": "HASH"}
    table = {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [key],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "TableName": {"Ref": "Name"},
    }
    expiry = [{"AttributeName": "expires", "Enabled": enabled} for enabled in (True, False)]
    resources = {
        f"Table{number}": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {**table, "TimeToLiveSpecification": each},
        }
        for number, each in enumerate(expiry)
    }
    name = {"Type": "String", "Default": "AWS::NoValue"}
    body = json.dumps({"Parameters": {"Name": name}, "Resources": resources})
    cloud.client("cloudformation").create_stack(StackName="t", TemplateBody=body)
    assert _ended(cloud, "t") == ("CREATE_COMPLETE", "")
    dynamodb = cloud.client("dynamodb")
    names = sorted(dynamodb.list_tables()["TableNames"])
    assert [name.partition("-T")[0] for name in names] == ["t", "t"]  # of the stack's name
    described = [dynamodb.describe_time_to_live(TableName=name) for name in names]
    statuses = [one["TimeToLiveDescription"]["TimeToLiveStatus"] for one in described]
    assert statuses == ["ENABLED", "DISABLED"]


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
    ],
}


@pytest.mark.exhaustive
def test_policies_of_a_stack_are_created_changed_and_deleted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudformation")
    cloud = Cloud(process.start(ports.any_free()).endpoint)
    iam, logs = cloud.client("iam"), cloud.client("logs")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_user(UserName="u")
    iam.create_group(GroupName="g")

    def written() -> list[Any]:
        """The action that each policy allows."""
        inline = [
            iam.get_role_policy(RoleName="r", PolicyName="p"),
            iam.get_user_policy(UserName="u", PolicyName="p"),
            iam.get_group_policy(GroupName="g", PolicyName="p"),
        ]
        (of_logs,) = logs.describe_resource_policies()["resourcePolicies"]
        documents = [*(p["PolicyDocument"] for p in inline), json.loads(of_logs["policyDocument"])]
        return [document["Statement"][0]["Action"] for document in documents]

    formation = cloud.client("cloudformation")
    formation.create_stack(StackName="p", TemplateBody=_with_policies("logs:CreateLogStream"))
    assert _ended(cloud, "p") == ("CREATE_COMPLETE", "")
    assert written() == ["logs:CreateLogStream"] * 4
    formation.update_stack(StackName="p", TemplateBody=_with_policies("logs:PutLogEvents"))
    assert _ended(cloud, "p") == ("UPDATE_COMPLETE", "")
    assert written() == ["logs:PutLogEvents"] * 4
    formation.delete_stack(StackName="p")
    eventually(lambda: not logs.describe_resource_policies()["resourcePolicies"], "its end")
    eventually(lambda: not iam.list_role_policies(RoleName="r")["PolicyNames"], "its end")
    eventually(lambda: not iam.list_user_policies(UserName="u")["PolicyNames"], "its end")
    eventually(lambda: not iam.list_group_policies(GroupName="g")["PolicyNames"], "its end")


def _with_policies(action: str) -> str:
    allowed = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [allowed]}
    shared = {"PolicyName": "p", "PolicyDocument": document}
    for_events = {**allowed, "Principal": {"Service": "events.amazonaws.com"}}
    text = json.dumps({**document, "Statement": [for_events]})
    properties = {
        "AWS::IAM::RolePolicy": {**shared, "RoleName": "r"},
        "AWS::IAM::UserPolicy": {**shared, "UserName": "u"},
        "AWS::IAM::GroupPolicy": {**shared, "GroupName": "g"},
        "AWS::Logs::ResourcePolicy": {"PolicyName": "p", "PolicyDocument": text},
    }
    resources = {
        kind.replace("::", ""): {"Type": kind, "Properties": each}
        for kind, each in properties.items()
    }
    return json.dumps({"Resources": resources})


def _deployed(cloud: Cloud, name: str, resource: dict[str, Any]) -> tuple[str, str]:
    """How a stack with this resource ends, and why its resource failed."""
    body = json.dumps({"Resources": {"Table": resource}})
    cloud.client("cloudformation").create_stack(StackName=name, TemplateBody=body)
    return _ended(cloud, name)


def _ended(cloud: Cloud, name: str) -> tuple[str, str]:
    formation = cloud.client("cloudformation")

    def ended() -> str:
        status = formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return "" if status.endswith("IN_PROGRESS") else str(status)

    status = eventually(ended, f"end of the stack {name}", timeout_s=60)
    events = formation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"].endswith("_FAILED")]
    return status, " ".join(one.get("ResourceStatusReason", "") for one in failed)


def test_a_service_that_there_is_not_starts_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "cloudfront")
    with pytest.raises(HostError, match="LOCALSTACK_HOST_SERVICES asks for cloudfront"):
        process.start(ports.any_free())
    assert not process.status().running
