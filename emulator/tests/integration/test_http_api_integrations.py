"""Integrations of HTTP APIs with URLs and services, parameter mapping, and CORS."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.integration.conftest import Cloud
from tests.integration.http_apis import HttpApi, said
from tests.integration.roles import allow
from tests.integration.test_permissions import arn
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

UNAVAILABLE = (503, {"message": "Service Unavailable"})
FAILED = (500, {"message": "Internal Server Error"})
GATEWAY = {"Service": "apigateway.amazonaws.com"}
NAMESPACE = "{http://queue.amazonaws.com/doc/2012-11-05/}"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": self.rfile.read(length).decode(),
        }
        body = json.dumps(asked).encode()
        self.send_response(int(self.headers.get("Status") or 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("X-Old", "old")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - names of the base class

    def log_message(self, *_arguments: Any) -> None:
        """Writes nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def with_url(cloud: Cloud, key: str, uri: str, **settings: Any) -> HttpApi:
    """An API whose only route leads to a URL."""
    api = HttpApi(cloud)
    named = {"IntegrationMethod": "ANY", "IntegrationUri": uri, **settings}
    api.route(key, api.integration("HTTP_PROXY", **named))
    return api


def test_a_request_is_passed_on_to_a_url_and_the_response_back(cloud: Cloud, url: str) -> None:
    api = with_url(cloud, "ANY /shop/{proxy+}", f"{url}/api/{{proxy}}?fixed=1")
    response = api.request("/shop/a/b%20c?x=1&x=2", "POST", content="hi", headers={"X-A": "1"})
    asked = response.json()
    assert (asked["method"], asked["body"]) == ("POST", "hi")
    assert asked["path"] == "/api/a/b%20c?fixed=1&x=1&x=2"
    headers = asked["headers"]
    assert (headers["host"], headers["x-a"]) == (url.removeprefix("http://"), "1")
    assert headers["via"] == "HTTP/1.1 AmazonAPIGateway"
    assert headers["forwarded"].startswith("for=127.0.0.1;")
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert api.request("/shop/a", headers={"Status": "404"}).status_code == 404
    other = with_url(cloud, "GET /", url, IntegrationMethod="PUT")
    assert other.request().json()["method"] == "PUT"


def test_a_url_that_does_not_answer_is_unavailable(cloud: Cloud) -> None:
    assert said(with_url(cloud, "GET /", "http://127.0.0.1:9/").request()) == UNAVAILABLE
    private = with_url(
        cloud, "GET /", "http://127.0.0.1:9/", ConnectionType="VPC_LINK", ConnectionId="x"
    )
    assert said(private.request()) == UNAVAILABLE


def test_parameters_of_a_request_are_mapped(cloud: Cloud, url: str) -> None:
    mapped = {
        "append:header.X-Path": "$request.path.id",
        "append:header.X-Text": "v-${request.querystring.q}-${stageVariables.none}",
        "overwrite:header.X-Given": "$context.requestId",
        "remove:header.X-Secret": "''",
        "append:header.X-None": "$request.header.none",
        "append:header.X-Body": "$request.body.items[1].sku",
        "overwrite:querystring.q": "$request.header.x-q",
        "append:querystring.new": "$context.stage",
        "remove:querystring.gone": "''",
        "overwrite:path": "/other/${request.path.id}",
    }
    api = with_url(cloud, "POST /things/{id}", f"{url}/api", RequestParameters=mapped)
    body = json.dumps({"items": [{"sku": "a"}, {"sku": "b"}]})
    sent = {"X-Given": "mine", "X-Secret": "s", "X-Q": "new q"}
    response = api.request("/things/7?q=old&gone=1&kept=2", "POST", headers=sent, content=body)
    asked = response.json()
    headers = asked["headers"]
    assert asked["path"] == "/other/7?kept=2&q=new+q&new=%24default"
    assert (headers["x-path"], headers["x-text"], headers["x-body"]) == ("7", "v-old-", "b")
    assert headers["x-given"] == response.headers["apigw-requestid"]
    assert "x-secret" not in headers
    assert "x-none" not in headers


def test_parameters_of_a_response_are_mapped_by_its_status(cloud: Cloud, url: str) -> None:
    mapped = {
        "404": {
            "overwrite:statuscode": "410",
            "overwrite:header.X-Old": "new-$response.header.x-old",
            "append:header.X-Stage": "$context.stage",
            "append:header.X-Method": "$response.body.method",
            "remove:header.set-cookie": "''",
        }
    }
    api = with_url(cloud, "GET /", url, ResponseParameters=mapped)
    changed = api.request(headers={"Status": "404"})
    assert (changed.status_code, changed.headers["x-old"]) == (410, "new-old")
    assert (changed.headers["x-stage"], changed.headers["x-method"]) == ("$default", "GET")
    assert "set-cookie" not in changed.headers
    assert api.request().headers["x-old"] == "old"


