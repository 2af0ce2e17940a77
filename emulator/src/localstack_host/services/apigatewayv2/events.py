"""The events that functions get of requests, in both formats.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack_host.services.apigatewayv2.invocation import Invocation, joined
from localstack_host.services.apigatewayv2.models import DEFAULT_ROUTE

UNKNOWN_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


def event_of(invocation: Invocation, version: str) -> dict[str, Any]:
    """The event of a request for an integration, in format 1.0 or 2.0."""
    make = _version_1 if version == "1.0" else _version_2
    return make(invocation)


def request_of_version_2(invocation: Invocation) -> dict[str, Any]:
    """What an event has of a request, without its body; an authorizer gets that, too."""
    headers = invocation.headers
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": invocation.route_key,
        "rawPath": invocation.raw_path,
        "rawQueryString": invocation.raw_query,
    }
    cookies = [c.strip() for value in headers.getlist("Cookie") for c in value.split(";")]
    if cookies:
        event["cookies"] = cookies
    event["headers"] = joined([(n.lower(), v) for n, v in headers if n.lower() != "cookie"])
    if invocation.query:
        event["queryStringParameters"] = joined(invocation.query)
    event["requestContext"] = context_of_version_2(invocation)
    if invocation.path_parameters:
        event["pathParameters"] = dict(invocation.path_parameters)
    if invocation.stage_variables:
        event["stageVariables"] = dict(invocation.stage_variables)
    return event


def context_of_version_2(invocation: Invocation) -> dict[str, Any]:
    """The `requestContext` of format 2.0."""
    context: dict[str, Any] = {"accountId": invocation.api.account, "apiId": invocation.api.id}
    if invocation.authorizer:
        context["authorizer"] = invocation.authorizer
    return {
        **context,
        "domainName": invocation.domain_name,
        "domainPrefix": invocation.api.id,
        "http": {
            "method": invocation.method,
            "path": invocation.raw_path,
            "protocol": "HTTP/1.1",
            "sourceIp": invocation.source_ip,
            "userAgent": invocation.user_agent,
        },
        "requestId": invocation.id,
        "routeKey": invocation.route_key,
        "stage": invocation.stage_name,
        "time": invocation.time,
        "timeEpoch": invocation.epoch_ms,
    }


def _version_2(invocation: Invocation) -> dict[str, Any]:
    event = request_of_version_2(invocation)
    text, encoded = invocation.text_or_base64()
    if invocation.body:
        event["body"] = text
    return {**event, "isBase64Encoded": encoded and bool(invocation.body)}


def request_of_version_1(invocation: Invocation) -> dict[str, Any]:
    """What an event of format 1.0 has of a request, without its body."""
    query, headers = _several(invocation.query), _several(list(invocation.headers))
    return {
        "version": "1.0",
        "resource": _resource(invocation),
        "path": invocation.raw_path,
        "httpMethod": invocation.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {n: v[-1] for n, v in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": context_of_version_1(invocation),
        "pathParameters": dict(invocation.path_parameters) or None,
        "stageVariables": dict(invocation.stage_variables) or None,
    }


def context_of_version_1(invocation: Invocation) -> dict[str, Any]:
    """The `requestContext` of format 1.0."""
    identity: dict[str, Any] = dict.fromkeys(UNKNOWN_IDENTITY)
    client = {"sourceIp": invocation.source_ip, "userAgent": invocation.user_agent}
    return {
        "accountId": invocation.api.account,
        "apiId": invocation.api.id,
        "authorizer": _authorizer_of_version_1(invocation),
        "domainName": invocation.domain_name,
        "domainPrefix": invocation.api.id,
        "extendedRequestId": invocation.id,
        "httpMethod": invocation.method,
        "identity": {**identity, **client, **_signed_by(invocation)},
        "path": invocation.raw_path,
        "protocol": "HTTP/1.1",
        "requestId": invocation.id,
        "requestTime": invocation.time,
        "requestTimeEpoch": invocation.epoch_ms,
        "resourceId": invocation.route_key,
        "resourcePath": _resource(invocation),
        "stage": invocation.stage_name,
    }


def _authorizer_of_version_1(invocation: Invocation) -> Mapping[str, Any]:
    known = invocation.authorizer
    if "jwt" in known:
        return dict(known["jwt"])
    if "lambda" in known:
        principal = {"principalId": invocation.principal} if invocation.principal else {}
        return {**(known["lambda"] or {}), **principal}
    return {"claims": None, "scopes": None}


def _signed_by(invocation: Invocation) -> dict[str, Any]:
    signed = invocation.authorizer.get("iam") or {}
    named = {"caller": "callerId", "user": "userId"}
    return {name: signed[named.get(name, name)] for name in UNKNOWN_IDENTITY
            if named.get(name, name) in signed}  # fmt: skip


def _version_1(invocation: Invocation) -> dict[str, Any]:
    text, encoded = invocation.text_or_base64()
    body = text if invocation.body else None
    encoding = {"body": body, "isBase64Encoded": encoded and body is not None}
    return {**request_of_version_1(invocation), **encoding}


def _resource(invocation: Invocation) -> str:
    key = invocation.route_key
    return f"/{DEFAULT_ROUTE}" if key == DEFAULT_ROUTE else key.partition(" ")[2]


def _several(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
