"""The API as a client of API Gateway sees it. Every answer is checked against openapi.json."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
from jsonschema import Draft202012Validator, FormatChecker

import checkout_api
from checkout_api import handler
from lab.shop.token_keys import SigningKey
from tests.shop import KEY as SIGNING
from tests.shop import TOKENS

DOCUMENT: dict[str, Any] = json.loads(
    (Path(checkout_api.__file__).parent / "openapi.json").read_text("utf-8")
)
CONTEXT = SimpleNamespace(
    function_name="checkout-api",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:us-east-2:000000000000:function:checkout-api",
    aws_request_id="request-1",
)
KEY = "a-key-of-ada"
ADA = "cus_ada"


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        return str(self.body["code"])

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.body["errors"]]


@cache
def validator(schema: str) -> Draft202012Validator:
    root = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    return Draft202012Validator(root, format_checker=FormatChecker())


def call(method: str, path: str, body: object = None, *args: Any, **options: Any) -> Answer:
    """Sends a request, and checks that the answer is what openapi.json promises."""
    return _read(method, path, send(method, path, body, *args, **options))


def send(
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    raw: str | None = None,
    base64_body: bytes | None = None,
) -> dict[str, Any]:
    """Sends a request. `body` is sent as JSON, `raw` and `base64_body` as they are."""
    text = raw if body is None else json.dumps(body)
    encoded = base64.b64encode(base64_body).decode() if base64_body is not None else text
    event = {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"stage": "dev", "requestId": "request-1", "httpMethod": method},
        "body": encoded,
        "isBase64Encoded": base64_body is not None,
    }
    return dict(handler.handle(event, CONTEXT))


def _read(method: str, path: str, result: dict[str, Any]) -> Answer:
    headers = {name: values[0] for name, values in result["multiValueHeaders"].items()}
    answer = Answer(result["statusCode"], json.loads(result["body"]), headers)
    media_type, schema = _promised(method, path, answer.status)
    assert headers["Content-Type"] == media_type
    validator(schema).validate(answer.body)
    return answer


def _promised(method: str, path: str, status: int) -> tuple[str, str]:
    """The media type and the schema that openapi.json has for an answer."""
    operation = operation_of(method, path)
    if operation is None:
        assert status == 404
        return "application/problem+json", "Problem"
    response = resolved(operation["responses"][str(status)])
    ((media_type, content),) = response["content"].items()
    return media_type, content["schema"]["$ref"].rsplit("/", 1)[1]


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    """A documented response, also where the operation only refers to it."""
    name = response.get("$ref", "").rsplit("/", 1)[-1]
    return dict(DOCUMENT["components"]["responses"].get(name, response))


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    for template, operations in DOCUMENT["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return dict(operations[method.lower()])
    return None


def a_token(
    key: SigningKey = SIGNING, headers: Mapping[str, Any] | None = None, **claims: object
) -> str:
    """Ada's token; a claim that is given as None is left out."""
    valid = {
        "sub": ADA,
        "iss": TOKENS.issuer,
        "aud": TOKENS.audience,
        "iat": 1_700_000_000,
        "exp": 4_000_000_000,
    }
    payload = {name: value for name, value in (valid | claims).items() if value is not None}
    said = {
        name: v for name, v in ({"kid": key.kid} | dict(headers or {})).items() if v is not None
    }
    return jwt.encode(payload, key.private, "RS256", said)


def signed_in(token: str | None = None, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token or a_token()}", **headers}


def a_checkout(**changes: object) -> dict[str, Any]:
    """A valid body of POST /checkout; what is given as None is left out."""
    valid = {
        "items": [{"sku": "TEA", "quantity": 2}],
        "payment": {"token": "tok_visa"},
        "shippingAddress": {
            "name": "Ada Byron",
            "line1": "12 Analytical Way",
            "city": "Portland",
            "region": "OR",
            "postalCode": "97201",
            "country": "US",
        },
        "email": "ada@example.com",
    }
    return {name: value for name, value in (valid | changes).items() if value is not None}


def post_checkout(body: object = None, key: str | None = KEY, **options: Any) -> Answer:
    headers = signed_in() | ({"Idempotency-Key": key} if key is not None else {})
    if body is None and not {"raw", "base64_body"} & set(options):
        body = a_checkout()
    return call("POST", "/checkout", body, headers, **options)