def test_a_function_gets_mapped_parameters(cloud: Cloud) -> None:
    api = HttpApi(cloud)
    mapped = {"append:header.x-stage": "$context.stage", "append:querystring.q": "$request.path"}
    api.route("GET /a", api.with_function(RequestParameters=mapped))
    event = api.request("/a?p=1").json()
    assert event["headers"]["x-stage"] == "$default"
    assert event["queryStringParameters"] == {"p": "1", "q": "/a"}
    assert event["rawQueryString"] == "p=1&q=%2Fa"


class Service(HttpApi):
    """An API at POST / that leads to a service, as a role that may do what the statements say."""

    def __init__(
        self, cloud: Cloud, subtype: str, parameters: dict[str, str], *statements: dict[str, Any]
    ) -> None:
        super().__init__(cloud)
        role = cloud.role(*statements, **GATEWAY)
        settings = {"IntegrationSubtype": subtype, "CredentialsArn": role}
        made = self.integration(
            "AWS_PROXY", PayloadFormatVersion="1.0", RequestParameters=parameters, **settings
        )
        self.route("POST /", made)

    def post(self, **body: Any) -> Any:
        return self.request("/", "POST", json=body, headers={"Kind": "order"})


def test_a_request_becomes_a_message_of_a_queue(cloud: Cloud) -> None:
    sqs = cloud.client("sqs")
    queue = sqs.create_queue(QueueName=uuid.uuid4().hex)["QueueUrl"]
    attributes = json.dumps(
        {"kind": {"DataType": "String", "StringValue": "${request.header.kind}"}}
    )
    parameters = {
        "QueueUrl": queue,
        "MessageBody": "$request.body.message",
        "MessageAttributes": attributes,
    }
    api = Service(cloud, "SQS-SendMessage", parameters, allow("sqs:SendMessage"))
    sent = api.post(message={"a": 1})
    assert sent.status_code == 200
    received = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
    assert received["Body"] == '{"a":1}'
    assert sent.headers["content-type"] == "text/xml"
    assert sent.text.startswith(
        '<?xml version="1.0"?><SendMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/">'
        f"<SendMessageResult><MessageId>{received['MessageId']}</MessageId>"
    )
    assert received["MessageAttributes"]["kind"]["StringValue"] == "order"
    unresolved = api.post(other=1)
    assert unresolved.status_code == 400
    assert "Unable to resolve property MessageBody" in unresolved.json()["message"]

    reading = {"QueueUrl": queue, "MaxNumberOfMessages": "1"}
    reader = Service(cloud, "SQS-ReceiveMessage", reading, allow("sqs:ReceiveMessage"))
    api.post(message="second")
    (message,) = ElementTree.fromstring(reader.post().text).iter(f"{NAMESPACE}Message")
    assert message.findtext(f"{NAMESPACE}Body") == "second"
    handle = {"QueueUrl": queue, "ReceiptHandle": "$request.body.handle"}
    remover = Service(cloud, "SQS-DeleteMessage", handle, allow("sqs:DeleteMessage"))
    receipt = message.findtext(f"{NAMESPACE}ReceiptHandle")
    assert remover.post(handle=receipt).status_code == 200


def test_the_role_of_an_integration_decides(cloud: Cloud) -> None:
    queue = cloud.client("sqs").create_queue(QueueName=uuid.uuid4().hex)["QueueUrl"]
    parameters = {"QueueUrl": queue, "MessageBody": "$request.body"}
    refused = Service(cloud, "SQS-SendMessage", parameters, allow("sqs:ReceiveMessage")).post()
    assert refused.status_code == 403
    assert "<Code>AccessDenied</Code>" in refused.text
    assert "is not authorized to perform: sqs:sendmessage" in refused.text
    other = HttpApi(cloud)
    settings = {"IntegrationSubtype": "SQS-SendMessage", "CredentialsArn": cloud.role()}
    other.route("POST /", other.integration("AWS_PROXY", RequestParameters=parameters, **settings))
    assert said(other.request("/", "POST")) == FAILED, "the role does not trust API Gateway"


def test_a_request_becomes_an_event(cloud: Cloud) -> None:
    events, sqs = cloud.client("events"), cloud.client("sqs")
    name = uuid.uuid4().hex
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    target = arn("sqs", name)
    statement = allow("sqs:*", target) | {"Principal": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    events.create_event_bus(Name=name)
    events.put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "1", "Arn": target}])
    parameters = {
        "Source": "shop",
        "DetailType": "$request.header.kind",
        "Detail": "$request.body",
        "EventBusName": name,
    }
    api = Service(cloud, "EventBridge-PutEvents", parameters, allow("events:PutEvents"))
    put = api.request("/", "POST", json={"id": 7}, headers={"Kind": "Ordered"})
    answer = put.json()
    assert (answer["FailedEntryCount"], len(answer["Entries"])) == (0, 1)
    messages: list[Any] = []

    def came() -> bool:
        messages.extend(sqs.receive_message(QueueUrl=queue).get("Messages", []))
        return bool(messages)

    wait_for(came, "the event is not in the queue")
    event = json.loads(messages[0]["Body"])
    assert (event["detail"], event["detail-type"]) == ({"id": 7}, "Ordered")


