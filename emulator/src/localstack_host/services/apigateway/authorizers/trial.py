"""TestInvokeAuthorizer: an authorizer is tried, without a request to a stage.

https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    BaseGatewayException,
)
from werkzeug.datastructures import Headers

from localstack_host.services.apigateway.authorizers import functions, identity, user_pools

STAGE, REQUESTED_STAGE = "ESTestInvoke-stage", "test-invoke-stage"


def tried(
    authorizer: Mapping[str, Any], request: Mapping[str, Any], context: Any
) -> dict[str, Any]:
    """The response for a request; `context` is LocalStack's, with account and region."""
    began, made = time.monotonic(), _context(request, context)
    number = made.context_variables["requestId"]
    lines = [f"Starting authorizer: {authorizer['id']} for request: {number}"]
    try:
        answer = _answer(authorizer, made)
    except BaseGatewayException as error:
        answer = {"clientStatus": int(error.status_code)}
        lines.append(f"{error.code}: {error.message}")
    latency_ms = int((time.monotonic() - began) * 1000)
    lines.append(f"Authorizer completed with status: {answer['clientStatus']}")
    now = datetime.now(UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    log = "\n".join((f"Execution log for request {number}", *(f"{now} : {line}" for line in lines)))
    return {**answer, "latency": latency_ms, "log": f"{log}\n"}


def _answer(authorizer: Mapping[str, Any], made: Any) -> dict[str, Any]:
    values = identity.values(authorizer, made)
    if authorizer.get("type") == "COGNITO_USER_POOLS":
        claims = user_pools.claims_of(values[0].removeprefix("Bearer "), authorizer)
        return {"clientStatus": 200, "claims": {n: str(v) for n, v in claims.items()}}
    found = functions.ask(authorizer, values, made)
    policy = json.dumps(found.document)
    return {"clientStatus": 200, "principalId": found.principal, "policy": policy}


def _context(request: Mapping[str, Any], context: Any) -> Any:
    """What LocalStack's context of a request has that an authorizer reads."""
    address = urlsplit(request.get("pathWithQueryString") or "/")
    query = parse_qs(address.query)
    headers = Headers(request.get("headers") or {})
    for name, values in (request.get("multiValueHeaders") or {}).items():
        headers.setlist(name, values)
    variables = {
        "accountId": context.account_id,
        "apiId": request["restApiId"],
        "httpMethod": "GET",
        "identity": {"sourceIp": "test-invoke-source-ip"},
        "path": address.path,
        "requestId": str(uuid.uuid4()),
        "resourcePath": address.path,
        "stage": REQUESTED_STAGE,
    }
    return SimpleNamespace(
        account_id=context.account_id,
        region=context.region,
        api_id=request["restApiId"],
        stage=STAGE,
        request=SimpleNamespace(method="GET"),
        resource={"path": address.path},
        stage_variables=request.get("stageVariables") or {},
        context_variables=variables | dict(request.get("additionalContext") or {}),
        invocation_request={
            "http_method": "GET",
            "path": address.path,
            "headers": headers,
            "query_string_parameters": {name: values[-1] for name, values in query.items()},
            "multi_value_query_string_parameters": query,
            "path_parameters": {},
        },
    )
