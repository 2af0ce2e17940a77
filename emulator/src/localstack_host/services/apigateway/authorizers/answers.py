"""What the function of an authorizer answers: a principal, a policy, and values for the API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localstack_host.services.apigateway.authorizers.errors import (
    failed,
    misconfigured,
    unauthorized,
)
from localstack_host.services.iam.policies import MalformedPolicy, Policy, of_document

UNAUTHORIZED = "Unauthorized"
# The types of errors of a function that has not ended by itself.
ENDED = ("Sandbox.Timedout", "Runtime.ExitError", "Runtime.OutOfMemory")


@dataclass(frozen=True)
class Authorization:
    """An answer. `values` are those of the answer's context, as text; `key` is an API key."""

    principal: str
    document: Mapping[str, Any]
    policy: Policy
    values: Mapping[str, str]
    key: str | None = None


def of_payload(payload: bytes, is_error: bool) -> Authorization:
    """The answer in a function's payload. Raises the gateway response for what is none."""
    try:
        answer = json.loads(payload)
    except ValueError as error:
        raise misconfigured() from error
    if not isinstance(answer, dict):
        raise misconfigured()
    if is_error:
        raise _failure(answer)
    return _authorization(answer)


def _failure(answer: Mapping[str, Any]) -> Exception:
    if answer.get("errorMessage") == UNAUTHORIZED:
        return unauthorized()
    return failed() if answer.get("errorType") in ENDED else misconfigured()


def _authorization(answer: Mapping[str, Any]) -> Authorization:
    principal, document = answer.get("principalId"), answer.get("policyDocument")
    values, key = answer.get("context") or {}, answer.get("usageIdentifierKey")
    if not isinstance(principal, str | int) or not isinstance(document, dict):
        raise misconfigured()
    if not isinstance(values, dict) or any(isinstance(v, dict | list) for v in values.values()):
        raise misconfigured()
    texts = {name: _text(value) for name, value in values.items() if value is not None}
    try:
        policy = of_document(document)
    except MalformedPolicy as error:
        raise misconfigured() from error
    return Authorization(str(principal), document, policy, texts, str(key) if key else None)


def _text(value: Any) -> str:
    """A number, true or false as text: an API gets all values as text."""
    return value if isinstance(value, str) else json.dumps(value)
