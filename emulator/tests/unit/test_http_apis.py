"""HTTP APIs: which route takes a request, what expressions stand for, and whom CORS lets in."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.apigateway import access_logs
from localstack_host.services.apigatewayv2 import (
    answers,
    apis,
    cors,
    functions,
    imports,
    mapping,
    proxies,
    resources,
    services,
)
from localstack_host.services.apigatewayv2.errors import Refused
from localstack_host.services.apigatewayv2.invocation import is_text
from localstack_host.services.apigatewayv2.matching import route_of
from localstack_host.services.apigatewayv2.values import filled
from localstack_host.state import allowed
from tests.unit.http_api_invocations import invocation

ROUTES = [
    "$default",
    "ANY /{proxy+}",
    "GET /a",
    "ANY /a",
    "GET /a/{id}",
    "GET /a/b",
    "GET /a/{id}/c",
    "GET /a/b/{rest+}",
    "POST /{any}/b",
]


@pytest.mark.parametrize(
    ("method", "path", "key", "values"),
    [
        ("GET", "/a", "GET /a", {}),
        ("POST", "/a", "ANY /a", {}),
        ("GET", "/a/", "ANY /{proxy+}", {"proxy": "a/"}),
        ("GET", "/A", "ANY /{proxy+}", {"proxy": "A"}),
        ("GET", "/a/b", "GET /a/b", {}),
        ("GET", "/a/x", "GET /a/{id}", {"id": "x"}),
        ("GET", "/a/b/c", "GET /a/b/{rest+}", {"rest": "c"}),
        ("GET", "/a/x/c", "GET /a/{id}/c", {"id": "x"}),
        ("POST", "/a/b", "POST /{any}/b", {"any": "a"}),
        ("PUT", "/a/b", "ANY /{proxy+}", {"proxy": "a/b"}),
        ("GET", "/", "$default", {}),
        ("GET", "//", "ANY /{proxy+}", None),
    ],
)
def test_the_most_specific_path_wins_then_the_method(
    method: str, path: str, key: str, values: dict[str, str] | None
) -> None:
    found = route_of([{"RouteKey": one} for one in ROUTES], method, path)
    assert found is not None
    if values is None:  # a parameter has at least one character
        assert found[0]["RouteKey"] == "$default"
    else:
        assert (found[0]["RouteKey"], found[1]) == (key, values)


def test_without_a_route_there_is_none() -> None:
    assert route_of([{"RouteKey": "GET /a"}], "POST", "/a") is None


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("static", "static"),
        ("$request.header.x-a", "1"),
        ("$request.header.none", None),
        ("$request.querystring.q", "a b,c"),
        ("$request.path", "/things/7"),
        ("$request.path.id", "7"),
        ("$request.body", '{"a": {"b": [1, {"c": "d"}]}, "e": true}'),
        ("$request.body.a.b[1].c", "d"),
        ("$request.body.a", '{"b":[1,{"c":"d"}]}'),
        ("$request.body.e", "true"),
        ("$request.body.none", None),
        ("${request.body.a.b.c}", None),
        ("$context.routeKey", "GET /things/{id}"),
        ("$context.identity.sourceIp", "127.0.0.1"),
        ("$context.none", None),
        ("$stageVariables.colour", "blue"),
        ("${stageVariables.colour}-${request.path.id}", "blue-7"),
        ("id=$request.path.id, none=${context.none}.", "id=7, none=."),
        ("costs 5$", "costs 5$"),
    ],
)
def test_an_expression_stands_for_a_value(expression: str, value: str | None) -> None:
    body = '{"a": {"b": [1, {"c": "d"}]}, "e": true}'
    headers = {"X-A": "1"}
    asked = invocation(
        query_string="q=a%20b&q=c", headers=headers, data=body, method="POST",
        content_type="application/json",
        environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
    )  # fmt: skip
    assert filled(expression, asked) == value


@pytest.mark.parametrize(
    ("path", "stage", "expected"),
    [
        ("/_aws/execute-api/a1/dev/x", "dev", ("/x", "/dev/x")),
        ("/_aws/execute-api/a1/dev", "dev", ("/", "/dev/")),
        ("/_aws/execute-api/a1/x/y", "$default", ("/x/y", "/x/y")),
        ("/_aws/execute-api/a1/$default/x", "$default", ("/x", "/x")),
        ("/_aws/execute-api/a1", "$default", ("/", "/")),
        ("/dev/x", "dev", ("/x", "/dev/x")),
        ("/$default/x", "$default", ("/$default/x", "/$default/x")),
        ("/", "$default", ("/", "/")),
    ],
)
def test_the_stage_is_the_first_part_of_the_path_or_the_default_one(
    path: str, stage: str, expected: tuple[str, str]
) -> None:
    found = invocation(path, stage)
    assert (found.path, found.raw_path) == expected


@pytest.mark.parametrize(
    ("allowed_origins", "origin", "answer"),
    [
        (["*"], "https://a.example", "*"),
        (["https://a.example"], "https://a.example", "https://a.example"),
        (["https://a.example"], "https://b.example", None),
        (["https://*"], "https://b.example", "https://b.example"),
        (["https://*"], "http://b.example", None),
        (["https://a.example"], "https://a.example.evil", None),
        ([], "https://a.example", None),
    ],
)
def test_an_origin_is_let_in_as_the_configuration_says(
    allowed_origins: list[str], origin: str, answer: str | None
) -> None:
    asking = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    asked = invocation(method="OPTIONS", headers=asking)
    asked.api.settings = {"ApiId": "a1", "CorsConfiguration": {"AllowOrigins": allowed_origins}}
    preflight = cors.preflight(asked)
    assert preflight is not None
    assert (preflight.status, preflight.headers.get("access-control-allow-origin")) == (204, answer)


def test_a_mapped_request_is_another_one() -> None:
    asked = invocation(query_string="q=1", headers={"X-A": "1"})
    parameters = {"overwrite:header.x-a": "2", "remove:querystring.q": "", "append:path": "/x"}
    mapped = mapping.mapped_request({"RequestParameters": parameters}, asked)
    assert (mapped.headers["x-a"], mapped.query, mapped.raw_query) == ("2", [], "")
    assert (asked.headers["x-a"], asked.query) == ("1", [("q", "1")])
    assert mapped.overwritten_path is None, "a path can be overwritten only"


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("http://h/{proxy}", "http://h/a/b%20c?q=1"),
        ("http://h/x?y=1", "http://h/x?y=1&q=1"),
        ("http://${stageVariables.colour}/{none}", "http://blue/?q=1"),
    ],
)
def test_the_address_of_an_integration_has_the_values_of_its_parameters(uri: str, url: str) -> None:
    asked = invocation(query_string="q=1")
    asked.path_parameters = {"proxy": "a/b c"}
    assert proxies.url_of(uri, asked) == url


@pytest.mark.parametrize("kind", ["application/json", "text/html", "", "application/ld+json; a=b"])
def test_these_types_are_text(kind: str) -> None:
    assert is_text(kind)


@pytest.mark.parametrize("payload", [b"{", b'{"statusCode": 1e400}', b'{"statusCode": null}'])
def test_a_payload_that_is_no_answer_is_refused(payload: bytes) -> None:
    with pytest.raises(Refused) as refused:
        answers.of_payload(payload, "2.0")
    assert refused.value.status == 500


def test_an_update_merges_maps_and_removes_what_is_empty() -> None:
    before = {"StageName": "s", "StageVariables": {"a": "1", "b": "2"}, "Description": "old"}
    request = {"StageVariables": {"a": "", "c": "3"}, "Description": "", "StageName": "s"}
    after = resources.changed("Stage", before, request)
    assert after == {"StageName": "s", "StageVariables": {"b": "2", "c": "3"}}
    assert before["Description"] == "old", "a deployment has the resource as it was"


@pytest.mark.parametrize("name", ["Api", "Deployment"])
def test_an_imported_state_may_have_them(name: str) -> None:
    assert allowed.made("localstack_host.services.apigatewayv2.models", name)


def test_a_body_of_an_answer_is_written_as_it_is() -> None:
    answer = answers.of_payload(json.dumps({"statusCode": 200, "body": "ä"}).encode(), "1.0")
    assert answer.body == "ä".encode()


@pytest.mark.parametrize(
    ("subtype", "parameters", "request_"),
    [
        (
            "Kinesis-PutRecord",
            {"StreamName": "s", "PartitionKey": "p", "Data": '{"a": "ä"}'},
            {"StreamName": "s", "PartitionKey": "p", "Data": '{"a": "ä"}'.encode()},
        ),
        (
            "EventBridge-PutEvents",
            {"Source": "s", "Resources": '["a", "b"]'},
            {"Entries": [{"Source": "s", "Resources": ["a", "b"]}]},
        ),
        (
            "EventBridge-PutEvents",
            {"Source": "s", "Resources": "a, b"},
            {"Entries": [{"Source": "s", "Resources": ["a", "b"]}]},
        ),
        (
            "SQS-ReceiveMessage",
            {"QueueUrl": "q", "MaxNumberOfMessages": "2", "AttributeNames": "All"},
            {"QueueUrl": "q", "MaxNumberOfMessages": 2, "AttributeNames": ["All"]},
        ),
        (
            "StepFunctions-StartExecution",
            {"StateMachineArn": "m", "Input": "{}", "Name": "n"},
            {"stateMachineArn": "m", "input": "{}", "name": "n"},
        ),
    ],
)
def test_parameters_become_a_request_of_the_service(
    subtype: str, parameters: dict[str, str], request_: dict[str, Any]
) -> None:
    assert services.ACTIONS[subtype].build(parameters) == request_


def test_a_body_that_is_nested_too_deeply_has_no_parts() -> None:
    asked = invocation(data="[" * 200_000, method="POST", content_type="application/json")
    assert filled("$request.body.a", asked) is None


def test_a_payload_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(Refused):
        answers.of_payload(b"[" * 200_000, "2.0")


@pytest.mark.parametrize("written", ["0", "99", "101", "600", "²00", "2000", ""])
def test_a_status_that_no_response_has_is_not_mapped(written: str) -> None:
    answer = answers.Answer(201)
    parameters = {"201": {"overwrite:statuscode": written}}
    mapping.map_response({"ResponseParameters": parameters}, invocation(), answer)
    assert answer.status == 201


def test_a_call_that_has_waited_too_long_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(functions, "_workers", lambda: pool)
        end, made = threading.Event(), []
        for call in (end.wait, lambda: made.append(1)):
            with pytest.raises(Refused) as refused:
                functions.within(50, call)
            assert refused.value.status == 503
        end.set()
    assert not made


@pytest.mark.parametrize(
    ("arn", "group"),
    [
        ("arn:aws:logs:eu-west-1:000000000000:log-group:/a/b", "/a/b"),
        ("arn:aws:logs:eu-west-1:000000000000:log-group:g:*", "g"),
        ("arn:aws:logs:eu-west-1", None),
        ("arn:aws:logs:eu-west-1:000000000000", None),
        ("arn:aws:firehose:eu-west-1:000000000000:deliverystream/:logs:", None),
    ],
)
def test_lines_are_written_to_log_groups_only(
    arn: str, group: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Any] = []
    monkeypatch.setattr(access_logs.WRITER, "write", lambda *line: written.append(line))
    access_logs.write(arn, "$context.status", {"status": 200}, "a1/dev")
    if group is None:
        assert not written
    else:
        ((place, line),) = written
        assert place[:3] == ("000000000000", "eu-west-1", group)
        assert line == "200"


OPENAPI: dict[str, Any] = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}}
CONTEXT: Any = SimpleNamespace(account_id="000000000009", region="us-east-2")


@pytest.mark.parametrize(
    "wrong",
    [
        {"info": ["t"]},
        {"servers": ["http://h"]},
        {"paths": ["/x"]},
        {"paths": {"/x": None}},
        {"paths": {"/x": {"get": {"security": ["a"]}}}},
        {"components": {"securitySchemes": {"a": "b"}}},
        {"components": {"securitySchemes": {"a": {"x-amazon-apigateway-authorizer": {}}}}},
    ],
)
def test_a_document_of_another_form_is_refused_and_leaves_nothing(wrong: dict[str, Any]) -> None:
    request = {"Body": json.dumps(OPENAPI | wrong), "Basepath": "prepend"}
    with pytest.raises(CommonServiceException) as refused:
        imports.import_api(CONTEXT, request)
    assert refused.value.code == "BadRequestException"
    assert apis.get_apis(CONTEXT, {}) == {"Items": []}
