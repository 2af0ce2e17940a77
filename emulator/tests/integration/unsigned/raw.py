"""Requests as a web page or curl would send them, and a table of those that must be refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

JSON_1_0 = "application/x-amz-json-1.0"
ACCOUNT = "000000000000"
NAME = "made-by-nobody"
ROLE = f"arn:aws:iam::000000000000:role/{NAME}"
XML_CODE = re.compile(r"<Code>(\w+)</Code>")


def signed(service: str, key: str = "test") -> str:
    """An Authorization header that is complete; nobody looks at the signature."""
    scope = f"20261126/us-east-2/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=host, Signature=0"


def signature(service: str, key: str = "test") -> dict[str, str]:
    return {"Authorization": signed(service, key), "X-Amz-Date": "20261126T000000Z"}


class Raw(httpx.Client):
    """A client without credentials; a body of an error, in whatever protocol, has a code."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(base_url=endpoint, timeout=30, trust_env=False)

    def ask(self, request: Request) -> httpx.Response:
        return self.request(request.method, request.path, **request.content)

    @staticmethod
    def code(answer: httpx.Response) -> str:
        found = XML_CODE.search(answer.text)
        if found:
            return found[1]
        query = answer.headers.get("x-amzn-query-error", "").partition(";")[0]
        return query or str(answer.json().get("__type", "")).rpartition("#")[2]


@dataclass(frozen=True)
class Request:
    """A request of a service's protocol, and how AWS refuses it when nobody signed it."""

    name: str
    code: str
    status: int
    path: str = "/"
    method: str = "POST"
    content: dict[str, Any] = field(default_factory=dict)


def query(name: str, version: str, **parameters: str) -> list[Request]:
    """By GET, as an image of a web page asks for it, and as a form posts it."""
    asked = {"Action": name, "Version": version, **parameters}
    code = "AccessDenied" if version == "2012-11-05" else "MissingAuthenticationToken"
    return [
        Request(f"{name} in the address", code, 403, "/", "GET", {"params": asked}),
        Request(f"{name} as a form", code, 403, "/", "POST", {"data": asked}),
    ]


def by_json(target: str, **body: Any) -> list[Request]:
    """By AWS's JSON protocols; a web page may only send a text, and a broken one is refused too."""
    code = "MissingAuthenticationTokenException"
    if target.startswith("AmazonSQS"):
        code = "AccessDenied"
    headers = {"X-Amz-Target": target, "Content-Type": JSON_1_0}
    sent = {"headers": headers, "content": json.dumps(body)}
    return [
        Request(target, code, 400, content=sent),
        Request(f"{target} broken", code, 400, content=sent | {"content": "{"}),
    ]


def rest(method: str, path: str, **body: Any) -> list[Request]:
    """By paths and JSON."""
    code = "MissingAuthenticationTokenException"
    return [Request(f"{method} {path}", code, 403, path, method, {"json": body} if body else {})]


def bucket(method: str, path: str, **content: Any) -> list[Request]:
    return [Request(f"{method} {path}", "AccessDenied", 403, path, method, content)]


FUNCTION = {"FunctionName": NAME, "Role": ROLE, "Code": {"ZipFile": "UEsFBg=="}}
REFUSED = [
    *query("CreateStack", "2010-05-15", StackName=NAME, TemplateBody="{}"),
    *query("CreateTopic", "2010-03-31", Name=NAME),
    *query("CreateQueue", "2012-11-05", QueueName=NAME),
    *query("CreateRole", "2010-05-08", RoleName=NAME, AssumeRolePolicyDocument="{}"),
    *query("AssumeRole", "2011-06-15", RoleArn=ROLE, RoleSessionName=NAME),
    *query("GetCallerIdentity", "2011-06-15"),
    *query("VerifyEmailIdentity", "2010-12-01", EmailAddress="a@b.example"),
    *query("PutMetricData", "2010-08-01", Namespace=NAME),
    *query("DescribeInstances", "2016-11-15"),
    *by_json("DynamoDB_20120810.CreateTable", TableName=NAME),
    *by_json("AWSStepFunctions.CreateStateMachine", name=NAME, definition="{}", roleArn=ROLE),
    *by_json("AWSEvents.PutRule", Name=NAME, ScheduleExpression="rate(1 minute)"),
    *by_json("AmazonSSM.PutParameter", Name=NAME, Value="x", Type="String"),
    *by_json("Logs_20140328.CreateLogGroup", logGroupName=NAME),
    *by_json("TrentService.CreateKey"),
    *by_json("AmazonSQS.CreateQueue", QueueName=NAME),
    *by_json("Kinesis_20131202.CreateStream", StreamName=NAME),
    *rest("GET", "/2015-03-31/functions/"),
    *rest("POST", "/2015-03-31/functions", **FUNCTION),
    *rest("POST", f"/2015-03-31/functions/{NAME}/invocations"),
    *bucket("PUT", f"/{NAME}"),
    *bucket("GET", "/?list-type=2", headers={"User-Agent": "aws-cli/2"}),
]
