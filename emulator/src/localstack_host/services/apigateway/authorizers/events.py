"""The events that functions of authorizers get.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import Headers

from localstack_host.authentication.internal_resources import method_arn
from localstack_host.services.apigateway.authorizers.identity import TOKEN


def event(authorizer: Mapping[str, Any], identity: tuple[str, ...], context: Any) -> bytes:
    """The event for a request (LocalStack's context), as JSON."""
    kind = authorizer.get("type")
    named = {"type": kind, "methodArn": method_arn(context)}
    if kind == TOKEN:
        return json.dumps({**named, "authorizationToken": identity[0]}).encode()
    return json.dumps(named | _of_request(context), default=str).encode()


def _of_request(context: Any) -> dict[str, Any]:
    request = context.invocation_request
    headers = _headers(request["headers"], context)
    return {
        "resource": context.resource["path"],
        "path": request["path"],
        "httpMethod": request["http_method"],
        "headers": dict(headers),
        "multiValueHeaders": {name: headers.getlist(name) for name in dict(headers)},
        "queryStringParameters": request.get("query_string_parameters") or {},
        "multiValueQueryStringParameters": request.get("multi_value_query_string_parameters") or {},
        "pathParameters": request.get("path_parameters") or {},
        "stageVariables": context.stage_variables or {},
        "requestContext": context.context_variables,
    }


def _headers(sent: Headers, context: Any) -> Headers:
    """The headers of a request with those that API Gateway adds, as for an integration."""
    headers = Headers(list(sent))
    environment = getattr(context.request, "environ", None)
    if environment is not None:
        headers["X-Forwarded-For"] = context.request.remote_addr
        headers["X-Forwarded-Port"] = environment.get("SERVER_PORT", "")
        headers["X-Forwarded-Proto"] = environment.get("SERVER_PROTOCOL", "").partition("/")[0]
        headers["X-Amzn-Trace-Id"] = context.trace_id
    return headers
