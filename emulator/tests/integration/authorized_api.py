"""An API whose methods have an authorizer, and a function that authorizes as its tests say."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import arn
from tests.integration.test_permissions_of_services import permit

# Its answer is the token, if that is JSON; `ARN` in it stands for the method. Each call has a
# number of its own.
AUTHORIZER = """
import json, os, uuid

def handle(event, context):
    headers = event.get("headers") or {}
    token = event.get("authorizationToken") or headers.get("Token") or headers.get("token") or ""
    token = token.removeprefix("Bearer ")
    if token == "exit":
        os._exit(1)
    if token.startswith("raise "):
        raise Exception(token.removeprefix("raise "))
    if token.startswith(("{", "[", '"')):
        return json.loads(token.replace("ARN", event["methodArn"]))
    effect = {"action": "execute-api:Invoke", "Effect": "Deny" if token == "deny" else "Allow"}
    statement = {"Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {
        "principalId": "ada",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement | effect]},
        "context": {"event": json.dumps(event), "call": uuid.uuid4().hex, "n": 1, "yes": True},
        "usageIdentifierKey": headers.get("Key") or headers.get("key"),
    }
"""
UNAUTHORIZED = (401, {"message": "Unauthorized"}, "UnauthorizedException")
ECHO = """
import json

def handle(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"].get("authorizer"))}
"""


def statement(resource: str = "ARN", effect: str = "Allow") -> dict[str, str]:
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}


def answer(*statements: dict[str, Any], **more: Any) -> str:
    """A token that the authorizer's function answers with."""
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    return json.dumps({"principalId": "ada", "policyDocument": policy, **more})


def uri(function: str) -> str:
    """The URI of an integration with a function, or of an authorizer."""
    return (
        "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/"
        f"{arn('lambda', f'function:{function}')}/invocations"
    )


class AuthorizedApi:
    """An API at /things/{id}, with GET and POST, in front of a function that echoes the caller."""

    def __init__(self, cloud: Cloud, kind: str = "TOKEN", **authorizer: Any) -> None:
        self.cloud, self.client = cloud, cloud.client("apigateway")
        self.function, self.echo = cloud.function(AUTHORIZER), cloud.function(ECHO)
        self.id = self.client.create_rest_api(name=self.function)["id"]
        if "authorizerCredentials" not in authorizer:
            permit(cloud, self.function, "apigateway", arn("execute-api", f"{self.id}/*"))
        settings = {"identitySource": "method.request.header.Token"} | authorizer
        if kind != "COGNITO_USER_POOLS":
            settings = {"authorizerUri": uri(self.function)} | settings
        self.authorizer = self.client.create_authorizer(
            restApiId=self.id, name="callers", type=kind, **settings
        )["id"]
        self.kind = kind
        permit(cloud, self.echo, "apigateway", arn("execute-api", f"{self.id}/*"))
        self._add_methods()

    def _add_methods(self) -> None:
        parent = self.client.get_resources(restApiId=self.id)["items"][0]["id"]
        for part in ("things", "{id}"):
            named = {"restApiId": self.id, "parentId": parent, "pathPart": part}
            parent = self.client.create_resource(**named)["id"]
        self.methods: list[dict[str, Any]] = []
        for method in ("GET", "POST"):
            named = {"restApiId": self.id, "resourceId": parent, "httpMethod": method}
            self.methods.append(named)
            self.put(named)

    def deploy(self, **settings: Any) -> None:
        self.client.create_deployment(restApiId=self.id, stageName="test", **settings)

    def put(self, method: dict[str, Any], **settings: Any) -> None:
        """Adds a method with the authorizer."""
        kind = self.kind if self.kind == "COGNITO_USER_POOLS" else "CUSTOM"
        authorization = {"authorizationType": kind, "authorizerId": self.authorizer}
        self.client.put_method(**method, **authorization, **settings)
        self.client.put_integration(
            **method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri(self.echo)
        )

    def replace(self, method: dict[str, Any], **settings: Any) -> None:
        """Puts another method in the place of one."""
        self.client.delete_method(**method)
        self.put(method, **settings)

    def request(
        self, token: str | None = None, path: str = "1", method: str = "GET", **more: Any
    ) -> httpx.Response:
        url = f"{self.cloud.endpoint}/_aws/execute-api/{self.id}/test/things/{path}"
        headers = ({"Token": token} if token is not None else {}) | more.pop("headers", {})
        return httpx.request(method, url, headers=headers, **more)


def said(response: httpx.Response) -> tuple[int, Any, str]:
    """Status, body and type of a gateway response."""
    body = response.json()
    assert response.text == json.dumps(body, separators=(",", ":"))  # AWS's template has no spaces
    return response.status_code, body, response.headers["x-amzn-errortype"]
