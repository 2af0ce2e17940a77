"""The response that the payload of a function stands for.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import Headers

from localstack_host.services.apigatewayv2.errors import failed

JSON = "application/json"
TEXT = "text/plain;charset=UTF-8"
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.1
# Headers that the server writes itself.
OWN = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive"})


@dataclass
class Answer:
    """A response of an integration."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


def of_payload(payload: bytes, version: str) -> Answer:
    """The response for a payload in format 1.0 or 2.0. Raises Refused, 500, if it is malformed."""
    try:
        value = json.loads(payload) if payload else None
    except (ValueError, RecursionError) as error:
        raise failed(f"The function's answer is no JSON: {error}") from error
    if isinstance(value, dict) and "statusCode" in value:
        return _formatted(value, version)
    if version == "1.0":
        raise failed("The function's answer has no statusCode, which format 1.0 requires")
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return Answer(200, Headers([("content-type", JSON)]), text.encode())


def _formatted(value: Mapping[str, Any], version: str) -> Answer:
    status = value["statusCode"]
    if isinstance(status, str) and status.isascii() and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise failed(f"The statusCode of the function's answer is {status!r:.100}")
    headers = Headers()
    for name, text in _headers(value, version):
        if not NAME.fullmatch(name):
            raise failed(f"The function's answer has a header with the name {name!r:.100}")
        if name.lower() not in OWN:
            headers.add(name, text)
    if "content-type" not in headers:
        headers["content-type"] = TEXT
    return Answer(status, headers, _body(value))


def _headers(value: Mapping[str, Any], version: str) -> Iterator[tuple[str, str]]:
    several = value.get("multiValueHeaders") if version == "1.0" else None
    single = value.get("headers")
    if not isinstance(several, dict | None) or not isinstance(single, dict | None):
        raise failed("The headers of the function's answer are no object")
    replaced = {name.lower() for name in several or ()}
    for name, text in (single or {}).items():
        if name.lower() not in replaced and text is not None:
            yield name, _text(text)
    for name, texts in (several or {}).items():
        for text in texts if isinstance(texts, list) else [texts]:
            yield name, _text(text)
    for cookie in (value.get("cookies") or ()) if version != "1.0" else ():
        yield "set-cookie", _text(cookie)


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise failed("A header of the function's answer is no text")
    text = value if isinstance(value, str) else json.dumps(value)
    if "\n" in text or "\r" in text:
        raise failed("A header of the function's answer has a line break")
    # As UTF-8, which HTTP/1.1 carries as Latin-1: RFC 9110, section 5.5.
    return text.encode().decode("latin-1")


def _body(value: Mapping[str, Any]) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if isinstance(body, int | float):
        body = json.dumps(body)
    if not isinstance(body, str):
        raise failed("The body of the function's answer is no text")
    if value.get("isBase64Encoded") is not True:
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise failed("The body of the function's answer is not encoded as Base64") from error
