"""What a stage and a usage plan say is so: throttling, quotas, the cache and the access log."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import arn
from tests.integration.test_permissions_of_services import permit
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

# Each response is another one, and says what came.
COUNTING = """
import uuid

def handle(event, context):
    status = int((event.get("queryStringParameters") or {}).get("status", 200))
    return {"statusCode": status, "body": uuid.uuid4().hex, "headers": {"X-Made": "here"}}
"""


class Api:
    """An API at /things/{id}, with GET and POST, in front of a function."""

    def __init__(self, cloud: Cloud, key: bool = False, **integration: Any) -> None:
        self.cloud, self.client = cloud, cloud.client("apigateway")
        function = cloud.function(COUNTING)
        self.id = self.client.create_rest_api(name=function)["id"]
        parent = self.client.get_resources(restApiId=self.id)["items"][0]["id"]
        for part in ("things", "{id}"):
            parent = self.client.create_resource(restApiId=self.id, parentId=parent, pathPart=part)[
                "id"
            ]
        uri = f"arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/{arn('lambda', f'function:{function}')}/invocations"  # noqa: E501
        for method in ("GET", "POST"):
            named = {"restApiId": self.id, "resourceId": parent, "httpMethod": method}
            self.client.put_method(**named, authorizationType="NONE", apiKeyRequired=key)
            self.client.put_integration(
                **named, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri, **integration
            )
        permit(cloud, function, "apigateway", arn("execute-api", f"{self.id}/*"))
        self.client.create_deployment(restApiId=self.id, stageName="test")

    def set(self, **values: str) -> None:
        """Changes the stage: `a__b` is the path /a/b."""
        paths = {f"/{name.replace('__', '/')}": value for name, value in values.items()}
        self.patch(paths)

    def patch(self, paths: dict[str, str]) -> None:
        operations = [{"op": "replace", "path": p, "value": v} for p, v in paths.items()]
        self.client.update_stage(restApiId=self.id, stageName="test", patchOperations=operations)

    def request(self, path: str = "1", method: str = "GET", **options: Any) -> httpx.Response:
        url = f"{self.cloud.endpoint}/_aws/execute-api/{self.id}/test/things/{path}"
        return httpx.request(method, url, **options)

    def statuses(self, count: int, **options: Any) -> list[int]:
        return [self.request(**options).status_code for _ in range(count)]


def test_a_stage_throttles_its_methods_each_with_a_bucket(cloud: Cloud) -> None:
    api = Api(cloud)
    own = "/things~1{id}/POST/throttling"
    api.patch({f"{own}/rateLimit": "0.01", f"{own}/burstLimit": "1"})
    assert api.statuses(3, method="POST") == [200, 429, 429]
    assert api.statuses(3) == [200, 200, 200]
    api.patch({"/*/*/throttling/rateLimit": "0.01", "/*/*/throttling/burstLimit": "2"})
    assert api.statuses(4) == [200, 200, 429, 429]
    refused = api.request()
    assert refused.json() == {"message": "Too Many Requests"}
    assert refused.headers["x-amzn-errortype"] == "TooManyRequestsException"


class Plan:
    """A usage plan for an API, with a key."""

    def __init__(self, api: Api, **settings: Any) -> None:
        self.client, name = api.client, f"plan-{uuid.uuid4().hex[:8]}"
        stages = [{"apiId": api.id, "stage": "test"}]
        self.id = self.client.create_usage_plan(name=name, apiStages=stages, **settings)["id"]

    def key(self) -> dict[str, str]:
        made = self.client.create_api_key(name=uuid.uuid4().hex, enabled=True)
        self.client.create_usage_plan_key(usagePlanId=self.id, keyId=made["id"], keyType="API_KEY")
        return {"X-API-Key": made["value"]}


def test_a_usage_plan_throttles_each_of_its_keys(cloud: Cloud) -> None:
    api = Api(cloud, key=True)
    plan = Plan(api, throttle={"rateLimit": 0.01, "burstLimit": 2})
    first, second = plan.key(), plan.key()
    assert api.statuses(3, headers=first) == [200, 200, 429]
    assert api.statuses(3, headers=second) == [200, 200, 429]
    assert api.request(headers=first).json() == {"message": "Too Many Requests"}
    assert api.request().status_code == 403


def test_a_quota_is_each_keys_own_and_counts_what_was_served(cloud: Cloud) -> None:
    api = Api(cloud, key=True)
    plan = Plan(api, quota={"limit": 2, "period": "DAY"})
    first, second = plan.key(), plan.key()
    assert api.statuses(3, headers=first) == [200, 200, 429]
    assert api.request(headers=first).json() == {"message": "Limit Exceeded"}
    assert api.statuses(1, headers=second) == [200]


CACHE = {"/cacheClusterEnabled": "true", "/*/*/caching/enabled": "true"}


def test_a_cache_has_the_keys_of_its_integration_and_can_be_flushed(cloud: Cloud) -> None:
    api = Api(
        cloud,
        cacheKeyParameters=["method.request.path.id", "method.request.querystring.page"],
        requestParameters={"integration.request.path.id": "method.request.path.id"},
    )
    assert api.request().text != api.request().text, "it is off without its settings"
    api.patch(CACHE)
    first = api.request()
    again = api.request()
    assert (again.text, again.headers["x-made"]) == (first.text, "here")
    assert api.request("2").text != first.text
    assert api.request("1?page=2").text != first.text
    assert api.request("1?other=2").text == first.text
    assert api.request(method="POST").text != api.request(method="POST").text
    assert api.request("3?page=9&status=404").text != api.request("3?page=9&status=404").text
    api.client.flush_stage_cache(restApiId=api.id, stageName="test")
    assert api.request().text != first.text


def test_without_keys_all_requests_of_a_method_are_one(cloud: Cloud) -> None:
    api = Api(cloud)
    api.patch(CACHE | {"/*/*/caching/ttlInSeconds": "1"})
    first = api.request("1").text
    assert api.request("2").text == first
    wait_for(lambda: api.request("1").text != first, "it never expires")


@pytest.mark.parametrize(
    ("strategy", "status", "warned"),
    [
        ("FAIL_WITH_403", 403, False),
        ("SUCCEED_WITH_RESPONSE_HEADER", 200, True),
        ("SUCCEED_WITHOUT_RESPONSE_HEADER", 200, False),
    ],
)
def test_a_client_invalidates_a_response_if_it_may(
    cloud: Cloud, strategy: str, status: int, warned: bool
) -> None:
    api, anew = Api(cloud), {"Cache-Control": "max-age=0"}
    api.patch(CACHE | {"/*/*/caching/unauthorizedCacheControlHeaderStrategy": strategy})
    first = api.request().text
    refused = api.request(headers=anew)
    assert (refused.status_code, "warning" in refused.headers) == (status, warned)
    assert api.request().text == first
    api.patch({"/*/*/caching/requireAuthorizationForCacheControl": "false"})
    second = api.request(headers=anew).text
    assert second != first
    assert api.request().text == second


def test_an_access_log_has_a_line_of_its_format_for_each_request(cloud: Cloud) -> None:
    api, logs = Api(cloud), cloud.client("logs")
    group = f"/aws/apigateway/{api.id}"
    logs.create_log_group(logGroupName=group)
    template = {
        "id": "$context.requestId",
        "method": "$context.httpMethod",
        "path": "$context.resourcePath",
        "status": "$context.status",
        "length": "$context.responseLength",
        "latency": "$context.responseLatency",
        "integration": "$context.integration.status",
        "error": "$context.error.message",
    }
    api.patch(
        {
            "/accessLogSettings/destinationArn": arn("logs", f"log-group:{group}"),
            "/accessLogSettings/format": json.dumps(template),
        }
    )
    served = api.request()
    missing = httpx.get(f"{cloud.endpoint}/_aws/execute-api/{api.id}/test/nowhere")

    def lines() -> list[dict[str, str]]:
        found = logs.filter_log_events(logGroupName=group)["events"]
        return [json.loads(event["message"]) for event in found]

    wait_for(lambda: len(lines()) == 2, "the lines have not come")
    first, second = sorted(lines(), key=lambda line: line["status"])
    assert int(first.pop("latency")) >= 0
    assert first == {
        "id": served.headers["x-amzn-requestid"],
        "method": "GET",
        "path": "/things/{id}",
        "status": "200",
        "length": "32",
        "integration": "200",
        "error": "-",
    }
    assert (second["status"], second["error"]) == ("403", missing.json()["message"])
    assert second["integration"] == "-"
