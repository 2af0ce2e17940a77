"""Lambda authorizers: a function says what who sends a request may do.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
Its answer is kept for the authorizer's time by the values of its identity sources, and its policy
is evaluated for each method. Kept answers are forgotten when the emulator stops.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.apigateway.next_gen.execute_api.helpers import (
    render_uri_with_stage_variables,
)
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import get_service_factory

from localstack_host.authentication.internal_resources import method_arn
from localstack_host.services.apigateway.authorizers import answers, identity
from localstack_host.services.apigateway.authorizers.answers import Authorization
from localstack_host.services.apigateway.authorizers.errors import denied, failed, misconfigured
from localstack_host.services.apigateway.authorizers.events import event
from localstack_host.services.apigateway.authorizers.policies import decision_of
from localstack_host.services.apigateway.expiring import Expiring

MOST_RESULTS = 10_000
LONGEST_TTL_S, DEFAULT_TTL_S = 3600, 300
RESULTS: Expiring[Authorization] = Expiring(MOST_RESULTS)
FUNCTION = re.compile(r":lambda:path/[^/]+/functions/(arn:[^/]+)/invocations$")
EXPLICITLY = "with an explicit deny"
THROTTLED = "TooManyRequestsException"


def authorize(authorizer: Mapping[str, Any], context: Any) -> None:
    """Requires that the authorizer's function allows the method. Raises a gateway response.

    The context of the request gets what the function says of the caller.
    """
    values = identity.values(authorizer, context)
    ttl = _ttl(authorizer) if values else 0
    key = (context.account_id, context.region, context.api_id, context.stage, authorizer["id"])
    found = RESULTS.get((*key, *values)) if ttl else None
    latency_ms = 0
    if found is None:
        began = time.monotonic()
        found = ask(authorizer, values, context)
        latency_ms = int((time.monotonic() - began) * 1000)
        if ttl:
            RESULTS.put((*key, *values), found, ttl)
    _note(found, latency_ms, context)
    _require_allowed(found, context)


def _ttl(authorizer: Mapping[str, Any]) -> int:
    """For how many seconds a result is kept."""
    ttl = authorizer.get("authorizerResultTtlInSeconds")
    return DEFAULT_TTL_S if ttl is None else min(int(ttl), LONGEST_TTL_S)


def ask(authorizer: Mapping[str, Any], values: tuple[str, ...], context: Any) -> Authorization:
    """Calls the function, by the authorizer's role or as API Gateway. Raises a gateway response."""
    uri = render_uri_with_stage_variables(authorizer.get("authorizerUri"), context.stage_variables)
    function = FUNCTION.search(uri or "")
    if function is None:
        raise misconfigured()
    source = f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}"
    try:
        factory = get_service_factory(
            function[1].split(":")[3], authorizer.get("authorizerCredentials") or ""
        )
        client: Any = factory.lambda_.request_metadata(
            service_principal="apigateway", source_arn=f"{source}/authorizers/{authorizer['id']}"
        )
        answer = client.invoke(FunctionName=function[1], Payload=event(authorizer, values, context))
    except ClientError as error:
        is_throttled = error.response["Error"]["Code"] == THROTTLED
        raise failed() if is_throttled else misconfigured() from error
    return answers.of_payload(answer["Payload"].read(), "FunctionError" in answer)


def _note(found: Authorization, latency_ms: int, context: Any) -> None:
    variables = context.context_variables
    named = {"principalId": found.principal, "integrationLatency": latency_ms}
    variables["authorizer"] = {**found.values, **named}
    if found.key:
        variables["identity"]["apiKey"] = found.key


def _require_allowed(found: Authorization, context: Any) -> None:
    decision = decision_of(found.policy, method_arn(context), context.request, context.region)
    if not decision.allowed:
        raise denied(explicitly=decision.reason.startswith(EXPLICITLY))