def test_a_request_starts_an_execution(cloud: Cloud) -> None:
    machines, role = cloud.client("stepfunctions"), cloud.role()
    definition = json.dumps(PASS)
    made = {
        kind: machines.create_state_machine(
            name=uuid.uuid4().hex, roleArn=role, definition=definition, type=kind
        )["stateMachineArn"]
        for kind in ("STANDARD", "EXPRESS")
    }
    may = allow(["states:StartExecution", "states:StartSyncExecution"])
    parameters = {"StateMachineArn": made["STANDARD"], "Input": "$request.body"}
    started = Service(cloud, "StepFunctions-StartExecution", parameters, may).post(n=1).json()
    assert isinstance(started["startDate"], float)
    execution = machines.describe_execution(executionArn=started["executionArn"])
    assert json.loads(execution["input"]) == {"n": 1}
    parameters = {"StateMachineArn": made["EXPRESS"], "Input": "$request.body"}
    waited = Service(cloud, "StepFunctions-StartSyncExecution", parameters, may).post(n=2).json()
    assert (waited["status"], json.loads(waited["output"])) == ("SUCCEEDED", {"n": 2})


def test_a_request_stops_an_execution(cloud: Cloud) -> None:
    machines = cloud.client("stepfunctions")
    states = {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}
    machine = machines.create_state_machine(
        name=uuid.uuid4().hex,
        roleArn=cloud.role(),
        definition=json.dumps({"StartAt": "Wait", "States": states}),
    )["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
    parameters = {"ExecutionArn": "$request.body.execution", "Cause": "asked for"}
    may = allow("states:StopExecution")
    api = Service(cloud, "StepFunctions-StopExecution", parameters, may)
    assert "stopDate" in api.post(execution=execution).json()

    def last() -> Any:
        return machines.get_execution_history(executionArn=execution)["events"][-1]

    wait_for(lambda: last()["type"] == "ExecutionAborted", "the execution runs on")
    assert last()["executionAbortedEventDetails"]["cause"] == "asked for"
    missing = api.post(execution=f"{execution}x")
    assert (missing.status_code, missing.json()["__type"]) == (400, "ExecutionDoesNotExist")


CORS = {
    "AllowOrigins": ["http://localhost:1", "http://*"],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["content-type"],
    "ExposeHeaders": ["x-a"],
    "AllowCredentials": True,
    "MaxAge": 300,
}


def test_preflight_requests_are_answered_and_responses_have_the_headers(cloud: Cloud) -> None:
    """The website is the emulator itself: others may not send requests at all."""
    api = HttpApi(cloud, CorsConfiguration=CORS)
    api.route("GET /", api.with_function())
    asking = {"Origin": cloud.endpoint, "Access-Control-Request-Method": "GET"}
    preflight = api.request("/anything", "OPTIONS", headers=asking)
    assert preflight.status_code == 204
    headers = {n: v for n, v in preflight.headers.items() if n.startswith("access-control-")}
    assert headers == {
        "access-control-allow-origin": cloud.endpoint,
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "content-type",
        "access-control-expose-headers": "x-a",
        "access-control-allow-credentials": "true",
        "access-control-max-age": "300",
    }
    own = {
        "statusCode": 200,
        "headers": {"Access-Control-Allow-Origin": "x", "access-control-a": "b"},
    }
    answer = {"Answer": json.dumps(own)}
    for response in (
        api.request(headers={"Origin": cloud.endpoint, **answer}),
        api.request("/none", headers={"Origin": cloud.endpoint}),
    ):
        assert response.headers.get_list("access-control-allow-origin") == [cloud.endpoint]
        assert response.headers["access-control-allow-credentials"] == "true"
        assert "access-control-a" not in response.headers
    assert "access-control-allow-origin" not in api.request(headers=answer).headers
    assert api.request("/anything", "OPTIONS").status_code == 404
    foreign = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    assert api.request("/", "OPTIONS", headers=foreign).status_code == 403
    emptied = api.client.update_api(ApiId=api.id, CorsConfiguration={})
    assert "CorsConfiguration" not in emptied
    api.client.update_api(ApiId=api.id, CorsConfiguration=CORS)
    api.client.delete_cors_configuration(ApiId=api.id)
    assert api.request(headers=answer).headers["access-control-allow-origin"] == "x"
    assert api.request("/", "OPTIONS", headers=asking).status_code == 404
    credentials = {"AllowCredentials": True, "AllowOrigins": ["*"]}
    with pytest.raises(api.client.exceptions.BadRequestException):
        api.client.update_api(ApiId=api.id, CorsConfiguration=credentials)
