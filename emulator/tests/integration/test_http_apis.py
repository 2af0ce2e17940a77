"""HTTP APIs: their routes, stages and deployments, and functions behind them."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.integration.http_apis import HttpApi, said
from tests.integration.roles import Role, allow
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

NOT_FOUND = (404, {"message": "Not Found"})
FAILED = (500, {"message": "Internal Server Error"})
UNAVAILABLE = (503, {"message": "Service Unavailable"})


def test_a_function_gets_the_request_in_format_2(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    api.route("GET /orders/{id}", api.with_function())
    sent = [("Cookie", "a=1; b=2"), ("X-Twice", "one"), ("X-Twice", "two")]
    query = "page=1&page=2&empty=&q=a%20b"
    event = api.request(f"/orders/7%2B?{query}", headers=sent).json()
    context = event.pop("requestContext")
    headers = event.pop("headers")
    assert event == {
        "version": "2.0",
        "routeKey": "GET /orders/{id}",
        "rawPath": "/orders/7+",
        "rawQueryString": query,
        "cookies": ["a=1", "b=2"],
        "queryStringParameters": {"page": "1,2", "empty": "", "q": "a b"},
        "pathParameters": {"id": "7+"},
        "isBase64Encoded": False,
    }
    assert headers["x-twice"] == "one,two"
    assert "cookie" not in headers
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-amzn-trace-id"].startswith("Root=1-")
    assert (context["apiId"], context["domainPrefix"]) == (api.id, api.id)
    assert (context["stage"], context["routeKey"]) == ("$default", "GET /orders/{id}")
    http = context["http"]
    assert (http["method"], http["path"], http["sourceIp"]) == ("GET", "/orders/7+", "127.0.0.1")
    assert "authorizer" not in context


def test_a_function_gets_the_request_in_format_1(cloud: Cloud) -> None:
    api = HttpApi(cloud, "dev")
    api.route("POST /orders/{id}", api.with_function(version="1.0"))
    sent = [("X-Twice", "one"), ("X-Twice", "two"), ("Content-Type", "application/json")]
    event = api.request("/dev/orders/7?a=1&a=2", "POST", headers=sent, content='{"n": 1}').json()
    context, several = event.pop("requestContext"), event.pop("multiValueHeaders")
    headers = {name.lower(): value for name, value in event.pop("headers").items()}
    assert event == {
        "version": "1.0",
        "resource": "/orders/{id}",
        "path": "/dev/orders/7",
        "httpMethod": "POST",
        "queryStringParameters": {"a": "2"},
        "multiValueQueryStringParameters": {"a": ["1", "2"]},
        "pathParameters": {"id": "7"},
        "stageVariables": None,
        "body": '{"n": 1}',
        "isBase64Encoded": False,
    }
    assert headers["x-twice"] == "two"
    assert {n.lower(): v for n, v in several.items()}["x-twice"] == ["one", "two"]
    assert (context["stage"], context["resourcePath"]) == ("dev", "/orders/{id}")
    assert context["authorizer"] == {"claims": None, "scopes": None}


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/json", b'{"a": 1}', ('{"a": 1}', False)),
        ("text/csv; charset=utf-8", "ä".encode(), ("ä", False)),
        ("application/x-www-form-urlencoded", b"a=1", ("YT0x", True)),
        ("application/octet-stream", b"\xff\x00", ("/wA=", True)),
        ("application/json", b"\xff", ("/w==", True)),
    ],
)
def test_a_body_is_text_or_base64_by_its_type(
    cloud: Cloud, kind: str, body: bytes, expected: tuple[str, bool]
) -> None:
    api = HttpApi(cloud)
    api.route("$default", api.with_function())
    event = api.request("/", "POST", headers={"Content-Type": kind}, content=body).json()
    assert (event["body"], event["isBase64Encoded"]) == expected


def test_the_answer_of_a_function_is_a_response_or_its_body(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    api.route("$default", api.with_function())
    answer = {
        "statusCode": 201,
        "headers": {"X-N": 1, "Content-Type": "text/html"},
        "cookies": ["a=1; Path=/", "b=2"],
        "body": "aGk=",
        "isBase64Encoded": True,
    }
    response = api.answer(answer)
    assert (response.status_code, response.text, response.headers["X-N"]) == (201, "hi", "1")
    assert response.headers["content-type"] == "text/html"
    assert response.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]
    assert len(response.headers["apigw-requestid"]) > 10
    empty = api.answer({"statusCode": "204", "body": "not sent"})
    assert (empty.status_code, empty.content) == (204, b"")
    text = api.answer({"statusCode": 200, "headers": {"X-Text": "größe €"}}).headers.raw
    assert dict(text)[b"X-Text"].decode() == "größe €"
    assert api.answer({"statusCode": 200, "body": "x"}).headers["content-type"].startswith("text/")
    for value, text in (({"a": [1]}, '{"a":[1]}'), ([1], "[1]"), ("hi", "hi"), (None, "null")):
        inferred = api.answer(value)
        assert (inferred.status_code, inferred.text) == (200, text)
        assert inferred.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "malformed",
    [
        {"statusCode": "ok"},
        {"statusCode": 99},
        {"statusCode": True},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": {}}},
        {"statusCode": 200, "headers": {"a": "b\r\nc: d"}},
        {"statusCode": 200, "body": "!", "isBase64Encoded": True},
    ],
)
def test_a_malformed_answer_is_an_internal_error(cloud: Cloud, malformed: Any) -> None:
    api = HttpApi(cloud)
    api.route("$default", api.with_function())
    assert said(api.answer(malformed)) == FAILED


def test_format_1_has_several_values_and_requires_a_status(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    api.route("$default", api.with_function(version="1.0"))
    several = {"statusCode": 200, "headers": {"a": "0"}, "multiValueHeaders": {"A": ["1", "2"]}}
    assert api.answer(several).headers.get_list("a") == ["1", "2"]
    assert said(api.answer({"a": 1})) == FAILED


def test_a_function_that_fails_or_may_not_be_called_is_an_internal_error(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    integration = api.with_function(TimeoutInMillis=1000)
    api.route("GET /", integration)
    assert said(api.request(headers={"Raise": "no"})) == FAILED
    assert said(api.request(headers={"Sleep": "1.5"})) == UNAVAILABLE
    large = api.request("/", content=b"\xff" * 5_000_000, headers={"Content-Type": "image/png"})
    assert said(large) == (413, {"message": "Request Entity Too Large"})
    cloud.client("lambda").put_function_concurrency(
        FunctionName=api.function, ReservedConcurrentExecutions=0
    )
    assert said(api.request()) == UNAVAILABLE
    other = HttpApi(cloud)
    uri = api.client.get_integration(ApiId=api.id, IntegrationId=integration)["IntegrationUri"]
    other.route("GET /", other.integration("AWS_PROXY", IntegrationUri=uri))
    assert said(other.request()) == FAILED


def test_the_most_specific_route_takes_a_request(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    integration = api.with_function()
    keys = ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}"]
    for key in [*reversed(keys), "ANY /pets/dog/1", "POST /"]:
        api.route(key, integration)
    expected = {
        ("GET", "/pets/dog/1"): keys[0],
        ("PUT", "/pets/dog/1"): "ANY /pets/dog/1",
        ("GET", "/pets/dog/2"): keys[1],
        ("GET", "/pets/cat/1"): keys[2],
        ("GET", "/pets"): keys[3],
        ("POST", "/test/5"): keys[3],
        ("POST", "/"): "POST /",
    }
    for (method, path), key in expected.items():
        assert api.request(path, method).json()["routeKey"] == key, path
    assert said(api.request("/")) == NOT_FOUND
    api.route("$default", integration)
    assert api.request("/").json()["routeKey"] == "$default"
    proxied = api.request("/pets/a/b%2Fc/").json()
    assert proxied["pathParameters"] == {"proxy": "a/b/c/"}


def test_a_stage_serves_its_deployment_with_its_variables(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    integration = api.with_function()
    uri = api.client.get_integration(ApiId=api.id, IntegrationId=integration)["IntegrationUri"]
    named = uri.replace(api.function, "${stageVariables.fn}")
    api.client.update_integration(ApiId=api.id, IntegrationId=integration, IntegrationUri=named)
    api.route("GET /a", integration)
    deployment = api.client.create_deployment(ApiId=api.id)["DeploymentId"]
    variables = {"fn": api.function}
    api.client.create_stage(
        ApiId=api.id, StageName="v1", DeploymentId=deployment, StageVariables=variables
    )
    api.route("GET /b", integration)
    event = api.request("/v1/a").json()
    assert (event["rawPath"], event["stageVariables"]) == ("/v1/a", variables)
    assert said(api.request("/v1/b")) == NOT_FOUND
    api.client.create_deployment(ApiId=api.id, StageName="v1")
    assert api.request("/v1/b").json()["requestContext"]["stage"] == "v1"
    assert said(api.request("/a")) == FAILED, "the default stage has no such variable"
    api.client.create_stage(ApiId=api.id, StageName="empty")
    assert said(api.request("/empty/a")) == NOT_FOUND
    with pytest.raises(api.client.exceptions.BadRequestException):
        api.client.delete_deployment(
            ApiId=api.id,
            DeploymentId=api.client.get_stage(ApiId=api.id, StageName="v1")["DeploymentId"],
        )


def test_an_api_has_a_host_of_its_own_until_that_is_disabled(cloud: Cloud) -> None:
    api = HttpApi(cloud, DisableExecuteApiEndpoint=False)
    api.route("$default", api.with_function())
    host = urlsplit(api.made["ApiEndpoint"]).netloc
    assert host.startswith(f"{api.id}.execute-api.")
    for path in ("/", "/x", "/x/y"):
        event = httpx.get(f"{cloud.endpoint}{path}", headers={"Host": host}).json()
        assert (event["rawPath"], event["requestContext"]["domainName"]) == (path, host)
    api.client.update_api(ApiId=api.id, DisableExecuteApiEndpoint=True)
    assert said(api.request("/x")) == NOT_FOUND
    api.delete()
    assert api.request("/x").status_code == 404


def test_quick_create_makes_a_route_to_a_function(cloud: Cloud) -> None:
    made = HttpApi(cloud)
    made.route("$default", made.with_function())
    uri = made.client.get_integrations(ApiId=made.id)["Items"][0]["IntegrationUri"]
    api = made.client.create_api(Name="quick", ProtocolType="HTTP", Target=uri, RouteKey="GET /a")[
        "ApiId"
    ]
    (route,) = made.client.get_routes(ApiId=api)["Items"]
    (stage,) = made.client.get_stages(ApiId=api)["Items"]
    assert (route["RouteKey"], route["ApiGatewayManaged"]) == ("GET /a", True)
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    cloud.client("lambda").add_permission(
        FunctionName=made.function, StatementId="quick", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-2:000000000000:{api}/$default/GET/a",
    )  # fmt: skip
    response = httpx.get(f"{cloud.endpoint}/_aws/execute-api/{api}/a")
    assert response.json()["routeKey"] == "GET /a"
    made.client.update_api(ApiId=api, RouteKey="GET /b")
    assert made.client.get_routes(ApiId=api)["Items"][0]["RouteKey"] == "GET /b"
    made.client.update_api(ApiId=api, RouteKey="GET /b", Name="the same route")
    made.client.create_route(ApiId=api, RouteKey="GET /c")
    with pytest.raises(made.client.exceptions.ConflictException, match="GET /c already"):
        made.client.update_api(ApiId=api, RouteKey="GET /c")
    with pytest.raises(made.client.exceptions.BadRequestException, match="route key"):
        made.client.update_api(ApiId=api, RouteKey="orders")
    with pytest.raises(made.client.exceptions.BadRequestException, match="route key"):
        made.client.create_api(Name="quick", ProtocolType="HTTP", Target=uri, RouteKey="orders")


def test_what_cannot_be_is_refused_in_words(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    client, named = api.client, {"ApiId": api.id}
    integration = api.with_function()
    route = api.route("GET /", integration)
    bad, conflict, missing = (
        client.exceptions.BadRequestException,
        client.exceptions.ConflictException,
        client.exceptions.NotFoundException,
    )
    with pytest.raises(bad, match="WebSocket"):
        client.create_api(Name="w", ProtocolType="WEBSOCKET")
    with pytest.raises(bad, match="WebSocket"):
        client.create_model(**named, Name="m", Schema="{}")
    with pytest.raises(bad, match="route key"):
        client.create_route(**named, RouteKey="orders")
    with pytest.raises(conflict, match="already exists"):
        client.create_route(**named, RouteKey="GET /")
    with pytest.raises(conflict, match=route):
        client.delete_integration(**named, IntegrationId=integration)
    with pytest.raises(missing):
        client.create_route(**named, RouteKey="GET /a", Target="integrations/none")
    with pytest.raises(bad, match="AppConfig"):
        api.integration("AWS_PROXY", IntegrationSubtype="AppConfig-GetConfiguration")
    with pytest.raises(bad, match="CredentialsArn"):
        api.integration("AWS_PROXY", IntegrationSubtype="SQS-SendMessage")
    with pytest.raises(bad, match="MOCK"):
        api.integration("MOCK")
    with pytest.raises(conflict):
        client.create_stage(**named, StageName="$default")
    for operation in (client.get_api, client.delete_api, client.get_routes):
        with pytest.raises(missing, match="Invalid API identifier"):
            operation(ApiId="none")
    with pytest.raises(ClientError, match="AuthorizerPayloadFormatVersion"):
        client.create_authorizer(
            **named, Name="a", AuthorizerType="REQUEST", IdentitySource=[], AuthorizerUri="x"
        )


def test_tags_of_apis_and_stages_are_kept_by_their_arns(cloud: Cloud) -> None:
    api = HttpApi(cloud, Tags={"a": "1"})
    whole = f"arn:aws:apigateway:us-east-2::/apis/{api.id}"
    for arn, tags in ((whole, {"a": "1"}), (f"{whole}/stages/$default", {})):
        api.client.tag_resource(ResourceArn=arn, Tags={"b": "2", "c": "3"})
        api.client.untag_resource(ResourceArn=arn, TagKeys=["c"])
        assert api.client.get_tags(ResourceArn=arn)["Tags"] == tags | {"b": "2"}
    assert api.client.get_api(ApiId=api.id)["Tags"] == {"a": "1", "b": "2"}
    assert api.client.get_stage(ApiId=api.id, StageName="$default")["Tags"] == {"b": "2"}
    assert json.dumps(api.client.get_apis()["Items"], default=str).count(api.id) >= 1


def test_changes_at_the_same_time_are_all_there_and_listed_in_pages(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    integration = api.with_function()
    keys = [f"GET /{number}" for number in range(20)]
    with ThreadPoolExecutor(10) as workers:
        list(workers.map(lambda key: api.route(key, integration), keys))
    pages = api.client.get_paginator("get_routes").paginate(
        ApiId=api.id, PaginationConfig={"PageSize": 7}
    )
    listed = [[route["RouteKey"] for route in page["Items"]] for page in pages]
    assert [len(page) for page in listed] == [7, 7, 6]
    assert sorted(key for page in listed for key in page) == sorted(keys)
    for key in keys:
        assert api.request(key.removeprefix("GET ")).json()["routeKey"] == key
    deployments = api.client.get_deployments(ApiId=api.id)["Items"]
    assert len(deployments) == 1, "of automatic ones the last is kept"
    with pytest.raises(api.client.exceptions.BadRequestException):
        api.client.get_routes(ApiId=api.id, NextToken="x")


def test_permissions_are_asked_on_the_paths_of_an_api(cloud: Cloud) -> None:
    mine, theirs = HttpApi(cloud, Tags={"team": "a"}), HttpApi(cloud, Tags={"team": "b"})
    whole = f"arn:aws:apigateway:us-east-2::/apis/{mine.id}"
    role = Role(cloud, allow("apigateway:GET", whole), allow("apigateway:POST", f"{whole}/routes"))
    client = role.client("apigatewayv2")
    assert client.get_api(ApiId=mine.id)["Name"] == mine.made["Name"]
    assert client.create_route(ApiId=mine.id, RouteKey="GET /a")["RouteId"]
    refused: list[Callable[[], Any]] = [
        lambda: client.get_api(ApiId=theirs.id),
        lambda: client.get_apis(),
        lambda: client.get_routes(ApiId=mine.id),
        lambda: client.delete_api(ApiId=mine.id),
        lambda: client.create_stage(ApiId=mine.id, StageName="a"),
    ]
    for each in refused:
        with pytest.raises(ClientError, match="is not authorized to perform: apigateway:"):
            each()
    tagged = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    role.may(allow("apigateway:GET", "*", Condition=tagged))
    wait_for(lambda: client.get_routes(ApiId=mine.id)["Items"], "the tags of the API do not count")
    with pytest.raises(ClientError, match="is not authorized"):
        client.get_api(ApiId=theirs.id)
