"""How large an event may be, and that it must be JSON: what Lambda checks before it runs anything.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json

from localstack.aws.api import CommonServiceException
from localstack.aws.api.lambda_ import InvalidRequestContentException, InvocationType

MAX_REQUEST_BYTES = 6 * 2**20
MAX_EVENT_BYTES = 2**20


def check(payload: bytes, kind: str | None) -> None:
    """Refuses, in AWS's words, an event that is too large for the invocation type or not JSON."""
    if kind == InvocationType.Event and len(payload) > MAX_EVENT_BYTES:
        _refuse_size(
            f"{len(payload)} byte payload is too large for the Event invocation type"
            f" (limit {MAX_EVENT_BYTES} bytes)"
        )
    if len(payload) > MAX_REQUEST_BYTES:
        _refuse_size(
            f"Request must be smaller than {MAX_REQUEST_BYTES} bytes"
            " for the InvokeFunction operation"
        )
    if payload:
        _require_json(payload)


def _refuse_size(message: str) -> None:
    raise CommonServiceException(
        "RequestEntityTooLargeException", message, status_code=413, sender_fault=True
    )


def _require_json(payload: bytes) -> None:
    try:
        json.loads(payload)
    except ValueError as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {error}",
            Type="User",
        ) from error
