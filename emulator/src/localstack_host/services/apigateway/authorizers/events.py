"""The events that functions of authorizers get.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

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
    headers = request["headers"]
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
