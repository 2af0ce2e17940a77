"""Lambda authorizers of HTTP APIs: a function says whether a request may pass.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
Its answer is kept for the authorizer's time by the values of its identity sources.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localstack_host.services.apigateway.authorizers.policies import decision_of
from localstack_host.services.apigateway.expiring import Expiring
from localstack_host.services.apigatewayv2 import events, functions
from localstack_host.services.apigatewayv2.errors import failed, forbidden, unauthorized
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.models import Resource
from localstack_host.services.apigatewayv2.values import value_of
from localstack_host.services.iam.policies import MalformedPolicy, Policy, of_document

MOST_RESULTS = 10_000
DEFAULT_TTL_S = 300
TIMEOUT_MS = 10_000
UNAUTHORIZED = "Unauthorized"


@dataclass(frozen=True)
class Result:
    """What a function says: yes or no, or a policy; and values for the integration."""

    allowed: bool
    policy: Policy | None
    context: Mapping[str, Any] | None
    principal: str | None = None


RESULTS: Expiring[Result] = Expiring(MOST_RESULTS)


def authorize(authorizer: Resource, invocation: Invocation) -> None:
    """Requires that the function allows the request. Raises Refused: 401, 403, or 500."""
    sources = authorizer.get("IdentitySource") or []
    values = tuple(value_of(source, invocation) or "" for source in sources)
    if not all(values):
        raise unauthorized()
    ttl = authorizer.get("AuthorizerResultTtlInSeconds")
    ttl = (DEFAULT_TTL_S if ttl is None else ttl) if values else 0
    api = invocation.api
    key = (api.account, api.region, api.id, invocation.stage_name, authorizer["AuthorizerId"])
    result = RESULTS.get((*key, *values)) if ttl else None
    if result is None:
        result = _ask(authorizer, values, invocation)
        if ttl:
            RESULTS.put((*key, *values), result, ttl)
    _note(result, invocation)
    if not _allows(result, invocation):
        raise forbidden()


def _ask(authorizer: Resource, values: tuple[str, ...], invocation: Invocation) -> Result:
    function = functions.named(authorizer["AuthorizerUri"], invocation.stage_variables)
    source = invocation.arn(f"authorizers/{authorizer['AuthorizerId']}")
    event, role = _event(authorizer, values, invocation), authorizer.get("AuthorizerCredentialsArn")
    payload, is_error = functions.within(
        TIMEOUT_MS, lambda: functions.invoke(function, event, source, role)
    )
    try:
        answer = json.loads(payload)
    except ValueError as error:
        raise failed("The authorizer's answer is no JSON") from error
    if not isinstance(answer, dict):
        raise failed("The authorizer's answer is no object")
    if is_error:
        invocation.authorizer_error = str(answer.get("errorMessage"))
        if answer.get("errorMessage") == UNAUTHORIZED:
            raise unauthorized()
        raise failed(f"The authorizer failed: {payload[:500]!r}")
    return _simple(answer) if authorizer.get("EnableSimpleResponses") else _of_policy(answer)


def _event(authorizer: Resource, values: tuple[str, ...], invocation: Invocation) -> dict[str, Any]:
    """The event of a request for a function, in the authorizer's format."""
    arn = invocation.method_arn()
    if authorizer["AuthorizerPayloadFormatVersion"] == "1.0":
        joined = ",".join(values)
        named = {"type": "REQUEST", "methodArn": arn}
        identity = {"identitySource": joined or None, "authorizationToken": joined or None}
        return {**events.request_of_version_1(invocation), **named, **identity}
    named = {"type": "REQUEST", "routeArn": arn}
    return {**events.request_of_version_2(invocation), **named, "identitySource": list(values)}


def _simple(answer: Mapping[str, Any]) -> Result:
    allowed, context = answer.get("isAuthorized"), answer.get("context")
    if not isinstance(allowed, bool) or not isinstance(context, dict | None):
        raise failed("The authorizer's answer is no simple response")
    return Result(allowed, None, context)


def _of_policy(answer: Mapping[str, Any]) -> Result:
    document, context = answer.get("policyDocument"), answer.get("context")
    principal = answer.get("principalId")
    if not isinstance(document, dict) or not isinstance(context, dict | None):
        raise failed("The authorizer's answer has no policy")
    if not isinstance(principal, str | int):
        raise failed("The authorizer's answer has no principal")
    try:
        policy = of_document(document)
    except MalformedPolicy as error:
        raise failed(f"The policy of the authorizer's answer is malformed: {error}") from error
    return Result(True, policy, context, str(principal))


def _note(result: Result, invocation: Invocation) -> None:
    context = dict(result.context) if result.context is not None else None
    invocation.authorizer = {"lambda": context}
    invocation.principal = result.principal


def _allows(result: Result, invocation: Invocation) -> bool:
    if result.policy is None:
        return result.allowed
    arn, region = invocation.method_arn(), invocation.api.region
    return decision_of(result.policy, arn, invocation.request, region).allowed
