"""Signatures are those that botocore makes, and any change of a request makes them wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localstack_host.services.iam import signatures

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY"
KEYS = Credentials("LKIAQAAAAAAAOGUE2KAB", SECRET, "token")
HOST = "http://localhost:4566"
TARGET = {"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0"}

REQUESTS: dict[str, tuple[str, str, dict[str, str], bytes]] = {
    "JSON": ("POST", "/", TARGET, b'{"TableName": "t"}'),
    "no body": ("GET", "/2015-03-31/functions/", {}, b""),
    "a query": ("GET", "/?Version=2011-06-15&Action=List%20All&b=%2F&a=&b=1", {}, b""),
    "an encoded path": ("POST", "/functions/arn%3Aaws%3Alambda/invocations", {}, b"\x00\xff"),
    "spaces in a header": ("POST", "/", {"X-Amz-Note": "  a   b "}, b"{}"),
}


def environment(request: Any, body: bytes) -> dict[str, Any]:
    """The WSGI environment that the server makes of a request."""
    parts = urlsplit(request.url)
    headers = {"host": parts.netloc, **dict(request.headers)}
    return {
        "REQUEST_METHOD": request.method,
        "RAW_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
        "PATH_INFO": unquote(parts.path),
        "QUERY_STRING": parts.query,
        "HTTP_X_AMZ_SECURITY_TOKEN": headers.get("X-Amz-Security-Token", ""),
        "rolo.headers": [(n.encode(), v.encode()) for n, v in headers.items()],
    }


def signed(name: str, auth: Callable[..., Any], service: str = "dynamodb") -> dict[str, Any]:
    method, path, headers, body = REQUESTS[name]
    request: Any = AWSRequest(method, HOST + path, dict(headers), body)
    auth(KEYS, service, "us-east-2").add_auth(request)
    return environment(request.prepare(), body)


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize(("auth", "service"), [(SigV4Auth, "dynamodb"), (S3SigV4Auth, "s3")])
def test_what_botocore_signs_is_genuine_and_only_with_its_secret(
    name: str, auth: Callable[..., Any], service: str
) -> None:
    request, body = signed(name, auth, service), REQUESTS[name][3]
    assert signatures.is_genuine(request, SECRET, body)
    assert not signatures.is_genuine(request, "another", body)
    assert signatures.token_of(request) == "token"


@pytest.mark.parametrize(("auth", "service"), [(SigV4QueryAuth, "sts"), (S3SigV4QueryAuth, "s3")])
def test_a_presigned_address_is_genuine_until_it_is_changed(
    auth: Callable[..., Any], service: str
) -> None:
    method, path, headers, body = REQUESTS["a query"]
    request: Any = AWSRequest(method, HOST + path, dict(headers), body)
    auth(KEYS, service, "us-east-2", expires=60).add_auth(request)
    made = environment(request.prepare(), body)
    assert signatures.is_genuine(made, SECRET, body)
    assert signatures.token_of(made) == "token"
    changed = made["QUERY_STRING"].replace("List%20All", "List%20None")
    assert not signatures.is_genuine(made | {"QUERY_STRING": changed}, SECRET, body)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("REQUEST_METHOD", "PUT"), ("RAW_URI", "/other"), ("QUERY_STRING", "a=b")],
)
def test_a_changed_request_is_not_genuine(variable: str, value: str) -> None:
    request = signed("JSON", SigV4Auth)
    assert not signatures.is_genuine(request | {variable: value}, SECRET, REQUESTS["JSON"][3])


def test_neither_is_one_with_another_body_or_header() -> None:
    request, body = signed("JSON", SigV4Auth), REQUESTS["JSON"][3]
    assert not signatures.is_genuine(request, SECRET, body + b" ")
    changed = [
        (n, b"DynamoDB_20120810.PutItem" if n.lower() == b"x-amz-target" else v)
        for n, v in request["rolo.headers"]
    ]
    assert not signatures.is_genuine(request | {"rolo.headers": changed}, SECRET, body)


def test_a_body_that_is_streamed_to_s3_is_believed_by_its_digest() -> None:
    request = signed("JSON", S3SigV4Auth, "s3")
    assert signatures.is_genuine(request, SECRET, None)
    assert not signatures.is_genuine(request, "another", None)
