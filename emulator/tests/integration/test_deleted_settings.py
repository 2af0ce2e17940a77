"""What Terraform changes and deletes, in its order: settings that are made must go away again."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for


@pytest.fixture
def stage(cloud: Cloud) -> tuple[str, str]:
    """A REST API with a stage: its ID and the stage's name."""
    gateway = cloud.client("apigateway")
    api = gateway.create_rest_api(name="shop")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(**method, type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="v1")
    return api, "v1"


def test_a_stage_with_throttled_methods_leaves_its_usage_plan(
    cloud: Cloud, stage: tuple[str, str]
) -> None:
    gateway, (api, name) = cloud.client("apigateway"), stage
    limits = {"/orders/POST": {"rateLimit": 10.0, "burstLimit": 5}}
    plan = gateway.create_usage_plan(
        name=f"plan-{uuid.uuid4().hex[:8]}",
        apiStages=[{"apiId": api, "stage": name, "throttle": limits}],
    )["id"]

    def change(verb: str, path: str, value: str | None = None) -> Any:
        operation = {"op": verb, "path": path} | ({"value": value} if value else {})
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=[operation])
        return gateway.get_usage_plan(usagePlanId=plan)

    of_stage = f"/apiStages/{api}:{name}/throttle"
    changed = change("replace", f"{of_stage}//orders/POST/rateLimit", "2.5")
    assert changed["apiStages"][0]["throttle"]["/orders/POST"]["rateLimit"] == 2.5
    changed = change("add", f"{of_stage}/~1carts~1GET/burstLimit", "7")
    assert changed["apiStages"][0]["throttle"]["/carts/GET"]["burstLimit"] == 7
    changed = change("remove", f"{of_stage}//carts/GET")
    assert list(changed["apiStages"][0]["throttle"]) == ["/orders/POST"]
    changed = change("replace", "/throttle/rateLimit", "0.5")
    assert changed["throttle"]["rateLimit"] == 0.5
    assert not change("remove", "/apiStages", f"{api}:{name}").get("apiStages")
    gateway.delete_usage_plan(usagePlanId=plan)


def test_the_provisioned_concurrency_of_an_alias_is_deleted(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    function = cloud.function("def handle(event, context):\n    return event\n")
    version = client.publish_version(FunctionName=function)["Version"]
    client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    for qualifier in ("live", version):
        on = {"FunctionName": function, "Qualifier": qualifier}
        client.put_provisioned_concurrency_config(**on, ProvisionedConcurrentExecutions=1)
        wait_for(
            lambda on=on: client.get_provisioned_concurrency_config(**on)["Status"] == "READY",
            "no environment is ready",
        )
        client.delete_provisioned_concurrency_config(**on)
        with pytest.raises(client.exceptions.ProvisionedConcurrencyConfigNotFoundException):
            client.get_provisioned_concurrency_config(**on)
        client.delete_provisioned_concurrency_config(**on)
    client.delete_alias(FunctionName=function, Name="live")


def test_an_alias_is_deleted_with_its_provisioned_concurrency(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    source = (
        "import os\n"
        "def handle(event, context):\n"
        "    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"
    )
    function = cloud.function(source)
    version = client.publish_version(FunctionName=function)["Version"]
    client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    live = {"FunctionName": function, "Qualifier": "live"}
    client.put_provisioned_concurrency_config(**live, ProvisionedConcurrentExecutions=1)

    def runs_as() -> str:
        answer = client.invoke(FunctionName=function, Qualifier=version)
        assert "FunctionError" not in answer
        return str(json.load(answer["Payload"]))

    wait_for(lambda: runs_as() == "provisioned-concurrency", "no environment is ready")
    client.delete_alias(FunctionName=function, Name="live")
    assert runs_as() == "on-demand"
    client.put_provisioned_concurrency_config(
        FunctionName=function, Qualifier=version, ProvisionedConcurrentExecutions=1
    )
    wait_for(lambda: runs_as() == "provisioned-concurrency", "no environment is ready again")
    client.delete_alias(FunctionName=function, Name="live")  # there is none any more


def test_a_resource_server_of_a_user_pool_is_changed_and_deleted(cloud: Cloud) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="shop")["UserPool"]["Id"]
    server = {"UserPoolId": pool, "Identifier": "orders"}
    write = {"ScopeName": "write", "ScopeDescription": "places orders"}
    cognito.create_resource_server(**server, Name="orders", Scopes=[write])
    read = write | {"ScopeName": "read"}
    cognito.update_resource_server(**server, Name="Orders", Scopes=[read, write])
    described = cognito.describe_resource_server(**server)["ResourceServer"]
    assert (described["Name"], described["Scopes"]) == ("Orders", [read, write])
    cognito.delete_resource_server(**server)
    for gone in (cognito.describe_resource_server, cognito.delete_resource_server):
        with pytest.raises(cognito.exceptions.ResourceNotFoundException):
            gone(**server)
    cognito.delete_user_pool(UserPoolId=pool)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("RedriveAllowPolicy", '{"redrivePermission":"denyAll"}'),
        ("Policy", '{"Version":"2012-10-17","Statement":[]}'),
        ("KmsMasterKeyId", "alias/aws/sqs"),
    ],
)
def test_an_attribute_of_a_queue_that_is_set_to_nothing_is_gone(
    cloud: Cloud, attribute: str, value: str
) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    for text, expected in ((value, {attribute: value}), ("", {})):
        sqs.set_queue_attributes(QueueUrl=url, Attributes={attribute: text})
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])
        assert answer.get("Attributes", {}) == expected
    sqs.delete_queue(QueueUrl=url)
