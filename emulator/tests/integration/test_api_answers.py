"""What a REST API answers if an integration does not, and what it does not pass on to one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import arn, refusal
from tests.integration.test_permissions_of_services import permit

NOWHERE = "http://127.0.0.1:9/"
FUNCTION = """
import time

ANSWERS = {
    "nothing": None, "list": [1], "text": "x", "object": {"statusCode": 200, "body": {"a": 1}},
    "number": {"statusCode": 201, "body": 5},
}

def handle(event, context):
    asked = event["queryStringParameters"]["answer"]
    if asked == "late":
        time.sleep(2)
    return ANSWERS.get(asked, {"statusCode": 200, "body": event["requestContext"]["requestTime"]})
"""
FAILS = {
    "nothing": (502, "Internal server error"),
    "list": (502, "Internal server error"),
    "text": (502, "Internal server error"),
    "object": (502, "Internal server error"),
    "late": (504, "Endpoint request timed out"),
}


class Api:
    """A REST API of the emulator's, with one method for each path."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.client = cloud, cloud.client("apigateway")
        self.id = self.client.create_rest_api(name=f"probe-{uuid.uuid4().hex[:8]}")["id"]
        self.root = self.client.get_resources(restApiId=self.id)["items"][0]["id"]

    def method(self, path: str, verb: str, **settings: Any) -> dict[str, str]:
        resource = self.client.create_resource(
            restApiId=self.id, parentId=self.root, pathPart=path
        )["id"]
        place = {"restApiId": self.id, "resourceId": resource, "httpMethod": verb}
        self.client.put_method(**place, authorizationType="NONE", **settings)
        return place

    def mock(self, path: str, template: str = "", **settings: Any) -> None:
        place = self.method(path, "POST", **settings)
        ok = {"application/json": '{"statusCode": 200}'}
        self.client.put_integration(**place, type="MOCK", requestTemplates=ok)
        self.client.put_method_response(**place, statusCode="200")
        self.client.put_integration_response(
            **place, statusCode="200", responseTemplates={"application/json": template}
        )

    def deploy(self) -> None:
        self.client.create_deployment(restApiId=self.id, stageName="dev")

    def send(self, verb: str, path: str, **request: Any) -> httpx.Response:
        url = f"{self.cloud.endpoint}/_aws/execute-api/{self.id}/dev/{path}"
        return httpx.request(verb, url, timeout=30, **request)


@pytest.fixture
def api(cloud: Cloud) -> Iterator[Api]:
    api = Api(cloud)
    yield api
    api.client.delete_rest_api(restApiId=api.id)


def test_a_function_answers_in_time_and_with_an_answer(api: Api, cloud: Cloud) -> None:
    function = cloud.function(FUNCTION)
    permit(cloud, function, "apigateway", arn("execute-api", f"{api.id}/*"))
    place = api.method("function", "GET")
    prefix = "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions"
    api.client.put_integration(
        **place,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"{prefix}/{arn('lambda', f'function:{function}')}/invocations",
        timeoutInMillis=1_000,
    )
    api.deploy()
    for answer, (status, message) in FAILS.items():
        answered = api.send("GET", "function", params={"answer": answer})
        assert (answer, answered.status_code) == (answer, status)
        assert answered.json() == {"message": message}
    number = api.send("GET", "function", params={"answer": "number"})
    assert (number.status_code, number.text) == (201, "5")
    assert api.send("GET", "function", params={"answer": "when"}).text.endswith(" +0000")


def test_an_endpoint_that_cannot_be_reached_is_a_gateways_failure(api: Api) -> None:
    place = api.method("http", "GET")
    api.client.put_integration(**place, type="HTTP_PROXY", integrationHttpMethod="GET", uri=NOWHERE)
    api.deploy()
    answered = api.send("GET", "http")
    assert answered.status_code == 504
    assert answered.json() == {"message": "Network error communicating with endpoint"}


def test_a_template_that_fails_is_a_failure_of_the_server(api: Api) -> None:
    api.mock("template", "$util.parseJson('{')")
    api.deploy()
    answered = api.send("POST", "template", json={})
    assert answered.status_code == 500
    assert answered.json() == {"message": "Internal server error"}


def test_a_blank_parameter_is_none_and_only_media_types_with_a_model_are_validated(
    api: Api,
) -> None:
    schema = json.dumps({"type": "object", "required": ["sku"]})
    api.client.create_model(
        restApiId=api.id, name="Line", contentType="application/json", schema=schema
    )
    validator = api.client.create_request_validator(
        restApiId=api.id, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    api.mock(
        "lines",
        requestValidatorId=validator,
        requestModels={"application/json": "Line"},
        requestParameters={"method.request.querystring.cart": True},
    )
    api.deploy()

    def status(cart: str, media_type: str, body: str) -> int:
        headers = {"Content-Type": media_type}
        request = {"params": {"cart": cart}, "headers": headers, "content": body}
        return api.send("POST", "lines", **request).status_code

    assert status("", "application/json", '{"sku": "a"}') == 400
    assert status("1", "application/json; charset=utf-8", "{}") == 400
    assert status("1", "application/json", '{"sku": "a"}') == 200
    assert status("1", "text/plain", "no JSON") != 400


def test_an_api_is_deployed_with_its_integrations(api: Api) -> None:
    deployed = {"restApiId": api.id, "stageName": "dev"}
    code, said, _ = refusal(api.client.create_deployment, **deployed)
    assert (code, said) == ("BadRequestException", "The REST API doesn't contain any methods")
    api.method("bare", "GET")
    code, said, _ = refusal(api.client.create_deployment, **deployed)
    assert (code, said) == ("BadRequestException", "No integration defined for method")
