"""The values that expressions stand for: `$request.header.name`, `$context.requestId` and others.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from localstack_host.services.apigatewayv2.invocation import Invocation

EXPRESSION = re.compile(
    r"\$(?:\{(?P<braced>(?:request|response|context|stageVariables)[^{}]*)\}"
    r"|(?P<plain>(?:request|response|context|stageVariables)(?:\.[\w:\-\[\]*]+)*))"
)
INDEX = re.compile(r"\[(\d+)\]")


def value_of(expression: str, invocation: Invocation, answer: Any = None) -> str | None:
    """The value of one expression, such as an identity source; None if there is none."""
    match = EXPRESSION.fullmatch(expression.strip())
    return _value(match["braced"] or match["plain"], invocation, answer) if match else None


def filled(text: str, invocation: Invocation, answer: Any = None) -> str | None:
    """A text with the values of its expressions; None for one expression without a value.

    A text without any expression is itself.
    """
    if EXPRESSION.fullmatch(text.strip()):
        return value_of(text, invocation, answer)

    def replaced(match: re.Match[str]) -> str:
        return _value(match["braced"] or match["plain"], invocation, answer) or ""

    return EXPRESSION.sub(replaced, text)


def _value(name: str, invocation: Invocation, answer: Any) -> str | None:
    root, _, rest = name.partition(".")
    if root == "stageVariables":
        return invocation.stage_variables.get(rest)
    if root == "context":
        return _text(_nested(context_of(invocation), rest))
    kind, _, own = rest.partition(".")
    if root == "response":
        return _of_response(kind, own, answer)
    return _of_request(kind, own, invocation)


def _of_request(kind: str, name: str, invocation: Invocation) -> str | None:
    if kind == "header":
        return ",".join(invocation.headers.getlist(name)) or None
    if kind == "querystring":
        return ",".join(value for key, value in invocation.query if key == name) or None
    if kind == "path":
        return invocation.path_parameters.get(name) if name else invocation.path
    if kind == "method":
        return invocation.method
    return _in_body(name, invocation.body) if kind == "body" else None


def _of_response(kind: str, name: str, answer: Any) -> str | None:
    if answer is None:
        return None
    if kind == "header":
        return ",".join(answer.headers.getlist(name)) or None
    if kind == "statuscode":
        return str(answer.status)
    return _in_body(name, answer.body) if kind == "body" else None


def _in_body(path: str, body: bytes) -> str | None:
    """A body, or the part of a JSON body that a path such as `items[0].sku` names."""
    if not path:
        return body.decode(errors="replace")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for part in INDEX.sub(r".\1", path).split("."):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return _text(value)


def _nested(values: Any, path: str) -> Any:
    for name in path.split("."):
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def context_of(invocation: Invocation) -> dict[str, Any]:
    """The variables of `$context` that are known before the integration is asked."""
    signed = invocation.authorizer.get("iam") or {}
    error = invocation.error or None
    return {
        "accountId": invocation.api.account,
        "apiId": invocation.api.id,
        "authorizer": _authorizer(invocation),
        "domainName": invocation.domain_name,
        "domainPrefix": invocation.api.id,
        "error": {"message": error, "messageString": json.dumps(error) if error else None},
        "extendedRequestId": invocation.id,
        "httpMethod": invocation.method,
        "identity": {
            "accountId": signed.get("accountId"),
            "caller": signed.get("callerId"),
            "sourceIp": invocation.source_ip,
            "user": signed.get("userId"),
            "userAgent": invocation.user_agent or None,
            "userArn": signed.get("userArn"),
        },
        "path": invocation.raw_path,
        "protocol": "HTTP/1.1",
        "requestId": invocation.id,
        "requestTime": invocation.time,
        "requestTimeEpoch": invocation.epoch_ms,
        "routeKey": invocation.route_key or None,
        "stage": invocation.stage_name,
    }


def _authorizer(invocation: Invocation) -> dict[str, Any]:
    known = invocation.authorizer
    values = dict(known.get("lambda") or {}) | dict(known.get("jwt") or {})
    noted = {"error": invocation.authorizer_error or None, "principalId": invocation.principal}
    return {**values, **noted}
