"""Stages of HTTP APIs: throttling, access logs and metrics."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.integration.conftest import Cloud
from tests.integration.http_apis import HttpApi, said
from tests.integration.test_permissions import arn
from tests.integration.test_service_metrics import expect
from tests.integration.waiting import wait_for

THROTTLED = (429, {"message": "Too Many Requests"})
FORMAT = {
    name: f"$context.{name}"
    for name in (
        "apiId", "error.message", "httpMethod", "identity.sourceIp", "integrationErrorMessage",
        "integrationStatus", "path", "protocol", "requestId", "responseLength", "routeKey",
        "stage", "status",
    )
}  # fmt: skip


@pytest.fixture
def api(cloud: Cloud) -> HttpApi:
    api = HttpApi(cloud)
    integration = api.with_function()
    for path in ("a", "b"):
        api.route(f"GET /{path}", integration)
    return api


def change(api: HttpApi, **settings: object) -> None:
    api.client.update_stage(ApiId=api.id, StageName="$default", **settings)


def statuses(api: HttpApi, path: str, number: int) -> list[int]:
    return [api.request(path).status_code for _ in range(number)]


def test_requests_above_the_rate_of_a_route_are_refused(api: HttpApi) -> None:
    slow = {"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 2}
    change(api, DefaultRouteSettings=slow)
    assert statuses(api, "/a", 3) == [200, 200, 429]
    assert said(api.request("/a")) == THROTTLED
    assert statuses(api, "/b", 2) == [200, 200], "each route has a limit of its own"
    change(
        api, RouteSettings={"GET /a": {"ThrottlingRateLimit": 1000.0, "ThrottlingBurstLimit": 9}}
    )
    assert 200 in statuses(api, "/a", 3)
    api.client.delete_route_settings(ApiId=api.id, StageName="$default", RouteKey="GET /a")
    assert statuses(api, "/a", 4)[-1] == 429
    change(api, DefaultRouteSettings={"DetailedMetricsEnabled": False})
    assert statuses(api, "/a", 2) == [200, 200]
    change(api, DefaultRouteSettings={"ThrottlingRateLimit": 0.0, "ThrottlingBurstLimit": 0})
    assert said(api.request("/b")) == THROTTLED, "as on AWS nothing passes a rate of zero"


def test_the_access_log_has_a_line_of_its_format_for_each_request(
    cloud: Cloud, api: HttpApi
) -> None:
    logs, group = cloud.client("logs"), f"/http/{uuid.uuid4().hex}"
    logs.create_log_group(logGroupName=group)
    settings = {
        "DestinationArn": arn("logs", f"log-group:{group}"), "Format": json.dumps(FORMAT),
    }  # fmt: skip
    change(api, AccessLogSettings=settings)
    answered = api.request("/a", headers={"Answer": '{"statusCode": 201, "body": "hi"}'})
    api.request("/a", headers={"Raise": "no"})
    api.request("/none")

    def lines() -> list[dict[str, str]]:
        events = logs.filter_log_events(logGroupName=group)["events"]
        return [json.loads(event["message"]) for event in events]

    wait_for(lambda: len(lines()) == 3, "the access log is not there")
    first, failed, none = lines()
    assert first == {
        "apiId": api.id, "error.message": "-", "httpMethod": "GET",
        "identity.sourceIp": "127.0.0.1", "integrationErrorMessage": "-",
        "integrationStatus": "201", "path": "/a", "protocol": "HTTP/1.1",
        "requestId": answered.headers["apigw-requestid"], "responseLength": "2",
        "routeKey": "GET /a", "stage": "$default", "status": "201",
    }  # fmt: skip
    assert (failed["status"], failed["error.message"]) == ("500", "Internal Server Error")
    assert failed["integrationErrorMessage"].startswith("The Lambda function returned")
    assert (none["status"], none["routeKey"], none["integrationStatus"]) == ("404", "-", "-")
    api.client.delete_access_log_settings(ApiId=api.id, StageName="$default")
    api.request("/a")
    assert len(lines()) == 3
    logs.delete_log_group(logGroupName=group)


def test_requests_are_counted_by_api_stage_and_route(cloud: Cloud, api: HttpApi) -> None:
    change(api, RouteSettings={"GET /a": {"DetailedMetricsEnabled": True}})
    api.request("/a")
    api.request("/b", headers={"Raise": "no"})
    api.request("/none")
    named = {"ApiId": api.id}
    wanted = {"Count": 3.0, "4xx": 1.0, "5xx": 1.0}
    expect(cloud, "AWS/ApiGateway", named, wanted)
    expect(cloud, "AWS/ApiGateway", named | {"Stage": "$default"}, wanted)
    route = {"Stage": "$default", "Method": "GET", "Resource": "/a"}
    expect(cloud, "AWS/ApiGateway", named | route, {"Count": 1.0, "4xx": 0.0, "5xx": 0.0})
