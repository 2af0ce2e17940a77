"""What LocalStack forgets or refuses, and Terraform would stumble over."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.integration.conftest import Cloud, key_schema

DEFINITION = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})


@pytest.fixture
def machine(cloud: Cloud) -> Any:
    states = cloud.client("stepfunctions")
    made = states.create_state_machine(
        name=f"probe-{uuid.uuid4().hex[:8]}",
        definition=DEFINITION,
        roleArn=cloud.role(),
        tracingConfiguration={"enabled": True},
    )
    yield made["stateMachineArn"]
    states.delete_state_machine(stateMachineArn=made["stateMachineArn"])


def is_traced(cloud: Cloud, machine: str) -> bool:
    said = cloud.client("stepfunctions").describe_state_machine(stateMachineArn=machine)
    return bool(said["tracingConfiguration"]["enabled"])


def test_whether_a_workflow_is_traced_is_told(cloud: Cloud, machine: str) -> None:
    assert is_traced(cloud, machine)


def test_tracing_can_be_turned_off(cloud: Cloud, machine: str) -> None:
    cloud.client("stepfunctions").update_state_machine(
        stateMachineArn=machine,
        definition=DEFINITION,
        tracingConfiguration={"enabled": False},
    )

    assert not is_traced(cloud, machine)


def test_the_key_of_a_functions_variables_is_told_until_it_is_taken_away(cloud: Cloud) -> None:
    functions = cloud.client("lambda")
    key = "arn:aws:kms:us-east-2:000000000000:key/k"
    name = cloud.function("def handle(event, context): return None", KMSKeyArn=key)
    assert functions.get_function(FunctionName=name)["Configuration"]["KMSKeyArn"] == key

    functions.update_function_configuration(FunctionName=name, KMSKeyArn="")

    assert "KMSKeyArn" not in functions.get_function(FunctionName=name)["Configuration"]


def test_the_settings_of_one_method_can_be_removed(cloud: Cloud) -> None:
    gateway = cloud.client("apigateway")
    stage = a_stage(cloud)
    caching = {"op": "replace", "path": "/~1products/GET/caching/enabled", "value": "true"}
    gateway.update_stage(**stage, patchOperations=[caching])
    assert "~1products/GET" in gateway.get_stage(**stage)["methodSettings"]

    gateway.update_stage(**stage, patchOperations=[{"op": "remove", "path": "/~1products/GET"}])

    assert "~1products/GET" not in gateway.get_stage(**stage).get("methodSettings", {})
    gateway.delete_rest_api(restApiId=stage["restApiId"])


def a_stage(cloud: Cloud) -> dict[str, str]:
    gateway = cloud.client("apigateway")
    api = gateway.create_rest_api(name="probe")
    gateway.put_method(
        restApiId=api["id"],
        resourceId=api["rootResourceId"],
        httpMethod="GET",
        authorizationType="NONE",
    )
    gateway.put_integration(
        restApiId=api["id"], resourceId=api["rootResourceId"], httpMethod="GET", type="MOCK"
    )
    gateway.create_deployment(restApiId=api["id"], stageName="probe")
    return {"restApiId": api["id"], "stageName": "probe"}


def test_how_far_back_recovery_reaches_is_told(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), f"probe-{uuid.uuid4().hex[:8]}"
    cloud.tables.append(table)
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=key_schema("id"),
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )

    dynamodb.update_continuous_backups(
        TableName=table,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": 7,
        },
    )

    said = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert said["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 7


def test_a_new_alarm_keeps_its_tags(cloud: Cloud) -> None:
    cloudwatch, name = cloud.client("cloudwatch"), f"probe-{uuid.uuid4().hex[:8]}"
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="probe",
        MetricName="probe",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=[{"Key": "Owner", "Value": "us"}],
    )
    alarm = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]

    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "Owner", "Value": "us"}]
