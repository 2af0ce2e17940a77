"""botocore's ordinary calls of the emulator, at a fraction of their processor time.

A call of an AWS client takes more than a millisecond of a processor, nearly all of it for what is
the same in each call: events that nobody handles, the endpoint, the headers, urllib3. In functions
that are forked from a zygote this module makes the call after a plan, and sends it on a connection
that stays open. Validation, serialization, and parsing are botocore's own.

It is for what is ordinary only (see `call_plans`), and then for a response with the status 200. Any
other response, and any error, is handed to botocore, as if it had sent the request itself: what to
retry, and what to raise, is its choice. Whatever is unusual is left to botocore from the start.
"""

from __future__ import annotations

import binascii
import json
import logging
import os
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from localstack_host.services.lambda_.zygote.call_plans import (
    LOGGERS,
    Parts,
    Plan,
    involved,
    parts_of,
    pattern_for,
    plan_of,
)
from localstack_host.services.lambda_.zygote.direct_connections import (
    NotConnectedError,
    Received,
    exchange,
)
from localstack_host.services.lambda_.zygote.shapes import encoded
from localstack_host.services.lambda_.zygote.signed_messages import Pattern

PLANS = "direct calls"
"""The key of the plans in a client's own cache."""
SUCCESS = SimpleNamespace(status_code=200)
"""The response for handlers after a call: those that are reviewed read the status only."""


class Unusual(Exception):
    """botocore has to make the call; nothing was sent."""


class Failed(Exception):
    """The request was sent: botocore has to go on from the response or the exception."""

    def __init__(self, outcome: Any, call_id: str) -> None:
        super().__init__()
        self.outcome, self.call_id = outcome, call_id


class First(threading.local):
    """What came of the first attempt of a call that botocore goes on with."""

    endpoint: Any = None
    outcome: Any = None
    call_id = ""


class DirectCalls:
    """Makes calls, and knows the methods of botocore that must be its own."""

    def __init__(self, original: Callable[..., Any]) -> None:
        from botocore.context import get_context
        from botocore.endpoint import history_recorder

        self._original = original
        self._get_context = get_context
        self._history = history_recorder
        self._first = First()
        self._own: list[tuple[Any, str, Any]] = []

    def remember_methods(self) -> None:
        """Takes the methods as they are now for botocore's own."""
        self._own = [(vars(owner), name, vars(owner)[name]) for owner, name in involved()]

    def call(self, client: Any, name: str, parameters: dict[str, Any]) -> Any:
        """The result of a call; raises what botocore raises."""
        try:
            return self._call(client, name, parameters)
        except Unusual:
            first = None
        except Failed as failed:
            first = failed
        if first is None:
            return self._original(client, name, parameters)
        return self._go_on(first, client, name, parameters)

    def prepare(self, endpoint: Any, context: dict[str, Any]) -> None:
        """Gives a request that botocore goes on with the id of the first attempt."""
        if self._first.endpoint is endpoint:
            context["retries"] = {"invocation-id": self._first.call_id}

    def take_first(self, endpoint: Any) -> Any | None:
        """The response of the first attempt instead of sending it again. Raises its exception."""
        first = self._first
        if first.endpoint is not endpoint:
            return None
        first.endpoint = None
        if isinstance(first.outcome, Exception):
            raise first.outcome
        return first.outcome

    def _go_on(self, failed: Failed, client: Any, name: str, parameters: dict[str, Any]) -> Any:
        first = self._first
        first.endpoint, first.call_id = client._endpoint, failed.call_id
        first.outcome = failed.outcome
        try:
            return self._original(client, name, parameters)
        finally:
            first.endpoint = first.outcome = None

    def _call(self, client: Any, name: str, given: dict[str, Any]) -> Any:
        plan = self._plan(client, name, given)
        parameters = _built(client, plan, given)
        pattern = self._pattern(client, plan, parameters)
        body = _body(client, plan, parameters)
        call_id = str(uuid.uuid4())
        credentials = client._request_signer._credentials.get_frozen_credentials()
        message = pattern.message(credentials, body, call_id, _trace())
        if message is None:
            raise Unusual
        received = _sent(plan, message, call_id)
        parsed = _parsed(plan, received, call_id)
        for handler in plan.after:
            handler(http_response=SUCCESS, parsed=parsed, model=plan.operation, context={})
        return parsed

    def _plan(self, client: Any, name: str, given: dict[str, Any]) -> Plan:
        for attributes, method, own in self._own:
            if attributes.get(method) is not own:
                raise Unusual
        plans = client._cache.setdefault(PLANS, {})
        parts: Parts | None
        plan: Plan | None
        parts, plan = plans.get(name, (None, None))
        if parts is None or not parts.are_unchanged:
            plan = plan_of(client, name)
            plans[name] = (parts_of(client), plan)
        if plan is None or not self._is_quiet() or not plan.varying.isdisjoint(given):
            raise Unusual
        return plan

    def _is_quiet(self) -> bool:
        """Whether nobody listens: no debug messages, and no history as the AWS CLI writes it."""
        for logger in LOGGERS:
            if logger.isEnabledFor(logging.DEBUG):
                return False
        return not self._history._enabled

    def _pattern(self, client: Any, plan: Plan, parameters: dict[str, Any]) -> Pattern:
        context = self._get_context()
        features = frozenset(context.features) if context else frozenset()
        which = features, client._request_signer._credentials.account_id
        if which not in plan.patterns:
            plan.patterns[which] = _new_pattern(client, plan, parameters)
        pattern = plan.patterns[which]
        if pattern is None:
            raise Unusual
        return pattern


