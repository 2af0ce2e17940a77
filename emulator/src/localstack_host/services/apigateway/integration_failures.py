"""Integrations that do not answer, not in time, or not as they should.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from localstack.services.apigateway.next_gen.execute_api import gateway_response as responses

Handler = Callable[[Any, Any, Any], None]

TIMED_OUT = "Endpoint request timed out"
UNREACHABLE = "Network error communicating with endpoint"
FAILED = "Internal server error"
BAD_GATEWAY = 502
# In seconds. For an integration that has this limit nobody watches the clock: 504 is answered as
# soon as it has ended. For one with a shorter limit a thread does.
LONGEST_S = 29.0


def in_time(handler: Handler) -> Handler:
    """Wraps the handler of integrations: it raises IntegrationTimeoutError after its limit."""

    def limited(chain: Any, context: Any, response: Any) -> None:
        limit_s = int(context.integration.get("timeoutInMillis") or LONGEST_S * 1000) / 1000
        if limit_s < LONGEST_S:
            _within(limit_s, lambda: handler(chain, context, response))
            return
        began = time.monotonic()
        handler(chain, context, response)
        if time.monotonic() - began > limit_s:
            raise responses.IntegrationTimeoutError(TIMED_OUT)

    return limited


def answer(original: Any, integration: Any, payload: bytes) -> Any:
    """Wraps the reading of a function's answer.

    Raises InternalServerError, 502, for one that is no object, or whose body is no text.
    """
    try:
        read = original(integration, payload)
    except TypeError as error:
        raise responses.InternalServerError(FAILED, status_code=BAD_GATEWAY) from error
    body = read.get("body")
    if isinstance(body, dict | list):
        raise responses.InternalServerError(FAILED, status_code=BAD_GATEWAY)
    if body is not None and not isinstance(body, str):
        read["body"] = json.dumps(body)
    return read


def unreachable(original: Any, integration: Any, context: Any) -> Any:
    """Wraps a request to an HTTP endpoint: one that does not answer is no wrong configuration.

    Raises IntegrationFailureError, 504. A name that does not resolve is a wrong address.
    """
    try:
        return original(integration, context)
    except responses.ApiConfigurationError as error:
        if "NameResolution" in repr(error.__context__):
            raise
        raise responses.IntegrationFailureError(UNREACHABLE, status_code=504) from error


def _within(limit_s: float, work: Callable[[], None]) -> None:
    """Works in a thread. What has not ended by its limit goes on, and nobody waits for it."""
    failure: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(limit_s)
    if thread.is_alive():
        raise responses.IntegrationTimeoutError(TIMED_OUT)
    if failure:
        raise failure[0]
