"""Authorizers of REST APIs: functions that say what a caller may do, and user pools."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from localstack_host.host import ports, process
from tests.integration.authorized_api import (
    UNAUTHORIZED,
    AuthorizedApi,
    answer,
    said,
    statement,
    uri,
)
from tests.integration.conftest import Cloud
from tests.integration.roles import allow
from tests.integration.test_permissions import arn
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

DENIED = "User is not authorized to access this resource"


MISCONFIGURED = (500, {"message": None}, "AuthorizerConfigurationException")
FAILED = (500, {"message": None}, "AuthorizerFailureException")


@pytest.fixture
def api(cloud: Cloud) -> AuthorizedApi:
    api = AuthorizedApi(cloud)
    api.deploy()
    return api


def test_a_token_is_given_to_the_function_and_its_values_to_the_integration(
    api: AuthorizedApi,
) -> None:
    caller = api.request("allow").json()
    method = arn("execute-api", f"{api.id}/test/GET/things/1")
    assert json.loads(caller.pop("event")) == {
        "type": "TOKEN",
        "methodArn": method,
        "authorizationToken": "allow",
    }
    assert caller.pop("integrationLatency") >= 0
    assert len(caller.pop("call")) == 32
    assert caller == {"principalId": "ada", "n": "1", "yes": "true"}


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (None, UNAUTHORIZED),
        ("", UNAUTHORIZED),
        ("raise Unauthorized", UNAUTHORIZED),
        ("raise another", MISCONFIGURED),
        ("raise unauthorized", MISCONFIGURED),
        ("exit", FAILED),
        ('"text"', MISCONFIGURED),
        ("[]", MISCONFIGURED),
        ("{}", MISCONFIGURED),
        ('{"principalId": "ada"}', MISCONFIGURED),
        ('{"principalId": "ada", "policyDocument": {}}', MISCONFIGURED),
        ('{"policyDocument": {"Version": "2012-10-17", "Statement": []}}', MISCONFIGURED),
        (answer(statement(effect="Maybe")), MISCONFIGURED),
        (answer(statement(), context={"list": []}), MISCONFIGURED),
        (answer(statement(), context={"object": {}}), MISCONFIGURED),
    ],
)
def test_what_is_no_answer_is_a_gateway_response(
    api: AuthorizedApi, token: str | None, expected: tuple[int, Any, str]
) -> None:
    assert said(api.request(token)) == expected


def test_the_policy_is_evaluated_for_the_method(api: AuthorizedApi) -> None:
    whole = arn("execute-api", f"{api.id}/test")
    allowed = [
        statement(),
        statement(f"{whole}/*/things/*"),
        statement(f"{whole}/GET/*"),
        statement(f"arn:aws:execute-api:*:*:{api.id}/*/GET/things/?"),
        statement("*"),
    ]
    for one in allowed:
        assert api.request(answer(one)).status_code == 200, one
    implicit = (403, {"Message": DENIED}, "AccessDeniedException")
    others = [
        statement(f"{whole}/POST/things/1"),
        statement(f"{whole}/GET/things"),
        statement(f"{whole}/GET/things/2"),
        statement() | {"Action": "execute-api:ManageConnections"},
    ]
    for one in others:
        assert said(api.request(answer(one))) == implicit, one
    explicit = f"{DENIED} with an explicit deny"
    for statements in ([statement(effect="Deny")], [statement("*"), statement("*", "Deny")]):
        refused = api.request(answer(*statements))
        assert said(refused) == (403, {"Message": explicit}, "AccessDeniedException")


def test_a_token_has_to_match_the_expression_before_the_function_is_asked(cloud: Cloud) -> None:
    api = AuthorizedApi(cloud, identityValidationExpression="Bearer [a-z ]+")
    api.deploy()
    assert api.request("Bearer allow").status_code == 200
    for token in ("allow", "Bearer 1", "xBearer allow", "Bearer allow1"):
        assert said(api.request(token)) == UNAUTHORIZED


def test_results_are_kept_by_token_for_all_methods_until_they_are_flushed(
    api: AuthorizedApi,
) -> None:
    first = api.request("allow").json()
    second = api.request("allow").json()
    assert (second["call"], second["integrationLatency"]) == (first["call"], 0)
    assert api.request("other").json()["call"] != first["call"]
    refused = api.request("allow", method="POST")
    assert said(refused)[:2] == (403, {"Message": DENIED}), "the policy that is kept names GET only"
    api.client.flush_stage_authorizers_cache(restApiId=api.id, stageName="test")
    assert api.request("allow", method="POST").status_code == 200


def test_without_a_time_nothing_is_kept(cloud: Cloud) -> None:
    api = AuthorizedApi(cloud, authorizerResultTtlInSeconds=0)
    api.deploy()
    calls = {api.request("allow").json()["call"] for _ in range(3)}
    assert len(calls) == 3
    for wrong in (-1, 3601):
        change = {"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": str(wrong)}
        with pytest.raises(ClientError, match="BadRequestException"):
            api.client.update_authorizer(
                restApiId=api.id, authorizerId=api.authorizer, patchOperations=[change]
            )


SOURCES = (
    "method.request.header.Token, method.request.querystring.who,"
    "stageVariables.colour, context.httpMethod"
)


def test_a_request_authorizer_gets_the_request_and_needs_all_of_its_sources(cloud: Cloud) -> None:
    api = AuthorizedApi(cloud, "REQUEST", identitySource=SOURCES)
    api.deploy(variables={"colour": "blue"})
    response = api.request("allow", path="1?who=ada&who=eve", headers={"Other": "x"})
    event = json.loads(response.json()["event"])
    assert {name: event[name] for name in event if name not in ("headers", "requestContext",
            "multiValueHeaders")} == {
        "type": "REQUEST",
        "methodArn": arn("execute-api", f"{api.id}/test/GET/things/1"),
        "resource": "/things/{id}",
        "path": "/things/1",
        "httpMethod": "GET",
        "queryStringParameters": {"who": "eve"},
        "multiValueQueryStringParameters": {"who": ["ada", "eve"]},
        "pathParameters": {"id": "1"},
        "stageVariables": {"colour": "blue"},
    }  # fmt: skip
    sent = {name.lower(): value for name, value in event["headers"].items()}
    assert (sent["token"], sent["other"]) == ("allow", "x")
    assert sent["x-forwarded-for"] == "127.0.0.1"
    assert sent["x-amzn-trace-id"].startswith("Root=1-")
    about = event["requestContext"]
    assert (about["stage"], about["httpMethod"], about["apiId"]) == ("test", "GET", api.id)
    assert about["identity"]["sourceIp"] == "127.0.0.1"

    call = response.json()["call"]
    assert api.request("allow", path="2?who=eve").status_code == 403, "kept for the first path"
    assert api.request("allow", path="1?who=bob").json()["call"] != call
    for token, path in (("allow", "1"), ("allow", "1?who="), (None, "1?who=ada")):
        assert said(api.request(token, path=path)) == UNAUTHORIZED
    api.client.update_stage(
        restApiId=api.id, stageName="test",
        patchOperations=[{"op": "remove", "path": "/variables/colour"}],
    )  # fmt: skip
    assert said(api.request("allow", path="1?who=eve")) == UNAUTHORIZED


def test_a_function_is_called_as_the_role_or_by_its_own_policy(cloud: Cloud) -> None:
    role = cloud.role(allow("lambda:InvokeFunction"), Service="apigateway.amazonaws.com")
    by_role = AuthorizedApi(cloud, authorizerCredentials=role)
    by_role.deploy()
    assert by_role.request("allow").status_code == 200
    other = cloud.role(allow("sqs:*"), Service="apigateway.amazonaws.com")
    refused = AuthorizedApi(cloud, authorizerCredentials=other)
    refused.deploy()
    assert said(refused.request("allow")) == MISCONFIGURED

    api = AuthorizedApi(cloud)
    api.deploy()
    functions = cloud.client("lambda")
    (permission,) = json.loads(functions.get_policy(FunctionName=api.function)["Policy"])[
        "Statement"
    ]
    functions.remove_permission(FunctionName=api.function, StatementId=permission["Sid"])
    assert said(api.request("allow")) == MISCONFIGURED
    functions.add_permission(
        FunctionName=api.function, StatementId="authorizers", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=arn("execute-api", f"{api.id}/authorizers/{api.authorizer}"),
    )  # fmt: skip
    assert api.request("allow").status_code == 200


def test_the_function_may_say_which_api_key_it_is(cloud: Cloud) -> None:
    api = AuthorizedApi(cloud, "REQUEST", authorizerResultTtlInSeconds=0)
    operations = [{"op": "replace", "path": "/apiKeySource", "value": "AUTHORIZER"}]
    api.client.update_rest_api(restApiId=api.id, patchOperations=operations)
    for method in api.methods:
        api.replace(method, apiKeyRequired=True)
    api.deploy()
    plan = api.client.create_usage_plan(
        name=uuid.uuid4().hex, apiStages=[{"apiId": api.id, "stage": "test"}],
        throttle={"rateLimit": 0.01, "burstLimit": 1},
    )["id"]  # fmt: skip
    key = api.client.create_api_key(name=uuid.uuid4().hex, enabled=True)
    api.client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")

    known, unknown = {"Key": key["value"]}, {"Key": "unknown", "X-API-Key": key["value"]}
    assert [api.request("allow", headers=h).status_code for h in (known, known)] == [200, 429]
    assert said(api.request("allow", headers=unknown)) == (
        403, {"message": "Forbidden"}, "ForbiddenException",
    )  # fmt: skip
    assert said(api.request("deny", headers=unknown))[2] == "AccessDeniedException", "it is first"


def test_who_is_not_authorized_learns_nothing_of_keys_and_parameters(cloud: Cloud) -> None:
    api = AuthorizedApi(cloud)
    validator = api.client.create_request_validator(
        restApiId=api.id, name="parameters", validateRequestParameters=True
    )["id"]
    get, post = api.methods
    api.replace(get, apiKeyRequired=True)
    wanted = {"method.request.querystring.page": True}
    api.replace(post, requestValidatorId=validator, requestParameters=wanted)
    api.deploy()
    for method in ("GET", "POST"):
        assert said(api.request(None, method=method)) == UNAUTHORIZED
    assert said(api.request("allow"))[2] == "ForbiddenException"
    assert said(api.request("allow2", method="POST"))[0] == 400


def test_gateway_responses_and_the_access_log_have_what_the_function_said(cloud: Cloud) -> None:
    api, logs = AuthorizedApi(cloud), cloud.client("logs")
    put = api.client.put_gateway_response
    put(
        restApiId=api.id, responseType="UNAUTHORIZED", statusCode="418",
        responseParameters={"gatewayresponse.header.X-Why": "'no token'"},
        responseTemplates={"application/json": '{"why": $context.error.messageString}'},
    )  # fmt: skip
    put(
        restApiId=api.id, responseType="ACCESS_DENIED",
        responseParameters={"gatewayresponse.header.X-Who": "context.authorizer.principalId"},
        responseTemplates={"application/json": '{"reason": "$context.authorizer.reason"}'},
    )  # fmt: skip
    put(restApiId=api.id, responseType="DEFAULT_5XX", statusCode="503")
    api.deploy()
    group = f"/apis/{api.id}"
    logs.create_log_group(logGroupName=group)
    line = "$context.authorizer.principalId $context.authorizer.n $context.status"
    settings = {"format": line, "destinationArn": arn("logs", f"log-group:{group}")}
    api.client.update_stage(
        restApiId=api.id, stageName="test",
        patchOperations=[
            {"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
            for name, value in settings.items()
        ],
    )  # fmt: skip

    missing = api.request()
    assert (missing.status_code, missing.headers["X-Why"]) == (418, "no token")
    assert missing.json() == {"why": "Unauthorized"}
    denied = api.request(answer(statement(effect="Deny"), context={"reason": "too late", "n": 2}))
    assert (denied.status_code, denied.json()) == (403, {"reason": "too late"})
    assert denied.headers["X-Who"] == "ada"
    assert api.request("raise another").status_code == 503
    assert api.request("allow").status_code == 200

    def lines() -> list[str]:
        return [e["message"] for e in logs.filter_log_events(logGroupName=group)["events"]]

    expected = ["- - 418", "ada 2 403", "- - 503", "ada 1 200"]
    wait_for(lambda: lines() == expected, "the access log is not there")
    logs.delete_log_group(logGroupName=group)


def test_templates_and_parameters_have_the_functions_values(cloud: Cloud) -> None:
    api = AuthorizedApi(cloud)
    template = '{"statusCode": 200, "who": "$context.authorizer.principalId"}'
    for method in api.methods:
        api.client.put_integration(
            **method, type="MOCK", requestTemplates={"application/json": template}
        )
        api.client.put_method_response(**method, statusCode="200")
        api.client.put_integration_response(
            **method, statusCode="200",
            responseTemplates={"application/json": '{"n": "$context.authorizer.n"}'},
        )  # fmt: skip
    api.deploy()
    assert api.request("allow").json() == {"n": "1"}


def test_an_imported_document_has_authorizers_and_methods_without_any(cloud: Cloud) -> None:
    made = AuthorizedApi(cloud)
    mock = {
        "type": "MOCK",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200"}},
    }
    method = {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": mock}
    extension = {"authorizerUri": uri(made.function), "authorizerResultTtlInSeconds": 0}
    request = {"type": "request", "identitySource": "method.request.querystring.who"}

    def scheme(name: str, **own: Any) -> dict[str, Any]:
        about = {"type": "apiKey", "in": "header", "name": name}
        own_extension = extension | own
        return {
            **about,
            "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": own_extension,
        }

    document = {
        "openapi": "3.0.1",
        "info": {"title": "callers", "version": "1"},
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {
                "token": scheme("Token", type="token"),
                "request": scheme("Unused", **request),
            }
        },
        "paths": {
            "/default": {"get": method},
            "/request": {"get": method | {"security": [{"request": []}]}},
            "/open": {"get": method | {"security": []}},
            "/signed": {"get": method | {"x-amazon-apigateway-auth": {"type": "AWS_IAM"}}},
        },
    }
    api: str = made.client.import_rest_api(body=json.dumps(document).encode())["id"]
    cloud.client("lambda").add_permission(
        FunctionName=made.function, StatementId=api, Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com", SourceArn=arn("execute-api", f"{api}/authorizers/*"),
    )  # fmt: skip
    made.client.create_deployment(restApiId=api, stageName="s")

    def status(path: str, **headers: str) -> int:
        url = f"{cloud.endpoint}/_aws/execute-api/{api}/s/{path}"
        return httpx.get(url, headers=headers).status_code

    assert [status("default"), status("default", Token="allow")] == [401, 200]
    assert [status("request"), status("request?who=ada")] == [401, 200]
    assert [status("open"), status("signed")] == [200, 403]


def test_an_authorizer_is_tried_without_a_stage(api: AuthorizedApi) -> None:
    named = {"restApiId": api.id, "authorizerId": api.authorizer}
    try_it = api.client.test_invoke_authorizer
    tried = try_it(**named, headers={"Token": "allow"}, pathWithQueryString="/things/1")
    assert (tried["clientStatus"], tried["principalId"]) == (200, "ada")
    (decided,) = json.loads(tried["policy"])["Statement"]
    assert decided["Resource"] == arn("execute-api", f"{api.id}/ESTestInvoke-stage/GET/things/1")
    assert (tried["latency"] >= 0, api.authorizer in tried["log"]) == (True, True)
    for headers, status in (
        ({}, 401),
        ({"Token": "raise Unauthorized"}, 401),
        ({"Token": "raise another"}, 500),
    ):
        assert try_it(**named, headers=headers)["clientStatus"] == status
    with pytest.raises(ClientError, match="NotFoundException"):
        try_it(restApiId=api.id, authorizerId="none")


def test_with_permissions_switched_off_authorizers_decide_as_ever(home: Path) -> None:
    api = AuthorizedApi(Cloud(process.start(ports.any_free(), iam=False).endpoint))
    api.deploy()
    assert [api.request(token).status_code for token in (None, "allow", "deny")] == [401, 200, 403]