def _built(client: Any, plan: Plan, given: dict[str, Any]) -> dict[str, Any]:
    """The parameters as handlers before the validation leave them.

    A token that a handler has added is added to those that were given, too: if botocore goes on,
    the call has the same one.
    """
    from botocore.context import start_as_current_context
    from botocore.handlers import generate_idempotent_uuid

    operation = plan.operation
    if not plan.emits_parameters:
        if operation.idempotent_members:
            generate_idempotent_uuid(given, operation)
        return given
    with start_as_current_context():
        built: dict[str, Any] = client._emit_api_params(
            given, operation, {"client_config": client.meta.config}
        )
    given |= {name: built[name] for name in operation.idempotent_members if name not in given}
    return built


def _new_pattern(client: Any, plan: Plan, parameters: dict[str, Any]) -> Pattern | None:
    from botocore.context import start_as_current_context

    with start_as_current_context():
        try:
            return pattern_for(client, plan, parameters)
        except Exception:
            raise Unusual from None  # botocore raises it again


def _body(client: Any, plan: Plan, parameters: dict[str, Any]) -> bytes:
    if plan.check:
        with suppress(Exception):
            plan.check(parameters)
            return encoded(parameters)
    try:
        body: bytes = client._serializer.serialize_to_request(parameters, plan.operation)["body"]
    except Exception:
        raise Unusual from None  # botocore raises it again
    return body


def _trace() -> str:
    """The header with which a function's requests belong to its invocation's trace."""
    trace = os.environ.get("_X_AMZN_TRACE_ID")
    if not trace or "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
        return ""
    return f"X-Amzn-Trace-Id: {_quoted(trace)}\r\n"


@lru_cache(maxsize=1)
def _quoted(trace: str) -> str:
    return quote(trace, safe="-=;:+&[]{}\"',")  # as botocore does


def _sent(plan: Plan, message: bytes, call_id: str) -> Received:
    """The response if botocore would return it: no error, and no wrong checksum."""
    from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

    outcome: Any
    try:
        received = exchange(plan.place, message)
        if _is_success(received):
            return received
        outcome = _response(plan.url, received)
    except NotConnectedError:
        raise Unusual from None
    except TimeoutError as error:
        outcome = ReadTimeoutError(endpoint_url=plan.url, error=error)
    except (OSError, ValueError, IndexError) as error:
        outcome = ConnectionClosedError(endpoint_url=plan.url, error=error)
    raise Failed(outcome, call_id)


def _is_success(received: Received) -> bool:
    if received.status != 200:
        return False
    checksum = received.headers.get("x-amz-crc32")
    return checksum is None or checksum == str(binascii.crc32(received.body))


def _parsed(plan: Plan, received: Received, call_id: str) -> dict[str, Any]:
    """What botocore returns."""
    metadata: dict[str, Any] = {}
    if "x-amzn-requestid" in received.headers:
        metadata["RequestId"] = received.headers["x-amzn-requestid"]
    metadata["HTTPStatusCode"] = received.status
    metadata["HTTPHeaders"] = received.headers
    metadata["RetryAttempts"] = 0
    try:
        document = json.loads(received.body.decode() or "{}")
        parsed: dict[str, Any] = plan.read(document) if plan.read else {}
        parsed["ResponseMetadata"] = metadata
    except Exception:
        raise Failed(_response(plan.url, received), call_id) from None
    return parsed


def _response(url: str, received: Received) -> Any:
    """The response as botocore's HTTP session returns it, with its content read."""
    from botocore.awsrequest import AWSResponse
    from urllib3 import HTTPHeaderDict

    headers: Any = HTTPHeaderDict()
    for name, value in received.spelled:
        headers.add(name, value)
    response: Any = AWSResponse(url, received.status, headers, None)
    response._content = received.body
    return response
