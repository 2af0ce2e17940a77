"""What an API answers by itself: what no integration of it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.integration.conftest import Cloud

TEMPLATE = '{"title": "No such thing", "detail": $context.error.messageString}'
ANSWER = {"statusCode": "200", "responseTemplates": {"application/json": '{"tea": 1}'}}
INTEGRATION = {
    "type": "MOCK",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": ANSWER},
}
METHOD = {
    "responses": {"200": {"description": "The products"}},
    "x-amazon-apigateway-integration": INTEGRATION,
}
DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "products", "version": "1"},
    "paths": {"/products": {"get": METHOD}},
}
RESPONSES = {
    "x-amazon-apigateway-gateway-responses": {
        "MISSING_AUTHENTICATION_TOKEN": {
            "statusCode": 404,
            "responseParameters": {"gatewayresponse.header.X-Told-By": "'the gateway'"},
            "responseTemplates": {"application/json": TEMPLATE},
        }
    }
}


def served(cloud: Cloud, document: dict[str, object]) -> str:
    gateway = cloud.client("apigateway")
    api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
    gateway.create_deployment(restApiId=api, stageName="dev")
    return f"{cloud.endpoint}/restapis/{api}/dev/_user_request_"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_a_method_that_an_api_does_not_have_is_refused(
    cloud: Cloud, client: httpx.Client, method: str
) -> None:
    url = served(cloud, DOCUMENT)
    assert client.get(f"{url}/products").json() == {"tea": 1}

    refused = client.request(method, f"{url}/products")

    assert refused.status_code == 403
    body = b"" if method == "HEAD" else b'{"message":"Missing Authentication Token"}'
    assert refused.content == body


def test_an_api_chooses_status_headers_and_body_of_a_refusal(
    cloud: Cloud, client: httpx.Client
) -> None:
    refused = client.get(served(cloud, DOCUMENT | RESPONSES) + "/nothing")

    assert (refused.status_code, refused.headers["X-Told-By"]) == (404, "the gateway")
    assert refused.json() == {"title": "No such thing", "detail": "Missing Authentication Token"}


@pytest.mark.parametrize("body", ["[]", "text", "{", "{}", '{"info": 1}', "a: [", "null"])
def test_a_body_that_is_no_document_is_a_client_error(cloud: Cloud, body: str) -> None:
    gateway = cloud.client("apigateway")
    before = len(gateway.get_rest_apis()["items"])
    with pytest.raises(gateway.exceptions.BadRequestException, match="Invalid OpenAPI input"):
        gateway.import_rest_api(body=body.encode())
    assert len(gateway.get_rest_apis()["items"]) == before
