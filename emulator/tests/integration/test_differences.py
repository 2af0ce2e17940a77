"""What the emulator does otherwise than AWS and is left so: the table of differences says it.

A test that fails here is good news: a difference is gone, and so is its row.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.waiting import eventually

ANSWER = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": {"statusCode": "200"}},
}
OPERATION = {"responses": {"200": {"description": "ok"}}}
DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "probe", "version": "1"},
    "paths": {"/x": {"get": OPERATION | {"x-amazon-apigateway-integration": ANSWER}}},
}


def an_api(cloud: Cloud, **settings: str) -> str:
    """The URL of an API that answers by itself; `settings` are of its stage, by path."""
    gateway = cloud.client("apigateway")
    api: str = gateway.import_rest_api(body=json.dumps(DOCUMENT))["id"]
    gateway.create_deployment(restApiId=api, stageName="s")
    patch = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    gateway.update_stage(restApiId=api, stageName="s", patchOperations=patch)
    return f"{cloud.endpoint}/_aws/execute-api/{api}/s/x"


def test_each_invocation_is_counted_in_cloudwatch(cloud: Cloud) -> None:
    function = cloud.function("def handle(event, context): pass")
    cloud.invoke(function)

    eventually(lambda: "Invocations" in metrics_of(cloud, function), "a metric of the invocation")


def metrics_of(cloud: Cloud, function: str) -> set[str]:
    dimensions = [{"Name": "FunctionName", "Value": function}]
    listed = cloud.client("cloudwatch").list_metrics(Dimensions=dimensions)
    return {metric["MetricName"] for metric in listed["Metrics"]}


def test_mail_goes_to_anybody_from_anybody(cloud: Cloud) -> None:
    ses, sender = cloud.client("ses"), f"{uuid.uuid4().hex[:8]}@nobody.example"
    ses.verify_email_identity(EmailAddress=sender)
    words = {"Subject": {"Data": "hello"}, "Body": {"Text": {"Data": "hello"}}}

    sent = ses.send_email(
        Source=sender, Destination={"ToAddresses": ["never@verified.example"]}, Message=words
    )

    assert sent["MessageId"]


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("service-quotas", "list_services", {}),
        ("xray", "get_sampling_rules", {}),
    ],
)
def test_a_service_that_is_not_there_says_so(
    cloud: Cloud, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="not yet been emulated"):
        getattr(cloud.client(service), operation)(**arguments)
