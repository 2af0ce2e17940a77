"""HTTP APIs that are imported from OpenAPI documents."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.integration.authorized_api import uri
from tests.integration.conftest import Cloud
from tests.integration.http_apis import ECHO, said
from tests.integration.test_permissions import arn
from tests.integration.test_permissions_of_services import permit

INTEGRATION = "x-amazon-apigateway-integration"
ISSUER = "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_none"


def document(function: str) -> dict[str, Any]:
    """A document with every kind of route."""
    proxy = {"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0"}
    to_function = {INTEGRATION: proxy | {"uri": uri(function)}}
    shared = {INTEGRATION: {"$ref": "#/components/x-amazon-apigateway-integrations/shared"}}
    jwt = {"issuer": ISSUER, "audience": ["shop"]}
    source = "$request.header.Authorization"
    return {
        "openapi": "3.0.1",
        "info": {"title": "Imported", "version": 1, "description": "a shop"},
        "servers": [{"url": "https://example.com/base"}],
        "x-amazon-apigateway-cors": {"allowOrigins": "*", "allowMethods": ["GET"], "maxAge": 60},
        "paths": {
            "/orders/{id}": {
                "get": to_function,
                "x-amazon-apigateway-any-method": to_function | {"security": [{"iam": []}]},
                "parameters": [{"name": "id", "in": "path", "required": True}],
            },
            "/tokens": {"get": shared | {"security": [{"tokens": ["read"]}]}},
            "/asked": {"post": shared | {"security": [{"asked": []}]}},
            "/$default": {"x-amazon-apigateway-any-method": {"isDefaultRoute": True, **shared}},
        },
        "components": {
            "x-amazon-apigateway-integrations": {"shared": proxy | {"uri": uri(function)}},
            "securitySchemes": {
                "iam": {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"},
                "tokens": {
                    "type": "oauth2",
                    "x-amazon-apigateway-authorizer": {
                        "type": "jwt",
                        "jwtConfiguration": jwt,
                        "identitySource": source,
                    },
                },
                "asked": {
                    "type": "apiKey",
                    "x-amazon-apigateway-authorizer": {
                        "type": "request",
                        "authorizerUri": uri(function),
                        "identitySource": source,
                        "authorizerPayloadFormatVersion": "2.0",
                        "enableSimpleResponses": True,
                        "authorizerResultTtlInSeconds": 0,
                    },
                },
            },
        },
    }


def test_a_document_becomes_routes_integrations_and_authorizers(cloud: Cloud) -> None:
    client, function = cloud.client("apigatewayv2"), cloud.function(ECHO)
    made = client.import_api(Body=json.dumps(document(function)))
    api = made["ApiId"]
    assert (made["Name"], made["Version"], made["Description"]) == ("Imported", "1", "a shop")
    assert made["CorsConfiguration"] == {
        "AllowOrigins": ["*"], "AllowMethods": ["GET"], "MaxAge": 60,
    }  # fmt: skip
    authorizers = {a["Name"]: a for a in client.get_authorizers(ApiId=api)["Items"]}
    assert authorizers["tokens"]["JwtConfiguration"] == {"Issuer": ISSUER, "Audience": ["shop"]}
    assert authorizers["asked"]["AuthorizerType"] == "REQUEST"
    routes = {route["RouteKey"]: route for route in client.get_routes(ApiId=api)["Items"]}
    kinds = {key: route["AuthorizationType"] for key, route in routes.items()}
    assert kinds == {
        "GET /orders/{id}": "NONE", "ANY /orders/{id}": "AWS_IAM", "GET /tokens": "JWT",
        "POST /asked": "CUSTOM", "$default": "NONE",
    }  # fmt: skip
    assert routes["GET /tokens"]["AuthorizationScopes"] == ["read"]
    assert routes["POST /asked"]["AuthorizerId"] == authorizers["asked"]["AuthorizerId"]

    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    permit(cloud, function, "apigateway", arn("execute-api", f"{api}/*"))
    url = f"{cloud.endpoint}/_aws/execute-api/{api}"
    assert httpx.get(f"{url}/orders/7").json()["routeKey"] == "GET /orders/{id}"
    assert httpx.get(f"{url}/other").json()["routeKey"] == "$default"
    assert said(httpx.post(f"{url}/orders/7")) == (403, {"message": "Forbidden"})
    assert said(httpx.get(f"{url}/tokens")) == (401, {"message": "Unauthorized"})


def test_a_document_replaces_what_an_api_has(cloud: Cloud) -> None:
    client, function = cloud.client("apigatewayv2"), cloud.function(ECHO)
    api = client.create_api(Name="before", ProtocolType="HTTP", Tags={"a": "1"})["ApiId"]
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    permit(cloud, function, "apigateway", arn("execute-api", f"{api}/*"))
    first = client.reimport_api(ApiId=api, Body=json.dumps(document(function)), Basepath="prepend")
    assert (first["Name"], first["Tags"], first["ApiId"]) == ("Imported", {"a": "1"}, api)
    url = f"{cloud.endpoint}/_aws/execute-api/{api}"
    assert httpx.get(f"{url}/base/orders/7").json()["routeKey"] == "GET /base/orders/{id}"
    yaml = (
        "openapi: '3.0.1'\ninfo: {title: second, version: '2'}\npaths:\n  /health:\n    get:\n"
        f"      {INTEGRATION}: {{type: HTTP_PROXY, uri: 'http://127.0.0.1:9', httpMethod: GET}}\n"
        "  /none:\n    get: {}\n"
    )
    second = client.reimport_api(ApiId=api, Body=yaml)
    assert second["Warnings"] == ["No integration found for route GET /none"]
    keys = {route["RouteKey"] for route in client.get_routes(ApiId=api)["Items"]}
    assert keys == {"GET /health", "GET /none"}
    assert client.get_authorizers(ApiId=api)["Items"] == []
    assert len(client.get_integrations(ApiId=api)["Items"]) == 1
    assert httpx.get(f"{url}/health").status_code == 503


def test_a_document_that_cannot_be_imported_changes_nothing(cloud: Cloud) -> None:
    client = cloud.client("apigatewayv2")
    api = client.create_api(Name="before", ProtocolType="HTTP")["ApiId"]
    whole = document("none")
    broken: dict[str, Any] = {
        "no JSON": "{",
        "not OpenAPI 3": json.dumps(whole | {"openapi": "2.0"}),
        "an unknown scheme": json.dumps(whole | {"security": [{"unknown": []}]}),
        "a reference to nothing": json.dumps(whole | {"components": {}}),
    }
    for why, body in broken.items():
        with pytest.raises(client.exceptions.BadRequestException):
            client.reimport_api(ApiId=api, Body=body)
        assert client.get_api(ApiId=api)["Name"] == "before", why
        assert client.get_routes(ApiId=api)["Items"] == [], why
    without = json.dumps({"openapi": "3.0.1", "info": {}, "paths": {"/a": {"get": {}}}})
    with pytest.raises(client.exceptions.BadRequestException, match="No integration"):
        client.reimport_api(ApiId=api, Body=without, FailOnWarnings=True)
