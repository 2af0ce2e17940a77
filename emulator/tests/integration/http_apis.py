"""HTTP APIs of API Gateway, as their tests make and request them."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import arn
from tests.integration.test_permissions_of_services import permit

# Answers with its event or, if the header `answer` has any, with that.
ECHO = """
import json, time

def handle(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if "sleep" in headers:
        time.sleep(float(headers["sleep"]))
    if "raise" in headers:
        raise Exception(headers["raise"])
    if "answer" in headers:
        return json.loads(headers["answer"])
    return {"statusCode": 200, "body": json.dumps(event)}
"""


class HttpApi:
    """An HTTP API with a default stage that is deployed automatically."""

    def __init__(self, cloud: Cloud, stage: str = "$default", **settings: Any) -> None:
        self.cloud, self.client = cloud, cloud.client("apigatewayv2")
        name = f"api-{uuid.uuid4().hex[:8]}"
        self.made = self.client.create_api(Name=name, ProtocolType="HTTP", **settings)
        self.id = str(self.made["ApiId"])
        self.stage = stage
        self.client.create_stage(ApiId=self.id, StageName=stage, AutoDeploy=True)

    def with_function(self, source: str = ECHO, version: str = "2.0", **settings: Any) -> str:
        """An integration with a new function that the API may call; its ID."""
        self.function = self.cloud.function(source)
        permit(self.cloud, self.function, "apigateway", arn("execute-api", f"{self.id}/*/*"))
        return self.integration(
            "AWS_PROXY", IntegrationUri=arn("lambda", f"function:{self.function}"),
            PayloadFormatVersion=version, **settings,
        )  # fmt: skip

    def integration(self, kind: str, **settings: Any) -> str:
        """Adds an integration and returns its ID."""
        made = self.client.create_integration(ApiId=self.id, IntegrationType=kind, **settings)
        return str(made["IntegrationId"])

    def route(self, key: str, integration: str, **settings: Any) -> str:
        """Adds a route and returns its ID."""
        target = f"integrations/{integration}"
        made = self.client.create_route(ApiId=self.id, RouteKey=key, Target=target, **settings)
        return str(made["RouteId"])

    def request(self, path: str = "/", method: str = "GET", **more: Any) -> httpx.Response:
        """The response to a request at a path, which has the stage in it if that has a name."""
        url = f"{self.cloud.endpoint}/_aws/execute-api/{self.id}{path}"
        return httpx.request(method, url, timeout=60, **more)

    def answer(self, answer: Any, path: str = "/") -> httpx.Response:
        """The response for a function that answers so."""
        return self.request(path, headers={"Answer": json.dumps(answer)})

    def delete(self) -> None:
        """Deletes the API."""
        self.client.delete_api(ApiId=self.id)


def said(response: httpx.Response) -> tuple[int, Any]:
    """Status and body of a response that the gateway gives itself."""
    body = response.json()
    assert response.text == json.dumps(body, separators=(",", ":"))
    return response.status_code, body
